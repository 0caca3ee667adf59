//! Packets of the one audio track, whatever the container.

use std::sync::atomic::Ordering;

use crate::decode::packets::blocks::{BlockReader, TableReader};
use crate::decode::packets::container::Container;
use crate::decode::packets::frames::FrameReader;
use crate::decode::packets::packet::{End, Packet};
use crate::decode::packets::samples::SampleReader;

/// Source of packets.
pub(in crate::decode) enum Demuxer {
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
    pub(in crate::decode) fn next_packet(&mut self) -> Result<Packet, End> {
        match self {
            Self::Symphonia(container) => container.next_packet(),
            Self::Frames(frames) => frames.next_packet().ok_or(End::Complete),
            Self::Blocks(blocks) => blocks.next_packet(),
            Self::Table(table) => table.next_packet(),
            Self::Samples(samples) => samples.next_packet(),
        }
    }

    /// Bytes of the file behind the reader.
    pub(in crate::decode) fn position(&self) -> u64 {
        match self {
            Self::Symphonia(container) => container.read.load(Ordering::Relaxed),
            Self::Frames(frames) => frames.position() as u64,
            Self::Blocks(blocks) => (blocks.start + blocks.at) as u64,
            Self::Table(table) => table.at as u64,
            Self::Samples(samples) => samples.position() as u64,
        }
    }
}
