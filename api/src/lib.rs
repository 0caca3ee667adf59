//! The contract of the service, and what follows from it without any I/O.
//!
//! The component answers by these types, the local host checks its configuration by them at the start.

pub mod client;
pub mod origins;
pub mod quota;
pub mod variables;
