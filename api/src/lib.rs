//! The contract of the service, and what follows from it without any I/O.
//!
//! The component answers by these types, the local host checks its configuration by them at the start.

pub mod answers;
pub mod cache;
pub mod client;
pub mod encoding;
pub mod failure;
pub mod names;
pub mod origins;
pub mod parameters;
pub mod quota;
pub mod routes;
pub mod variables;

#[cfg(feature = "schema")]
pub mod openapi;
#[cfg(feature = "schema")]
pub mod tables;
#[cfg(feature = "schema")]
pub mod types;
