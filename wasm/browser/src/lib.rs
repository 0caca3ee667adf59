//! Sectionist for web pages.
