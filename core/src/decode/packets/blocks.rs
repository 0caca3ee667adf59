//! Packets of one size, and packets with a table of their sizes.

use bytes::Bytes;

use crate::decode::packets::packet::{End, PCM_PACKET, Packet};

/// Blocks of constant size in one stretch of the file.
pub(in crate::decode) struct BlockReader {
    pub(in crate::decode) bytes: Bytes,
    /// Where the blocks start in the file.
    pub(in crate::decode) start: usize,
    /// Bytes given out.
    pub(in crate::decode) at: usize,
    /// Bytes a block, not 0.
    pub(in crate::decode) block_len: usize,
    /// Samples a channel in a block, not 0.
    pub(in crate::decode) block_samples: u64,
    /// Time of the first sample.
    pub(in crate::decode) first: i64,
    /// Whether the header promises more bytes than there are.
    pub(in crate::decode) cut: bool,
}

impl BlockReader {
    pub(in crate::decode) fn next_packet(&mut self) -> Result<Packet, End> {
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
pub(in crate::decode) struct TableReader {
    pub(in crate::decode) bytes: Bytes,
    /// Where the next packet starts in the file.
    pub(in crate::decode) at: usize,
    /// Bytes and samples of each packet.
    pub(in crate::decode) packets: Vec<(u32, u32)>,
    pub(in crate::decode) next: usize,
    /// Time of the next packet's first sample.
    pub(in crate::decode) time: i64,
}

impl TableReader {
    pub(in crate::decode) fn next_packet(&mut self) -> Result<Packet, End> {
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
