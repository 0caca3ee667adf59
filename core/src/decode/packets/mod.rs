//! Bytes → encoded packets, by what holds them.

pub(in crate::decode) mod blocks;
pub(in crate::decode) mod container;
pub(in crate::decode) mod demux;
pub(in crate::decode) mod frames;
pub(in crate::decode) mod packet;
pub(in crate::decode) mod samples;
