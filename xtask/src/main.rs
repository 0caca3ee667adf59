//! Every build and check step.

fn main() {}
