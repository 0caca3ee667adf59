//! Bytes → an opened track: which container it is, and what it tells of its audio.

pub(in crate::decode) mod aiff;
pub(in crate::decode) mod caf;
pub(in crate::decode) mod codecs;
pub(in crate::decode) mod elementary;
pub(in crate::decode) mod hint;
pub(in crate::decode) mod mp4;
pub(in crate::decode) mod open;
pub(in crate::decode) mod opened;
pub(in crate::decode) mod pcm;
pub(in crate::decode) mod riff;
pub(in crate::decode) mod sniff;
pub(in crate::decode) mod streams;
