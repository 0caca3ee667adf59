//! The file as bytes: numbers, boxes, tags, names of formats.

pub(in crate::decode) mod aac_config;
pub(in crate::decode) mod boxes;
pub(in crate::decode) mod formats;
pub(in crate::decode) mod numbers;
pub(in crate::decode) mod source;
pub(in crate::decode) mod tags;
