//! Elementary streams: MPEG audio (MP1, MP2, MP3) and ADTS frames, found by walking their headers.
//!
//! These files have no container: time is the count of frames. Walking them here, instead of by a
//! demuxer that silently skips what it cannot read, gives the exact length before decoding, keeps
//! time over damaged stretches (by the bytes that were skipped), and tells where frames end and
//! tags begin.

use bytes::Bytes;

use crate::decode::bytes::tags::id3v2_len;
use crate::decode::packets::packet::Packet;

/// Kind of elementary stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::decode) enum Elementary {
    /// MPEG audio of layer 1, 2 or 3.
    Mpeg(u8),
    /// AAC in ADTS frames.
    Adts,
}

/// How far behind the tags the first frame is searched, in bytes.
const MAX_JUNK: usize = 1 << 20;

/// Frames that must follow each other to believe in a stream that starts behind junk.
const CHAIN_BEHIND_JUNK: usize = 4;

/// A parsed frame header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::decode) struct Header {
    kind: Elementary,
    /// MPEG version (1, 2, or 25 for 2.5); for ADTS the audio object type (2 is LC).
    pub(in crate::decode) version: u8,
    /// Sample rate in Hz.
    pub(in crate::decode) sample_rate: u32,
    /// Channels; 0 where the stream itself tells them (ADTS with a program config element).
    pub(in crate::decode) channels: u8,
    /// Samples a channel that the frame decodes to.
    pub(in crate::decode) samples: u32,
    /// Length of the frame with its header in bytes; never 0.
    pub(in crate::decode) len: usize,
    /// Bytes before the payload that the decoder does not want.
    skip: usize,
    has_crc: bool,
}

