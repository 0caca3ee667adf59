//! The program `sectionist`.

fn main() {}
