//! Encoded packets.

use bytes::Bytes;
use symphonia::core::units::TimeBase;

/// An encoded packet and its place in time. Times are in samples of the track.
pub(in crate::decode) struct Packet {
    /// Time of the first decoded sample, on the track's own clock; negative before the start.
    pub(in crate::decode) position: i64,
    /// Samples the packet decodes to, as far as its container tells.
    pub(in crate::decode) duration: u64,
    /// Samples that the container says to drop from the start and the end.
    pub(in crate::decode) trim: (u64, u64),
    /// What the decoder gets.
    pub(in crate::decode) data: Bytes,
}

/// Why there are no more packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::decode) enum End {
    /// The audio is over.
    Complete,
    /// The file ends or breaks before the audio does.
    Truncated,
    /// Another stream follows (chained Ogg) that must be opened anew.
    NextStream,
}

/// Samples a packet of raw PCM has, about.
pub(in crate::decode) const PCM_PACKET: u64 = 4096;

/// Ticks of a time base as samples, rounded to the nearest.
pub(in crate::decode) fn ticks_to_samples(ticks: i64, time_base: Option<TimeBase>, sample_rate: u32) -> i64 {
    let Some(base) = time_base else { return ticks };
    // ticks · s/tick · samples/s = samples
    let numerator = i128::from(ticks) * i128::from(base.numer.get()) * i128::from(sample_rate);
    let denominator = i128::from(base.denom.get());
    let rounded = (2 * numerator + denominator).div_euclid(2 * denominator);
    // A quarter of the range leaves room to add and subtract without overflow.
    rounded.clamp(i128::from(i64::MIN / 4), i128::from(i64::MAX / 4)) as i64
}