impl Header {
    /// Reads the header at the start of `bytes`.
    fn parse(bytes: &[u8]) -> Option<Self> {
        let word = u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?);
        if word >> 21 != 0x7ff {
            return None;
        }
        if (word >> 17) & 3 == 0 { Self::parse_adts(bytes) } else { Self::parse_mpeg(word) }
    }

    /// ISO 11172-3, 2.4.1.3, and ISO 13818-3; MPEG 2.5 as its encoders write it.
    fn parse_mpeg(word: u32) -> Option<Self> {
        // kbit/s; rows: MPEG 1 layer I, II, III, MPEG 2 layer I, MPEG 2 layers II and III.
        const KBITS: [[u16; 15]; 5] = [
            [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
            [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
            [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
            [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
            [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
        ];
        let (version, divisor) = match (word >> 19) & 3 {
            0 => (25, 4),
            2 => (2, 2),
            3 => (1, 1),
            _ => return None,
        };
        let layer = 4 - ((word >> 17) & 3) as u8;
        let row = match (version, layer) {
            (1, layer) => usize::from(layer) - 1,
            (_, 1) => 3,
            _ => 4,
        };
        let bits_per_s = match KBITS[row].get((word >> 12) as usize & 15)? {
            0 => return None,
            &kbits => u32::from(kbits) * 1000,
        };
        let sample_rate = [44_100, 48_000, 32_000].get((word >> 10) as usize & 3)? / divisor;
        let padding = (word >> 9) & 1;
        let (samples, len) = match (version, layer) {
            (_, 1) => (384, (12 * bits_per_s / sample_rate + padding) * 4),
            (1, 3) | (_, 2) => (1152, 144 * bits_per_s / sample_rate + padding),
            _ => (576, 72 * bits_per_s / sample_rate + padding),
        };
        Some(Self {
            kind: Elementary::Mpeg(layer),
            version,
            sample_rate,
            channels: if (word >> 6) & 3 == 3 { 1 } else { 2 },
            samples,
            len: (len as usize).max(4),
            skip: 0,
            has_crc: word & 0x1_0000 == 0,
        })
    }

    /// ISO 13818-7, 6.2.
    fn parse_adts(bytes: &[u8]) -> Option<Self> {
        const RATES: [u32; 13] = [
            96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
            7_350,
        ];
        let &[_, b1, b2, b3, b4, b5, b6] = bytes.first_chunk::<7>()?;
        // The sync word of ADTS has 12 bits, one more than that of MPEG audio.
        if b1 & 0xf6 != 0xf0 {
            return None;
        }
        let has_crc = b1 & 1 == 0;
        let skip = if has_crc { 9 } else { 7 };
        let len = usize::from(b3 & 3) << 11 | usize::from(b4) << 3 | usize::from(b5 >> 5);
        (len > skip).then_some(())?;
        Some(Self {
            kind: Elementary::Adts,
            version: (b2 >> 6) + 1,
            sample_rate: *RATES.get(usize::from(b2 >> 2) & 15)?,
            channels: match (b2 & 1) << 2 | b3 >> 6 {
                7 => 8,
                channels => channels,
            },
            samples: 1024 * (u32::from(b6 & 3) + 1),
            len,
            skip,
            has_crc,
        })
    }

    /// Whether `other` may follow in the same stream.
    const fn continues(&self, other: &Self) -> bool {
        let same_kind = match (self.kind, other.kind) {
            (Elementary::Mpeg(a), Elementary::Mpeg(b)) => a == b,
            (Elementary::Adts, Elementary::Adts) => self.channels == other.channels,
            _ => false,
        };
        same_kind && self.version == other.version && self.sample_rate == other.sample_rate
    }
}

/// Finds the first frame: at the start, or behind up to [`MAX_JUNK`] bytes of something else.
pub(in crate::decode) fn find_first(body: &[u8]) -> Option<(Elementary, usize)> {
    let limit = body.len().min(MAX_JUNK);
    let mut at = 0;
    while let Some(step) = body[at..limit].iter().position(|&b| b == 0xff) {
        at += step;
        if let Some(header) = Header::parse(&body[at..]) {
            let (chain, ends) = chain(body, at, &header);
            if chain >= CHAIN_BEHIND_JUNK || ends && (chain >= 2 || chain == 1 && at == 0) {
                return Some((header.kind, at));
            }
        }
        at += 1;
    }
    None
}

/// How many frames, up to [`CHAIN_BEHIND_JUNK`], follow each other from `at` on, and whether the
/// audio ends behind them: at the end of the bytes, within a frame, or at a tag.
fn chain(body: &[u8], at: usize, first: &Header) -> (usize, bool) {
    let (mut at, mut count) = (at, 0);
    while count < CHAIN_BEHIND_JUNK {
        let rest = &body[at..];
        if count > 0 && ends_audio(rest) {
            return (count, true);
        }
        match Header::parse(rest) {
            Some(header) if first.continues(&header) => {
                if header.len > rest.len() {
                    return (count, count > 0);
                }
                at += header.len;
                count += 1;
            }
            _ => return (count, false),
        }
    }
    (count, false)
}

fn ends_audio(rest: &[u8]) -> bool {
    rest.len() < 4 || tag_len(rest).is_some()
}

/// Length of the tag that starts here: ID3v1, Lyrics3, APE or ID3v2.
fn tag_len(rest: &[u8]) -> Option<usize> {
    if rest.starts_with(b"TAG") {
        // The enhanced tag (TAG+) precedes the plain one.
        return Some(if rest.starts_with(b"TAG+") { 227 } else { 128 });
    }
    if rest.starts_with(b"LYRICSBEGIN") {
        return Some(rest.len());
    }
    if rest.starts_with(b"APETAGEX") {
        let size = u32::from_le_bytes(rest.get(12..16)?.try_into().ok()?) as usize;
        // The size excludes the header.
        return Some(size.saturating_add(32));
    }
    id3v2_len(rest)
}

/// What a walk over all frames tells.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::decode) struct Census {
    /// Frames of audio, with those lost in damaged stretches.
    pub(in crate::decode) frames: u64,
    /// Whether the bytes end within a frame.
    pub(in crate::decode) cut: bool,
}

/// Encoder delay and padding, as the info frame of an MP3 tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::decode) struct InfoFrame {
    /// Frames of audio the encoder wrote.
    pub(in crate::decode) frames: Option<u32>,
    /// Samples the encoder put before the audio.
    pub(in crate::decode) delay: Option<u32>,
    /// Samples the encoder put behind the audio.
    pub(in crate::decode) padding: Option<u32>,
}

/// Walks the frames of an elementary stream.
pub(in crate::decode) struct FrameReader {
    bytes: Bytes,
    first: Header,
    start: usize,
    at: usize,
    /// Frames given out, with those lost.
    count: u64,
    /// Bytes and number of the frames seen, for their mean length.
    seen: (u64, u64),
}

/// A step of the walk.
struct Step {
    at: usize,
    header: Header,
    /// Frames that the skipped bytes held, estimated.
    lost: u64,
}

impl FrameReader {
    /// A walk that starts at the frame at `bytes[start..]`.
    pub(in crate::decode) fn new(bytes: Bytes, start: usize) -> Option<Self> {
        let first = Header::parse(bytes.get(start..)?)?;
        Some(Self { bytes, first, start, at: start, count: 0, seen: (0, 0) })
    }

    /// The first frame's header.
    pub(in crate::decode) const fn header(&self) -> &Header {
        &self.first
    }

    /// Bytes walked over.
    pub(in crate::decode) const fn position(&self) -> usize {
        self.at
    }

    /// Walks over everything, then rewinds. Reads some bytes a frame.
    pub(in crate::decode) fn census(&mut self) -> Census {
        let mut census = Census::default();
        while let Some(step) = self.step() {
            census.frames += step.lost + u64::from(!self.is_info(&step));
        }
        census.cut = Header::parse(&self.bytes[self.at..])
            .is_some_and(|header| self.first.continues(&header) && self.seen.1 > 0);
        self.at = self.start;
        self.seen = (0, 0);
        census
    }

    /// The info frame (Xing, Info or VBRI), if the stream starts with one.
    pub(in crate::decode) fn info(&self) -> Option<InfoFrame> {
        let frame = self.bytes.get(self.start..self.start + self.first.len)?;
        if vbri(frame) {
            let frames = u32::from_be_bytes(frame.get(50..54)?.try_into().ok()?);
            return Some(InfoFrame { frames: Some(frames), ..InfoFrame::default() });
        }
        let tag = frame.get(xing_offset(&self.first)?..)?;
        matches!(tag.get(..4)?, b"Xing" | b"Info").then_some(())?;
        let flags = tag.get(7)?;
        let frames =
            (flags & 1 != 0).then(|| Some(u32::from_be_bytes(tag.get(8..12)?.try_into().ok()?))).flatten();
        // Frames, bytes, table of contents and quality each come only with their flag.
        let lame = 8 + [(1, 4), (2, 4), (4, 100), (8, 4)]
            .iter()
            .filter(|(flag, _)| flags & flag != 0)
            .map(|(_, len)| len)
            .sum::<usize>();
        let mut info = InfoFrame { frames, ..InfoFrame::default() };
        let encoder = tag.get(lame..lame + 4);
        if encoder.is_some_and(|encoder| matches!(encoder, b"LAME" | b"Lavf" | b"Lavc" | b"GOGO"))
            && let Some(&[a, b, c]) = tag.get(lame + 21..).and_then(|trim| trim.first_chunk::<3>())
        {
            info.delay = Some(u32::from(a) << 4 | u32::from(b) >> 4);
            info.padding = Some(u32::from(b & 15) << 8 | u32::from(c));
        }
        Some(info)
    }

    /// The next frame of audio.
    pub(in crate::decode) fn next_packet(&mut self) -> Option<Packet> {
        loop {
            let step = self.step()?;
            self.count += step.lost;
            if self.is_info(&step) {
                continue;
            }
            let position = (self.count * u64::from(self.first.samples)).cast_signed();
            self.count += 1;
            return Some(Packet {
                position,
                duration: u64::from(step.header.samples),
                trim: (0, 0),
                data: self.bytes.slice(step.at + step.header.skip..step.at + step.header.len),
            });
        }
    }

    /// Goes to the next frame, over tags and damage.
    fn step(&mut self) -> Option<Step> {
        let mut resync_from = None;
        loop {
            let rest = self.bytes.get(self.at..)?;
            if let Some(header) = Header::parse(rest).filter(|header| self.first.continues(header)) {
                if header.len > rest.len() {
                    return None;
                }
                // Found by search, a header must be confirmed by the next one.
                if resync_from.is_none()
                    || matches!(chain(&self.bytes, self.at, &header), (2.., _) | (1, true))
                {
                    let at = self.at;
                    let lost = resync_from.map_or(0, |from| self.frames_within(at - from));
                    self.at += header.len;
                    self.seen = (self.seen.0 + header.len as u64, self.seen.1 + 1);
                    return Some(Step { at, header, lost });
                }
            } else if resync_from.is_none()
                && let Some(len) = tag_len(rest)
            {
                self.at = (self.at + len).min(self.bytes.len());
                continue;
            }
            resync_from.get_or_insert(self.at);
            self.at += 1 + rest.get(1..)?.iter().position(|&b| b == 0xff)?;
        }
    }

    /// How many frames of the mean length seen so far fit into `bytes`.
    const fn frames_within(&self, bytes: usize) -> u64 {
        match (bytes as u64 * self.seen.1 * 2 + self.seen.0).checked_div(self.seen.0 * 2) {
            Some(frames) => frames,
            None => 0,
        }
    }

    fn is_info(&self, step: &Step) -> bool {
        let frame = &self.bytes[step.at..step.at + step.header.len];
        let xing = xing_offset(&step.header)
            .and_then(|offset| frame.get(offset..offset + 4))
            .is_some_and(|tag| matches!(tag, b"Xing" | b"Info"));
        xing || matches!(step.header.kind, Elementary::Mpeg(3)) && vbri(frame)
    }
}

/// Where an MP3 frame holds its Xing tag: behind header, checksum and side information.
const fn xing_offset(header: &Header) -> Option<usize> {
    let side = match (header.kind, header.version, header.channels) {
        (Elementary::Mpeg(3), 1, 1) => 17,
        (Elementary::Mpeg(3), 1, _) => 32,
        (Elementary::Mpeg(3), _, 1) => 9,
        (Elementary::Mpeg(3), _, _) => 17,
        _ => return None,
    };
    Some(4 + if header.has_crc { 2 } else { 0 } + side)
}

fn vbri(frame: &[u8]) -> bool {
    frame.get(36..40) == Some(b"VBRI")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 128 kbit/s, 44.1 kHz, stereo, without padding: 417 bytes.
    fn mp3_frame() -> Vec<u8> {
        let mut frame = vec![0; 417];
        frame[..4].copy_from_slice(&[0xff, 0xfb, 0x90, 0x00]);
        frame
    }

    fn adts_frame(len: usize) -> Vec<u8> {
        let mut frame = vec![0; len];
        frame[..7].copy_from_slice(&[
            0xff,
            0xf1,
            0x50,
            0x80 | (len >> 11) as u8,
            (len >> 3) as u8,
            (len << 5) as u8 | 0x1f,
            0xfc,
        ]);
        frame
    }

    #[test]
    fn parses_headers() {
        let header = Header::parse(&mp3_frame()).expect("a header");
        assert_eq!(
            (header.kind, header.sample_rate, header.channels, header.samples, header.len),
            (Elementary::Mpeg(3), 44_100, 2, 1152, 417)
        );
        let header = Header::parse(&adts_frame(300)).expect("a header");
        assert_eq!(
            (header.kind, header.version, header.sample_rate, header.channels, header.len),
            (Elementary::Adts, 2, 44_100, 2, 300)
        );
    }

    #[test]
    fn finds_the_first_frame_behind_junk() {
        let stream: Vec<u8> = std::iter::repeat_n(mp3_frame(), 6).flatten().collect();
        assert_eq!(find_first(&stream), Some((Elementary::Mpeg(3), 0)));
        let behind = [vec![0xff; 1000], stream].concat();
        assert_eq!(find_first(&behind), Some((Elementary::Mpeg(3), 1000)));
        assert_eq!(find_first(&adts_frame(300).repeat(3)), Some((Elementary::Adts, 0)));
        assert_eq!(find_first(&vec![0xff; 5000]), None);
    }

    #[test]
    fn keeps_count_over_damage() {
        let mut stream: Vec<u8> = std::iter::repeat_n(mp3_frame(), 100).flatten().collect();
        stream[417 * 10 - 5..417 * 15 + 9].fill(0x55);
        let mut reader = FrameReader::new(stream.into(), 0).expect("frames");
        assert_eq!(reader.census().frames, 100);
        let positions: Vec<_> =
            std::iter::from_fn(|| reader.next_packet()).map(|p| p.position / 1152).collect();
        let expected: Vec<i64> = (0..10).chain(16..100).collect();
        assert_eq!(positions, expected);
    }

    #[test]
    fn trailing_tags_are_no_audio() {
        let mut stream: Vec<u8> = std::iter::repeat_n(mp3_frame(), 5).flatten().collect();
        stream.extend([b"TAG".as_slice(), &[0xff; 125]].concat());
        let census = FrameReader::new(stream.into(), 0).expect("frames").census();
        assert_eq!((census.frames, census.cut), (5, false));
    }
}
