//! Packets → blocks of samples on one clock.
//!
//! The clock is the container's: what the encoder put before and behind the audio is trimmed here,
//! once, for every format; a packet that cannot be decoded, or is missing, leaves silence of its
//! length behind instead of shifting all that follows.

use symphonia::core::audio::GenericAudioBufferRef;
use symphonia::core::checksum::Crc16Ansi;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as SymphoniaError;
use symphonia::core::io::Monitor;
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};

use crate::decode::containers::codecs::codec_name;
use crate::decode::containers::opened::{Opened, Span, malformed, unsupported};
use crate::decode::containers::streams;
use crate::decode::contract::{Limits, MAX_BLOCK, PcmBlock, Warning};
use crate::decode::packets::demux::Demuxer;
use crate::decode::packets::packet::{End, Packet};
use crate::error::{Error, Limit};

/// Gaps in the timestamps up to this long, in seconds, are rounding and not loss.
const GAP_TOLERANCE: f64 = 0.003;

/// Longest gap, in seconds, that is believed where the file does not tell its length.
const MAX_BLIND_GAP: f64 = 60.0;

/// Least audio, in seconds, that makes a report of a damaged file worth its while.
const MIN_SALVAGE: f64 = 1.0;

/// Packets in a row that give neither samples nor time before the stream counts as broken.
const MAX_BARREN: usize = 20_000;

/// Largest magnitude of a sample; full scale is 1. Beyond are broken floats.
const MAX_SAMPLE: f32 = 16.0;

/// A track under decoding.
pub(super) struct Timeline {
    demuxer: Demuxer,
    decoder: Box<dyn AudioDecoder>,
    container: &'static str,
    codec: &'static str,
    sample_rate: u32,
    n_channels: usize,
    span: Span,
    max_samples: u64,
    max_duration: f64,
    /// Track time behind the last sample placed.
    next: i64,
    begun: bool,
    /// Track time behind the last packet, with what was trimmed of it.
    cursor: Option<i64>,
    /// Added to the timestamps since they were found to jump.
    shift: i64,
    /// Track time where the last gap that was filled started.
    filled_from: Option<i64>,
    /// Silence to give out before the decoded samples.
    silence: u64,
    /// Range of the decoder's last packet still to give out.
    held: (usize, usize),
    given: u64,
    end: Option<End>,
    damage: Damage,
}

/// What was lost.
#[derive(Debug, Default)]
struct Damage {
    /// Samples decoded.
    decoded: u64,
    /// Samples replaced by silence.
    lost: u64,
    /// Packets that could not be decoded.
    bad_packets: u64,
    /// Packets of another rate or channel count.
    changed: u64,
    /// A feature of the codec that its decoder lacks.
    lacking: Option<&'static str>,
    /// Further streams that were left out.
    more_streams: bool,
}

impl Timeline {
    /// Checks the limits and decodes up to the first samples, which tell rate and channels for sure.
    pub(super) fn new(opened: Opened, limits: &Limits, warnings: &mut Vec<Warning>) -> Result<Self, Error> {
        let Opened { container, params, demuxer, span, .. } = opened;
        let codec = codec_name(params.codec).unwrap_or("unknown");
        check_rate(params.sample_rate, limits)?;
        check_channels(params.channels.as_ref().map(symphonia::core::audio::Channels::count), limits)?;
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(&params, &AudioDecoderOptions::default())
            .map_err(|error| match error {
                SymphoniaError::Unsupported(what) => {
                    unsupported(container, Some(codec), &format!("{codec} of an unusual kind ({what})"))
                }
                error => {
                    malformed(container, Some(codec), &format!("its codec's header cannot be read ({error})"))
                }
            })?;
        let mut timeline = Self {
            demuxer,
            decoder,
            container,
            codec,
            sample_rate: params.sample_rate.unwrap_or(0),
            n_channels: 0,
            span,
            max_samples: u64::MAX,
            max_duration: limits.max_duration,
            next: span.start,
            begun: false,
            cursor: None,
            shift: 0,
            filled_from: None,
            silence: 0,
            held: (0, 0),
            given: 0,
            end: None,
            damage: Damage::default(),
        };
        for _ in 0..MAX_BARREN {
            if timeline.end.is_some() || timeline.n_channels > 0 {
                break;
            }
            timeline.advance();
        }
        if timeline.n_channels == 0 {
            timeline.finish(warnings)?;
            return Err(malformed(container, Some(codec), "it holds no audio"));
        }
        check_rate(Some(timeline.sample_rate), limits)?;
        check_channels(Some(timeline.n_channels), limits)?;
        timeline.max_samples = (limits.max_duration * f64::from(timeline.sample_rate)).ceil() as u64;
        if let Some(end) = span.end.or(span.promised_end) {
            let samples = u64::try_from(end.saturating_sub(span.start)).unwrap_or(0);
            timeline.check_duration(samples)?;
        }
        Ok(timeline)
    }

