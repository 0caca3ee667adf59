//! A file's bytes up to now.

use sectionist_api::cache::ContentHash;
use sectionist_api::failure::{Code, Details, Failure};
use sectionist_core::FileHint;

use super::Upload;
use crate::error::ApiError;

/// Gathers a file of bounded size, and hashes it on the way.
pub(super) struct Buffer {
    bytes: Vec<u8>,
    hash: ContentHash,
    max: u64,
}

impl Buffer {
    /// A buffer for `declared` bytes, of which no more than `max` will be taken.
    pub(super) fn new(declared: Option<u64>, max: u64) -> Result<Self, ApiError> {
        let declared = declared.unwrap_or(0);
        if declared > max {
            return Err(Failure::too_large(Some(declared), max).into());
        }
        let mut bytes = Vec::new();
        let size = usize::try_from(declared).map_err(|_| out_of_memory(declared))?;
        bytes.try_reserve_exact(size).map_err(|_| out_of_memory(declared))?;
        Ok(Self { bytes, hash: ContentHash::default(), max })
    }

    pub(super) fn push(&mut self, chunk: &[u8]) -> Result<(), ApiError> {
        let length = (self.bytes.len() + chunk.len()) as u64;
        if length > self.max {
            return Err(Failure::too_large(Some(length), self.max).into());
        }
        self.bytes.try_reserve(chunk.len()).map_err(|_| out_of_memory(length))?;
        self.bytes.extend_from_slice(chunk);
        self.hash.push(chunk);
        Ok(())
    }

    pub(super) fn into_upload(self, hint: FileHint) -> Upload {
        let (fields, corrections) = (Vec::new(), None);
        Upload { bytes: self.bytes.into(), hash: self.hash, hint, fields, corrections }
    }
}

fn out_of_memory(bytes: u64) -> ApiError {
    ApiError::new(Code::OutOfMemory, "there is no memory for this file here").with(Details::Memory { bytes })
}
