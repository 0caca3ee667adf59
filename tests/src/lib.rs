//! The test harness: accuracy, golden, parity, HTTP, browser, command line.

pub mod chromedriver;
pub mod page_server;
pub mod parity;
pub mod service;