    pub(super) const fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    pub(super) const fn n_channels(&self) -> usize {
        self.n_channels
    }

    pub(super) const fn codec(&self) -> &'static str {
        self.codec
    }

    /// Bytes of the file behind the reader.
    pub(super) fn position(&self) -> u64 {
        self.demuxer.position()
    }

    /// Whether all was given out.
    pub(super) const fn is_over(&self) -> bool {
        self.end.is_some() && self.silence == 0 && self.held.0 == self.held.1
    }

    /// Fills `block`; `false` at the end.
    pub(super) fn next_block(
        &mut self,
        block: &mut PcmBlock,
        warnings: &mut Vec<Warning>,
    ) -> Result<bool, Error> {
        let mut barren = 0;
        while !self.is_over() {
            let n = if self.silence > 0 {
                let n = self.silence.min(MAX_BLOCK as u64) as usize;
                block.channels.resize_with(self.n_channels, Vec::new);
                for channel in &mut block.channels {
                    channel.clear();
                    channel.resize(n, 0.0);
                }
                self.silence -= n as u64;
                n
            } else if self.held.0 < self.held.1 {
                let (from, to) = self.held;
                let n = (to - from).min(MAX_BLOCK);
                copy(&self.decoder.last_decoded(), from, from + n, block);
                self.held.0 += n;
                n
            } else {
                barren += 1;
                if barren > MAX_BARREN {
                    self.end = Some(End::Truncated);
                } else {
                    self.advance();
                }
                continue;
            };
            self.given += n as u64;
            self.check_duration(self.given)?;
            return Ok(true);
        }
        self.finish(warnings)?;
        block.channels.iter_mut().for_each(Vec::clear);
        Ok(false)
    }

    /// Decodes one packet. There is nothing left to give out of the one before.
    fn advance(&mut self) {
        let packet = match self.demuxer.next_packet() {
            Ok(packet) => packet,
            Err(End::NextStream) if self.follow_chain() => return,
            Err(end) => {
                self.damage.more_streams |= end == End::NextStream;
                self.end = Some(end);
                return;
            }
        };
        match self.decode(&packet) {
            Ok(n) => {
                let position = packet.position.saturating_add(packet.trim.0.min(1 << 32).cast_signed());
                self.held = self.place(position, n as u64);
                self.damage.decoded += (self.held.1 - self.held.0) as u64;
            }
            Err(problem) => {
                match problem {
                    Problem::Bad => self.damage.bad_packets += 1,
                    Problem::Lacking(what) => {
                        self.damage.bad_packets += 1;
                        self.damage.lacking = Some(what);
                    }
                    Problem::Changed => self.damage.changed += 1,
                }
                // Until something was decoded, a bad packet is damage before the start, of unknown rate.
                if self.n_channels > 0 {
                    // No packet of any codec is longer than a second or two.
                    let duration = packet.duration.min(2 * u64::from(self.sample_rate));
                    let (from, to) = self.place(packet.position, duration);
                    self.silence += (to - from) as u64;
                    self.damage.lost += (to - from) as u64;
                }
            }
        }
    }

    /// Decodes a packet into the decoder's buffer; the samples a channel.
    fn decode(&mut self, packet: &Packet) -> Result<usize, Problem> {
        // Native FLAC is checked by its demuxer, which finds the frames by their checksums.
        if self.codec == "flac" && self.container != "flac" && !flac_frame_is_whole(&packet.data) {
            return Err(Problem::Bad);
        }
        let mut reference = PacketRef::new(
            0,
            Timestamp::new(packet.position),
            Duration::new(packet.duration.saturating_sub(packet.trim.0).saturating_sub(packet.trim.1)),
            &packet.data,
        );
        reference.trim_start = Duration::new(packet.trim.0);
        reference.trim_end = Duration::new(packet.trim.1);
        let buffer = self.decoder.decode_ref(&reference).map_err(|error| match error {
            SymphoniaError::Unsupported(what) => Problem::Lacking(what),
            _ => Problem::Bad,
        })?;
        let (rate, n_channels) = (buffer.spec().rate(), buffer.num_planes());
        if self.n_channels == 0 {
            (self.sample_rate, self.n_channels) = (rate, n_channels);
        } else if (rate, n_channels) != (self.sample_rate, self.n_channels) && !buffer.is_empty() {
            return Err(Problem::Changed);
        }
        Ok(buffer.frames())
    }

    /// Finds the place of `n` samples that start at `position` of the track's clock: queues silence
    /// for what is missing before them, and returns the range of them to present.
    fn place(&mut self, position: i64, n: u64) -> (usize, usize) {
        let n = i64::try_from(n).unwrap_or(0);
        let mut position = position.saturating_add(self.shift);
        if !self.begun {
            // The first packet of Vorbis decodes to nothing.
            if n == 0 {
                return (0, 0);
            }
            self.begun = true;
            if !self.span.anchored {
                self.span.start = position.max(self.span.start) + self.span.priming;
            }
            self.next = self.span.start;
        }
        let tolerance = (GAP_TOLERANCE * f64::from(self.sample_rate)) as i64;
        if let Some(cursor) =
            self.cursor.filter(|cursor| cursor.abs_diff(position) <= tolerance.unsigned_abs())
        {
            position = cursor;
        }
        let mut from = (self.span.start - position).clamp(0, n);
        if from < n {
            let gap = position + from - self.next;
            if gap > tolerance && self.believes(gap) {
                self.filled_from = Some(self.next);
                self.silence += gap.unsigned_abs();
                self.damage.lost += gap.unsigned_abs();
                self.next += gap;
            } else if gap < -tolerance && self.filled_from.is_some_and(|start| position + from >= start) {
                // The clock had run ahead by a false timestamp: drop what its silence has replaced.
                from = (from - gap).min(n);
            } else if gap.abs() > tolerance {
                self.shift = self.shift.saturating_sub(gap);
                position -= gap;
            }
        }
        let to = self.span.end.map_or(n, |end| (end - position).clamp(from, n));
        self.next += to - from;
        self.cursor = Some(position + n);
        (from as usize, to as usize)
    }

    /// Whether a jump of the clock by `gap` samples is loss, and not a false timestamp.
    fn believes(&self, gap: i64) -> bool {
        let blind = (MAX_BLIND_GAP * f64::from(self.sample_rate)) as i64;
        let limit = self.span.end.or(self.span.promised_end);
        let within = limit.map_or(gap <= blind, |end| self.next.saturating_add(gap) <= end);
        within && self.given.saturating_add(gap.unsigned_abs()) <= self.max_samples
    }

    /// Goes on with the next stream of a chained Ogg file, if it is like the one before.
    fn follow_chain(&mut self) -> bool {
        let Demuxer::Symphonia(container) = &mut self.demuxer else { return false };
        let Some(track) = streams::choose(&*container.reader) else { return false };
        let Some(params) = streams::audio_params(track) else { return false };
        let same = params.sample_rate == Some(self.sample_rate)
            && params.channels.as_ref().is_some_and(|channels| channels.count() == self.n_channels);
        if !same {
            return false;
        }
        let options = AudioDecoderOptions::default();
        let Ok(decoder) = symphonia::default::get_codecs().make_audio_decoder(params, &options) else {
            return false;
        };
        self.decoder = decoder;
        container.track_id = track.id;
        container.time_base = track.time_base;
        // Its clock starts anew at ours.
        self.shift = self.next;
        self.filled_from = None;
        self.span.end = None;
        self.span.promised_end = None;
        true
    }

    fn check_duration(&self, samples: u64) -> Result<(), Error> {
        if samples <= self.max_samples {
            return Ok(());
        }
        Err(Error::LimitExceeded {
            limit: Limit::Duration,
            actual: samples as f64 / f64::from(self.sample_rate),
            max: self.max_duration,
        })
    }

    /// Judges the whole: refuses what holds too little, and warns of what is missing.
    fn finish(&self, warnings: &mut Vec<Warning>) -> Result<(), Error> {
        let Damage { decoded, lost, bad_packets, changed, lacking, more_streams } = self.damage;
        let seconds = |samples: u64| samples as f64 / f64::from(self.sample_rate.max(1));
        let tolerance = i64::from(self.sample_rate) / 10;
        // A promise is checked only where timestamps of the track were kept throughout.
        let short = self.span.promised_end.filter(|&end| self.shift == 0 && self.next < end - tolerance);
        let truncated = self.end == Some(End::Truncated) || short.is_some();
        let damaged = truncated || bad_packets > 0 || lost > 0;
        if decoded == 0
            && let Some(what) = lacking
        {
            let what = format!("{} of a kind that cannot be decoded ({what})", self.codec);
            return Err(unsupported(self.container, Some(self.codec), &what));
        }
        if decoded == 0 && !damaged {
            return Err(malformed(self.container, Some(self.codec), "it holds no audio"));
        }
        if damaged && seconds(decoded) < MIN_SALVAGE {
            let what = format!("only {:.1} s of it could be decoded", seconds(decoded));
            return Err(malformed(self.container, Some(self.codec), &what));
        }
        if lost > 0 || bad_packets > 0 {
            warnings.push(Warning {
                code: "damaged",
                message: format!(
                    "{:.2} s of the audio are damaged or missing and were replaced by silence",
                    seconds(lost)
                ),
            });
        }
        if truncated {
            let of = short.map_or(String::new(), |end| {
                let promised = (end - self.span.start).max(0).unsigned_abs();
                format!(" of {:.1} s", seconds(promised))
            });
            warnings.push(Warning {
                code: "truncated",
                message: format!("the file ends early: {:.1} s{of} could be decoded", seconds(self.given)),
            });
        }
        if changed > 0 {
            warnings.push(Warning {
                code: "format_change",
                message: "parts with another sample rate or number of channels were left out".to_owned(),
            });
        }
        if more_streams {
            warnings.push(Warning {
                code: "chained",
                message: "further streams in the file, of another kind, were left out".to_owned(),
            });
        }
        Ok(())
    }
}

