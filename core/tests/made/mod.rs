//! Files made in code.

/// A tone that is told from those of the other channels by its pitch.
pub(crate) fn tone(n: usize, channel: usize) -> Vec<f32> {
    (0..n).map(|t| (0.01 * (channel + 1) as f32 * t as f32).sin() * 0.9).collect()
}

/// Samples of `n_channels` tones, interleaved, each written by `write`.
pub(crate) fn interleaved(n: usize, n_channels: usize, mut write: impl FnMut(f32, &mut Vec<u8>)) -> Vec<u8> {
    let tones: Vec<_> = (0..n_channels).map(|channel| tone(n, channel)).collect();
    let mut bytes = Vec::new();
    for t in 0..n {
        for tone in &tones {
            write(tone[t], &mut bytes);
        }
    }
    bytes
}

pub(crate) fn s16le(n: usize, n_channels: usize) -> Vec<u8> {
    interleaved(n, n_channels, |x, out| out.extend(((x * 32767.0) as i16).to_le_bytes()))
}

/// The first bytes of samples of 32 bits, big endian: a sample of that width.
pub(crate) fn s_be(n: usize, n_channels: usize, width: usize) -> Vec<u8> {
    interleaved(n, n_channels, |x, out| {
        out.extend(&((f64::from(x) * 2_147_483_647.0) as i32).to_be_bytes()[..width]);
    })
}

pub(crate) fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut chunk = [kind.as_slice(), &(body.len() as u32).to_le_bytes(), body].concat();
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    chunk
}

pub(crate) fn wav_format(tag: u16, n_channels: u16, rate: u32, bits: u16) -> Vec<u8> {
    let align = n_channels.wrapping_mul(bits.div_ceil(8));
    let mut fmt = Vec::new();
    fmt.extend(tag.to_le_bytes());
    fmt.extend(n_channels.to_le_bytes());
    fmt.extend(rate.to_le_bytes());
    fmt.extend(rate.wrapping_mul(u32::from(align)).to_le_bytes());
    fmt.extend(align.to_le_bytes());
    fmt.extend(bits.to_le_bytes());
    fmt
}

pub(crate) fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = chunks.concat();
    [b"RIFF".as_slice(), &(body.len() as u32 + 4).to_le_bytes(), b"WAVE", &body].concat()
}

pub(crate) fn wav(n: usize, n_channels: u16, rate: u32) -> Vec<u8> {
    let data = s16le(n, usize::from(n_channels));
    riff(&[chunk(b"fmt ", &wav_format(1, n_channels, rate, 16)), chunk(b"data", &data)])
}

pub(crate) fn big_chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut chunk = [kind.as_slice(), &(body.len() as u32).to_be_bytes(), body].concat();
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    chunk
}

/// An AIFF (without `compression`) or AIFF-C file at 44.1 kHz.
pub(crate) fn aiff(
    n: usize,
    n_channels: u16,
    bits: u16,
    compression: Option<&[u8; 4]>,
    data: &[u8],
) -> Vec<u8> {
    let mut common = Vec::new();
    common.extend(n_channels.to_be_bytes());
    common.extend((n as u32).to_be_bytes());
    common.extend(bits.to_be_bytes());
    common.extend([0x40, 0x0e, 0xac, 0x44, 0, 0, 0, 0, 0, 0]);
    if let Some(compression) = compression {
        common.extend(compression);
        common.extend([0, 0]);
    }
    let form: &[u8] = if compression.is_some() { b"AIFC" } else { b"AIFF" };
    let sound = [&[0; 8], data].concat();
    let body = [form, &big_chunk(b"COMM", &common), &big_chunk(b"SSND", &sound)].concat();
    [b"FORM".as_slice(), &(body.len() as u32).to_be_bytes(), &body].concat()
}

/// A CAF file of two channels at 44.1 kHz. Flag 2 is little endian.
pub(crate) fn caf(bits: u32, flags: u32, data: &[u8], data_len: i64) -> Vec<u8> {
    let mut file = b"caff\0\x01\0\0desc".to_vec();
    file.extend(32_i64.to_be_bytes());
    file.extend(44_100_f64.to_be_bytes());
    file.extend(b"lpcm");
    for number in [flags, bits / 8 * 2, 1, 2, bits] {
        file.extend(number.to_be_bytes());
    }
    file.extend(b"data");
    file.extend(data_len.to_be_bytes());
    file.extend([0; 4]);
    file.extend(data);
    file
}

pub(crate) fn atom(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32 + 8).to_be_bytes(), kind.as_slice(), body].concat()
}

pub(crate) fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// A QuickTime file of two channels of `sowt` at 44.1 kHz in chunks of up to 1000 samples; `edit` is
/// where its edit list starts.
pub(crate) fn mov(n: usize, edit: Option<u32>) -> Vec<u8> {
    let data = s16le(n, 2);
    let ftyp = atom(b"ftyp", b"qt  \0\0\0\0qt  ");
    let n_chunks = n.div_ceil(1000);
    let header = |scale: u32, tail: usize| [words(&[0, 0, 0, scale, n as u32]), vec![0; tail]].concat();
    let tkhd = [words(&[7, 0, 0, 1, 0, n as u32]), vec![0; 60]].concat();
    let mdhd = header(44_100, 4);
    let hdlr = [&[0; 4], b"mhlrsoun".as_slice(), &[0; 13]].concat();
    let mut entry = vec![0; 6];
    entry.extend([0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 16, 0, 0, 0, 0, 0xac, 0x44, 0, 0]);
    let stsd = [words(&[0, 1]), atom(b"sowt", &entry)].concat();
    let stts = words(&[0, 1, n as u32, 1]);
    let mut stsc = vec![0, 1, 1, 1000, 1];
    if !n.is_multiple_of(1000) {
        stsc[1] = 2;
        stsc.extend([n_chunks as u32, n as u32 % 1000, 1]);
    }
    let stsz = words(&[0, 4, n as u32]);
    let index = |start: u32| {
        let offsets = (0..n_chunks as u32).map(|chunk| start + chunk * 4000);
        let stco = words(&[0, n_chunks as u32].into_iter().chain(offsets).collect::<Vec<_>>());
        let tables = [
            atom(b"stsd", &stsd),
            atom(b"stts", &stts),
            atom(b"stsc", &words(&stsc)),
            atom(b"stsz", &stsz),
            atom(b"stco", &stco),
        ];
        let minf = atom(b"minf", &[atom(b"smhd", &[0; 8]), atom(b"stbl", &tables.concat())].concat());
        let mdia = atom(b"mdia", &[atom(b"mdhd", &mdhd), atom(b"hdlr", &hdlr), minf].concat());
        let edts = edit.map_or(Vec::new(), |start| {
            atom(b"edts", &atom(b"elst", &words(&[0, 1, n as u32 - start, start, 0x1_0000])))
        });
        let trak = atom(b"trak", &[atom(b"tkhd", &tkhd), edts, mdia].concat());
        atom(b"moov", &[atom(b"mvhd", &header(44_100, 80)), trak].concat())
    };
    // The samples start behind the index, whose length does not depend on where that is.
    let start = ftyp.len() + index(0).len() + 8;
    [ftyp, index(start as u32), atom(b"mdat", &data)].concat()
}
