//! The file's bytes as a stream.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use symphonia::core::io::{MediaSource, MediaSourceStream};

/// The file's bytes as symphonia reads them, shared and not copied.
pub(in crate::decode) struct Source {
    bytes: Bytes,
    at: u64,
    /// Length that the file claims; reading behind its real end gives nothing. Containers that are
    /// cut short can so be opened by demuxers that would refuse them.
    claimed_len: u64,
    seekable: bool,
    read: Arc<AtomicU64>,
}

impl Source {
    /// A stream over `bytes`, and the counter of bytes read.
    pub(in crate::decode) fn stream(
        bytes: Bytes,
        claimed_len: u64,
        seekable: bool,
    ) -> (MediaSourceStream<'static>, Arc<AtomicU64>) {
        let read = Arc::new(AtomicU64::new(0));
        let claimed_len = claimed_len.max(bytes.len() as u64);
        let source = Self { bytes, at: 0, claimed_len, seekable, read: Arc::clone(&read) };
        (MediaSourceStream::new(Box::new(source), Default::default()), read)
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let start = usize::try_from(self.at).unwrap_or(usize::MAX).min(self.bytes.len());
        let len = buffer.len().min(self.bytes.len() - start);
        buffer[..len].copy_from_slice(&self.bytes[start..start + len]);
        self.at += len as u64;
        self.read.store(self.at, Ordering::Relaxed);
        Ok(len)
    }
}

impl Seek for Source {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.claimed_len.checked_add_signed(by),
        };
        self.at = target.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

impl MediaSource for Source {
    fn is_seekable(&self) -> bool {
        self.seekable
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.claimed_len)
    }
}
