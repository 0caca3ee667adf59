//! Runs the Sectionist component on an embedded wasmtime and serves the demo beside it.
