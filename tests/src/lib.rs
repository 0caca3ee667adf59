//! The test harness: accuracy, golden, parity, HTTP, browser, command line.
