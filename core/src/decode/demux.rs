//! Packets of the one audio track, whatever the container.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use symphonia::core::errors::Error as SymphoniaError;
use symphonia::core::formats::FormatReader;
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::units::{TimeBase, Timestamp};

use super::frames::FrameReader;
use super::samples::SampleReader;

/// An encoded packet and its place in time. Times are in samples of the track.
pub(super) struct Packet {
    /// Time of the first decoded sample, on the track's own clock; negative before the start.
    pub(super) position: i64,
    /// Samples the packet decodes to, as far as its container tells.
    pub(super) duration: u64,
    /// Samples that the container says to drop from the start and the end.
    pub(super) trim: (u64, u64),
    /// What the decoder gets.
    pub(super) data: Bytes,
}

/// Why there are no more packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The audio is over.
    Complete,
    /// The file ends or breaks before the audio does.
    Truncated,
    /// Another stream follows (chained Ogg) that must be opened anew.
    NextStream,
}

/// Source of packets.
pub(super) enum Demuxer {
    /// A container that symphonia reads.
    Symphonia(Container),
    /// MPEG audio or ADTS frames.
    Frames(FrameReader),
    /// Blocks of constant size: PCM and ADPCM.
    Blocks(BlockReader),
    /// Packets by a table of their sizes.
    Table(TableReader),
    /// Packets of an MP4 track.
    Samples(Box<SampleReader>),
}

impl Demuxer {
    /// The next packet of the track.
    pub(super) fn next_packet(&mut self) -> Result<Packet, End> {
        match self {
            Self::Symphonia(container) => container.next_packet(),
            Self::Frames(frames) => frames.next_packet().ok_or(End::Complete),
            Self::Blocks(blocks) => blocks.next_packet(),
            Self::Table(table) => table.next_packet(),
            Self::Samples(samples) => samples.next_packet(),
        }
    }

    /// Bytes of the file behind the reader.
    pub(super) fn position(&self) -> u64 {
        match self {
            Self::Symphonia(container) => container.read.load(Ordering::Relaxed),
            Self::Frames(frames) => frames.position() as u64,
            Self::Blocks(blocks) => (blocks.start + blocks.at) as u64,
            Self::Table(table) => table.at as u64,
            Self::Samples(samples) => samples.position() as u64,
        }
    }
}

/// A container read by symphonia.
pub(super) struct Container {
    pub(super) reader: Box<dyn FormatReader>,
    pub(super) track_id: u32,
    pub(super) time_base: Option<TimeBase>,
    pub(super) sample_rate: u32,
    pub(super) read: Arc<AtomicU64>,
}

/// Errors in a row after which a container counts as broken. Demuxers of framed streams recover
/// from single bad pages; those of indexed ones repeat the same error.
const MAX_ERRORS: usize = 64;

impl Container {
    fn next_packet(&mut self) -> Result<Packet, End> {
        let mut errors = 0;
        loop {
            match self.reader.next_packet() {
                Ok(Some(packet)) if packet.track_id == self.track_id => {
                    return Ok(Packet {
                        position: self.samples(packet.pts),
                        duration: self.samples_of(packet.block_dur().get()),
                        trim: (
                            self.samples_of(packet.trim_start.get()),
                            self.samples_of(packet.trim_end.get()),
                        ),
                        data: packet.data.into(),
                    });
                }
                Ok(Some(_)) => errors = 0,
                Ok(None) => return Err(End::Complete),
                Err(SymphoniaError::ResetRequired) => return Err(End::NextStream),
                Err(SymphoniaError::IoError(_)) => return Err(End::Truncated),
                Err(_) if errors < MAX_ERRORS => errors += 1,
                Err(_) => return Err(End::Truncated),
            }
        }
    }

    fn samples_of(&self, ticks: u64) -> u64 {
        self.samples(Timestamp::new(i64::try_from(ticks).unwrap_or(i64::MAX))).unsigned_abs()
    }

    fn samples(&self, ticks: Timestamp) -> i64 {
        ticks_to_samples(ticks.get(), self.time_base, self.sample_rate)
    }
}

/// Ticks of a time base as samples, rounded to the nearest.
pub(super) fn ticks_to_samples(ticks: i64, time_base: Option<TimeBase>, sample_rate: u32) -> i64 {
    let Some(base) = time_base else { return ticks };
    // ticks · s/tick · samples/s = samples
    let numerator = i128::from(ticks) * i128::from(base.numer.get()) * i128::from(sample_rate);
    let denominator = i128::from(base.denom.get());
    let rounded = (2 * numerator + denominator).div_euclid(2 * denominator);
    // A quarter of the range leaves room to add and subtract without overflow.
    rounded.clamp(i128::from(i64::MIN / 4), i128::from(i64::MAX / 4)) as i64
}

/// Blocks of constant size in one stretch of the file.
pub(super) struct BlockReader {
    pub(super) bytes: Bytes,
    /// Where the blocks start in the file.
    pub(super) start: usize,
    /// Bytes given out.
    pub(super) at: usize,
    /// Bytes a block, not 0.
    pub(super) block_len: usize,
    /// Samples a channel in a block, not 0.
    pub(super) block_samples: u64,
    /// Time of the first sample.
    pub(super) first: i64,
    /// Whether the header promises more bytes than there are.
    pub(super) cut: bool,
}

/// Samples a packet of raw PCM has, about.
pub(super) const PCM_PACKET: u64 = 4096;

impl BlockReader {
    fn next_packet(&mut self) -> Result<Packet, End> {
        let left = (self.bytes.len() - self.at) / self.block_len;
        if left == 0 {
            return Err(if self.cut { End::Truncated } else { End::Complete });
        }
        let blocks = left.min((PCM_PACKET / self.block_samples).max(1) as usize);
        let len = blocks * self.block_len;
        let position = self.first + ((self.at / self.block_len) as u64 * self.block_samples).cast_signed();
        let data = self.bytes.slice(self.at..self.at + len);
        self.at += len;
        Ok(Packet { position, duration: blocks as u64 * self.block_samples, trim: (0, 0), data })
    }
}

/// Packets one behind the other, with a table of their sizes.
pub(super) struct TableReader {
    pub(super) bytes: Bytes,
    /// Where the next packet starts in the file.
    pub(super) at: usize,
    /// Bytes and samples of each packet.
    pub(super) packets: Vec<(u32, u32)>,
    pub(super) next: usize,
    /// Time of the next packet's first sample.
    pub(super) time: i64,
}

impl TableReader {
    fn next_packet(&mut self) -> Result<Packet, End> {
        let &(len, samples) = self.packets.get(self.next).ok_or(End::Complete)?;
        let end = self.at.saturating_add(len as usize);
        if end > self.bytes.len() {
            return Err(End::Truncated);
        }
        let packet = Packet {
            position: self.time,
            duration: u64::from(samples),
            trim: (0, 0),
            data: self.bytes.slice(self.at..end),
        };
        self.at = end;
        self.next += 1;
        self.time += i64::from(samples);
        Ok(packet)
    }
}

/// The file's bytes as symphonia reads them, shared and not copied.
pub(super) struct Source {
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
    pub(super) fn stream(
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
