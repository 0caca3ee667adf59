//! The Spin component: Sectionist over HTTP.
