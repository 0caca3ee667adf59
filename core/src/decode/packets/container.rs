//! Packets of a container that symphonia reads.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use symphonia::core::errors::Error as SymphoniaError;
use symphonia::core::formats::FormatReader;
use symphonia::core::units::{TimeBase, Timestamp};

use crate::decode::packets::packet::{End, Packet, ticks_to_samples};

/// A container read by symphonia.
pub(in crate::decode) struct Container {
    pub(in crate::decode) reader: Box<dyn FormatReader>,
    pub(in crate::decode) track_id: u32,
    pub(in crate::decode) time_base: Option<TimeBase>,
    pub(in crate::decode) sample_rate: u32,
    pub(in crate::decode) read: Arc<AtomicU64>,
}

/// Errors in a row after which a container counts as broken. Demuxers of framed streams recover
/// from single bad pages; those of indexed ones repeat the same error.
const MAX_ERRORS: usize = 64;

impl Container {
    pub(in crate::decode) fn next_packet(&mut self) -> Result<Packet, End> {
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