/// Whether a FLAC frame agrees with the checksum at its end; a damaged one decodes to noise.
fn flac_frame_is_whole(frame: &[u8]) -> bool {
    let Some((body, sum)) = frame.split_last_chunk::<2>() else { return false };
    let mut crc = Crc16Ansi::new(0);
    crc.process_buf_bytes(body);
    crc.crc() == u16::from_be_bytes(*sum)
}

/// Why a packet gave no samples.
enum Problem {
    Bad,
    Lacking(&'static str),
    Changed,
}

/// Copies samples `from..to` of all channels; what is not finite becomes 0.
fn copy(buffer: &GenericAudioBufferRef<'_>, from: usize, to: usize, block: &mut PcmBlock) {
    buffer.slice(from..to).copy_to_vecs_planar(&mut block.channels);
    for channel in &mut block.channels {
        for sample in channel {
            *sample = sane(*sample);
        }
    }
}

/// What is not finite becomes 0, what is absurdly loud is clipped: later sums and squares stay finite.
pub(super) const fn sane(sample: f32) -> f32 {
    if sample.is_finite() { sample.clamp(-MAX_SAMPLE, MAX_SAMPLE) } else { 0.0 }
}

/// Refuses rates outside the limits; unknown ones are told by the first packet.
pub(super) fn check_rate(sample_rate: Option<u32>, limits: &Limits) -> Result<(), Error> {
    let Some(rate) = sample_rate else { return Ok(()) };
    let max = match rate {
        rate if rate < limits.min_sample_rate => limits.min_sample_rate,
        rate if rate > limits.max_sample_rate => limits.max_sample_rate,
        _ => return Ok(()),
    };
    Err(Error::LimitExceeded { limit: Limit::SampleRate, actual: f64::from(rate), max: f64::from(max) })
}

fn check_channels(n_channels: Option<usize>, limits: &Limits) -> Result<(), Error> {
    match n_channels {
        Some(n) if n > limits.max_channels => Err(Error::LimitExceeded {
            limit: Limit::Channels,
            actual: n as f64,
            max: limits.max_channels as f64,
        }),
        _ => Ok(()),
    }
}
