//! Configuration of AAC streams, wherever a container holds it.

/// The decoder's configuration within an elementary stream descriptor (ISO 14496-1, 7.2.6.5), as
/// the `esds` box and CAF's cookie hold it.
pub(in crate::decode) fn decoder_config(descriptor: &[u8]) -> Option<&[u8]> {
    let (3, stream) = descriptor_body(descriptor)? else { return None };
    let flags = *stream.get(2)?;
    // Optional fields: the stream this depends on, an URL, and a clock reference.
    let mut at = 3;
    at += if flags & 0x80 != 0 { 2 } else { 0 };
    at += if flags & 0x40 != 0 { 1 + usize::from(*stream.get(at)?) } else { 0 };
    at += if flags & 0x20 != 0 { 2 } else { 0 };
    let (4, decoder) = descriptor_body(stream.get(at..)?)? else { return None };
    let (5, config) = descriptor_body(decoder.get(13..)?)? else { return None };
    Some(config)
}

/// Tag and content of a descriptor.
fn descriptor_body(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let (&tag, mut rest) = bytes.split_first()?;
    let mut len = 0_usize;
    for _ in 0..4 {
        let (&byte, behind) = rest.split_first()?;
        rest = behind;
        len = len << 7 | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some((tag, &rest[..len.min(rest.len())]))
}

/// What an AAC stream's configuration (AudioSpecificConfig, ISO 14496-3, 1.6.2.1) says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::decode) struct AacConfig {
    /// Audio object type of the core: 2 is LC.
    pub(in crate::decode) object_type: u32,
    /// Rate of the core in Hz.
    pub(in crate::decode) sample_rate: u32,
    /// Channel configuration; 0 is told elsewhere.
    pub(in crate::decode) channels: u32,
    /// Whether spectral band replication (HE-AAC) is signalled.
    pub(in crate::decode) sbr: bool,
    /// Whether parametric stereo (HE-AAC v2) is signalled.
    pub(in crate::decode) ps: bool,
}

impl AacConfig {
    /// Reads a configuration, with the backward-compatible extension behind it.
    pub(in crate::decode) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut bits = Bits { bytes, at: 0 };
        let mut object_type = bits.object_type()?;
        let sample_rate = bits.rate()?;
        let channels = bits.take(4)?;
        let (mut sbr, mut ps) = (matches!(object_type, 5 | 29), object_type == 29);
        if sbr {
            bits.rate()?;
            object_type = bits.object_type()?;
        } else if object_type == 2 {
            // Frame length, no core coder, no extension: then perhaps 0x2b7 and the hidden SBR.
            let plain = bits.take(1).is_some() && bits.take(1) == Some(0) && bits.take(1) == Some(0);
            if plain && channels > 0 && bits.take(11) == Some(0x2b7) && bits.object_type() == Some(5) {
                sbr = bits.take(1) == Some(1);
                ps = sbr && bits.rate().is_some() && bits.take(11) == Some(0x548) && bits.take(1) == Some(1);
            }
        }
        Some(Self { object_type, sample_rate, channels: if channels == 7 { 8 } else { channels }, sbr, ps })
    }
}

/// Bits, the highest first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: usize) -> Option<u32> {
        let mut value = 0;
        for at in self.at..self.at + count {
            let byte = self.bytes.get(at / 8)?;
            value = value << 1 | u32::from(byte >> (7 - at % 8) & 1);
        }
        self.at += count;
        Some(value)
    }

    fn object_type(&mut self) -> Option<u32> {
        match self.take(5)? {
            31 => Some(32 + self.take(6)?),
            object_type => Some(object_type),
        }
    }

    fn rate(&mut self) -> Option<u32> {
        const RATES: [u32; 13] = [
            96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
            7_350,
        ];
        match self.take(4)? {
            15 => self.take(24),
            index => RATES.get(index as usize).copied(),
        }
    }
}
