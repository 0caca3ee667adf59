//! Decoding through the public interface, of inputs made in code.

mod made;

use std::collections::BTreeMap;

use bytes::Bytes;
use proptest::prelude::*;
use sectionist_core::Error;
use sectionist_core::decode::{AudioStream, FileHint, Limits, MAX_BLOCK, PcmBlock, Warning, formats};
use sectionist_core::error::Limit;

use made::{aiff, caf, chunk, interleaved, mov, riff, s_be, s16le, tone, wav, wav_format};

/// What came out of a file.
struct Decoded {
    container: String,
    codec: String,
    sample_rate: u32,
    channels: Vec<Vec<f32>>,
    warnings: Vec<Warning>,
    tags: BTreeMap<String, String>,
}

impl Decoded {
    fn codes(&self) -> Vec<&'static str> {
        self.warnings.iter().map(|warning| warning.code).collect()
    }
}

fn decode_with(bytes: &[u8], hint: &FileHint, limits: &Limits) -> Result<Decoded, Error> {
    let mut stream = AudioStream::open(Bytes::copy_from_slice(bytes), hint, limits)?;
    let n_channels = stream.source().channels;
    let mut channels = vec![Vec::new(); n_channels];
    let mut block = PcmBlock::default();
    let mut fraction = stream.fraction();
    while stream.next_block(&mut block)? {
        assert_eq!(block.channels.len(), n_channels);
        let n = block.channels[0].len();
        assert!((1..=MAX_BLOCK).contains(&n));
        for (all, channel) in channels.iter_mut().zip(&block.channels) {
            assert_eq!(channel.len(), n);
            assert!(channel.iter().all(|x| x.is_finite()));
            all.extend_from_slice(channel);
        }
        assert!(stream.fraction() >= fraction && stream.fraction() <= 1.0);
        fraction = stream.fraction();
    }
    assert_eq!(stream.fraction(), 1.0);
    assert!(!stream.next_block(&mut block)?, "the end stays the end");
    let source = stream.source();
    Ok(Decoded {
        container: source.container.clone(),
        codec: source.codec.clone(),
        sample_rate: source.sample_rate,
        tags: source.tags.clone(),
        channels,
        warnings: stream.warnings().to_vec(),
    })
}

fn decode(bytes: &[u8]) -> Result<Decoded, Error> {
    decode_with(bytes, &FileHint::default(), &Limits::default())
}

#[track_caller]
fn assert_tones(decoded: &Decoded, n: usize, n_channels: usize, tolerance: f32) {
    assert_eq!(decoded.channels.len(), n_channels);
    for (c, channel) in decoded.channels.iter().enumerate() {
        assert_eq!(channel.len(), n);
        for (t, (got, want)) in channel.iter().zip(tone(n, c)).enumerate() {
            assert!((got - want).abs() <= tolerance, "channel {c}, sample {t}: {got} is not {want}");
        }
    }
}

#[test]
fn every_pcm_width_in_wav() {
    const N: usize = 20_000;
    let u8s = |x: f32, out: &mut Vec<u8>| out.push((x * 127.0 + 128.0).round() as u8);
    let s24 = |x: f32, out: &mut Vec<u8>| out.extend(&((x * 8_388_607.0) as i32).to_le_bytes()[..3]);
    let s32 = |x: f32, out: &mut Vec<u8>| {
        out.extend(((f64::from(x) * 2_147_483_647.0) as i32).to_le_bytes());
    };
    let f32s = |x: f32, out: &mut Vec<u8>| out.extend(x.to_le_bytes());
    let f64s = |x: f32, out: &mut Vec<u8>| out.extend(f64::from(x).to_le_bytes());
    let cases = [
        ("pcm_u8", 1, 8, interleaved(N, 2, u8s), 0.012),
        ("pcm_s16le", 1, 16, s16le(N, 2), 1e-4),
        ("pcm_s24le", 1, 24, interleaved(N, 2, s24), 1e-6),
        ("pcm_s32le", 1, 32, interleaved(N, 2, s32), 1e-6),
        ("pcm_f32le", 3, 32, interleaved(N, 2, f32s), 0.0),
        ("pcm_f64le", 3, 64, interleaved(N, 2, f64s), 0.0),
    ];
    for (codec, tag, bits, data, tolerance) in cases {
        let bytes = riff(&[chunk(b"fmt ", &wav_format(tag, 2, 44_100, bits)), chunk(b"data", &data)]);
        let decoded = decode(&bytes).expect(codec);
        assert_eq!((decoded.container.as_str(), decoded.codec.as_str()), ("wav", codec));
        assert_eq!(decoded.codes(), [""; 0], "{codec}");
        assert_tones(&decoded, N, 2, tolerance);
    }
}

#[test]
fn aiff_caf_and_au() {
    const N: usize = 20_000;
    for (bits, tolerance) in [(8, 0.009), (16, 1e-4), (24, 1e-6), (32, 1e-6)] {
        let data = s_be(N, 2, usize::from(bits) / 8);
        let decoded = decode(&aiff(N, 2, bits, None, &data)).expect("aiff");
        assert_eq!((decoded.container.as_str(), decoded.sample_rate), ("aiff", 44_100));
        assert_tones(&decoded, N, 2, tolerance);
    }
    let decoded = decode(&aiff(N, 2, 16, Some(b"sowt"), &s16le(N, 2))).expect("sowt");
    assert_eq!(decoded.codec, "pcm_s16le");
    assert_tones(&decoded, N, 2, 1e-4);
    let data = s16le(N, 2);
    for data_len in [data.len() as i64 + 4, -1] {
        let decoded = decode(&caf(16, 2, &data, data_len)).expect("caf");
        assert_eq!((decoded.container.as_str(), decoded.codec.as_str()), ("caf", "pcm_s16le"));
        assert_eq!(decoded.codes(), [""; 0]);
        assert_tones(&decoded, N, 2, 1e-4);
    }
    let mut au = b".snd\0\0\0\x18".to_vec();
    for number in [u32::MAX, 3, 44_100, 2] {
        au.extend(number.to_be_bytes());
    }
    au.extend(s_be(N, 2, 2));
    assert_tones(&decode(&au).expect("au"), N, 2, 1e-4);
}

#[test]
fn quicktime_and_its_edit_list() {
    for n in [50_000, 50_321] {
        let decoded = decode(&mov(n, None)).expect("mov");
        assert_eq!((decoded.container.as_str(), decoded.codec.as_str()), ("mp4", "pcm_s16le"));
        assert_eq!(decoded.codes(), [""; 0]);
        assert_tones(&decoded, n, 2, 1e-4);
    }
    let decoded = decode(&mov(50_000, Some(1024))).expect("mov with an edit");
    assert_eq!(decoded.channels[0].len(), 50_000 - 1024);
    let tone = tone(50_000, 1);
    let errors = decoded.channels[1].iter().zip(&tone[1024..]).map(|(got, want)| (got - want).abs());
    assert!(errors.fold(0.0, f32::max) < 1e-4, "the edit's start is the first sample");
}

#[test]
fn wave_in_odd_wrappings() {
    const N: usize = 50_000;
    let data = s16le(N, 2);
    let fmt = chunk(b"fmt ", &wav_format(1, 2, 44_100, 16));

    // Broadcast WAV with an odd chunk before and text behind the samples.
    let info = chunk(b"LIST", b"INFOINAM\x05\0\0\0Tune\0\0IART\x02\0\0\0Me");
    let chunks = [chunk(b"bext", &[7; 605]), fmt.clone(), chunk(b"data", &data), info];
    let decoded = decode(&riff(&chunks)).expect("bext");
    assert_tones(&decoded, N, 2, 1e-4);
    assert_eq!((decoded.tags["title"].as_str(), decoded.tags["artist"].as_str()), ("Tune", "Me"));

    // RF64: the sizes are in a chunk of their own.
    let mut ds64 = vec![0; 28];
    ds64[8..16].copy_from_slice(&(data.len() as u64).to_le_bytes());
    let mut long = riff(&[chunk(b"ds64", &ds64), fmt.clone(), chunk(b"data", &data)]);
    long[..8].copy_from_slice(b"RF64\xff\xff\xff\xff");
    let at = long.windows(4).position(|word| word == b"data").expect("a data chunk");
    long[at + 4..at + 8].fill(0xff);
    let decoded = decode(&long).expect("RF64");
    assert_tones(&decoded, N, 2, 1e-4);
    assert_eq!(decoded.codes(), [""; 0]);

    // A streaming writer that could not seek back: unknown sizes are no damage.
    for unknown in [0, u32::MAX] {
        let mut streamed = riff(&[fmt.clone(), chunk(b"data", &data)]);
        streamed[4..8].copy_from_slice(&unknown.to_le_bytes());
        streamed[40..44].copy_from_slice(&unknown.to_le_bytes());
        let decoded = decode(&streamed).expect("streamed");
        assert_tones(&decoded, N, 2, 1e-4);
        assert_eq!(decoded.codes(), [""; 0]);
    }

    // 20 bits in 24, by the extensible format.
    let mut fmt = wav_format(0xfffe, 1, 48_000, 24);
    fmt.extend([22, 0, 20, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71]);
    let data = interleaved(N, 1, |x, out| {
        out.extend(&((x * 8_388_607.0) as i32 & !15).to_le_bytes()[..3]);
    });
    let decoded = decode(&riff(&[chunk(b"fmt ", &fmt), chunk(b"data", &data)])).expect("extensible");
    assert_tones(&decoded, N, 1, 1e-5);
    assert_eq!(decoded.sample_rate, 48_000);
}

#[test]
fn any_rate_and_channel_count_within_the_limits() {
    for rate in [8_000, 11_025, 22_050, 48_000, 96_000, 192_000] {
        for n_channels in [1, 2, 3, 6, 8, 18, 19, 32] {
            let decoded = decode(&wav(3000, n_channels, rate)).expect("a wav");
            assert_eq!(decoded.sample_rate, rate);
            assert_tones(&decoded, 3000, usize::from(n_channels), 1e-4);
        }
    }
}

#[test]
fn limits_hold_before_anything_is_decoded() {
    let limit = |bytes: &[u8], limits: &Limits| match decode_with(bytes, &FileHint::default(), limits) {
        Err(Error::LimitExceeded { limit, actual, max }) => Some((limit, actual, max)),
        _ => None,
    };
    let limits = Limits::default();
    assert_eq!(limit(&wav(100, 33, 44_100), &limits), Some((Limit::Channels, 33.0, 32.0)));
    assert_eq!(limit(&wav(10, 40_000, 44_100), &limits).map(|l| l.0), Some(Limit::Channels));
    for rate in [0, 1, 7999, 192_001, 50_000_000] {
        let exceeded = limit(&wav(100, 1, rate), &limits).map(|l| (l.0, l.1));
        assert_eq!(exceeded, Some((Limit::SampleRate, f64::from(rate))));
    }
    let short = Limits { max_duration: 2.0, ..limits };
    assert_eq!(limit(&wav(16_001, 1, 8000), &short).map(|l| (l.0, l.2)), Some((Limit::Duration, 2.0)));
    assert_eq!(limit(&wav(16_000, 1, 8000), &short), None);
    let small = Limits { max_bytes: 1000, ..limits };
    assert_eq!(limit(&wav(1000, 1, 8000), &small).map(|l| l.0), Some(Limit::Bytes));

    let samples = |n: usize, rate| AudioStream::from_samples(&vec![0.0; n], rate, &short).map(|_| ());
    assert_eq!(samples(16_000, 8000), Ok(()));
    assert!(matches!(samples(16_001, 8000), Err(Error::LimitExceeded { limit: Limit::Duration, .. })));
    assert!(matches!(samples(0, 0), Err(Error::LimitExceeded { limit: Limit::SampleRate, .. })));
}

#[test]
fn cut_files_give_what_they_have() {
    let n = 100_000;
    let data = s16le(n, 2);
    let cases = [
        ("wav", wav(n, 2, 44_100)),
        ("aiff", aiff(n, 2, 16, None, &s_be(n, 2, 2))),
        ("caf", caf(16, 2, &data, data.len() as i64 + 4)),
        ("mp4", mov(n, None)),
    ];
    for (container, bytes) in cases {
        let decoded = decode(&bytes[..bytes.len() * 2 / 3]).expect(container);
        let got = decoded.channels[0].len();
        assert!((66_000..67_000).contains(&got), "{container}: {got}");
        assert_tones(&decoded, got, 2, 1e-4);
        assert_eq!(decoded.codes(), ["truncated"], "{container}");
        // Less than a second of a damaged file is no basis for anything.
        match decode(&bytes[..bytes.len() / 10]) {
            Err(Error::Malformed { container: Some(name), codec: Some(codec), .. }) => {
                assert_eq!(name, container);
                assert!(codec.starts_with("pcm_s16"), "{codec}");
            }
            other => panic!("{container}: {:?}", other.map(|decoded| decoded.channels[0].len())),
        }
    }
}

#[test]
fn short_is_not_damaged_and_nothing_is_no_audio() {
    let decoded = decode(&wav(1600, 1, 8000)).expect("0.2 s");
    assert_eq!((decoded.channels[0].len(), decoded.codes().len()), (1600, 0));
    assert!(matches!(decode(&wav(0, 1, 8000)), Err(Error::Malformed { codec: Some(_), .. })));
}

#[test]
fn samples_that_are_no_numbers_become_silence() {
    let odd = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30, -1e30, 0.5, -1.5, f32::MIN_POSITIVE];
    let data: Vec<u8> = odd.iter().flat_map(|x| x.to_le_bytes()).collect();
    let bytes = riff(&[chunk(b"fmt ", &wav_format(3, 1, 8000, 32)), chunk(b"data", &data)]);
    let decoded = decode(&bytes).expect("floats");
    assert_eq!(decoded.channels[0], [0.0, 0.0, 0.0, 16.0, -16.0, 0.5, -1.5, f32::MIN_POSITIVE]);
}

#[test]
fn the_bytes_decide_and_the_name_is_checked() {
    let hint = FileHint { name: Some("song.mp3".to_owned()), mime: Some("audio/mpeg".to_owned()) };
    let decoded = decode_with(&wav(8000, 1, 8000), &hint, &Limits::default()).expect("a wav");
    assert_eq!(decoded.container, "wav");
    assert_eq!(decoded.codes(), ["wrong_extension", "wrong_type"]);
    let hint = FileHint { name: Some("song.WAV".to_owned()), mime: Some("audio/x-wav; a=b".to_owned()) };
    let decoded = decode_with(&wav(8000, 1, 8000), &hint, &Limits::default()).expect("a wav");
    assert_eq!(decoded.codes(), [""; 0]);
}

#[test]
fn id3_tags_may_lead_anything() {
    let mut tag = b"ID3\x04\0\0\0\0\x02\x00TIT2\0\0\0\x05\0\0\x03Tune".to_vec();
    tag.resize(10 + 256, 0);
    let decoded = decode(&[tag.clone(), tag, wav(8000, 1, 8000)].concat()).expect("a wav behind tags");
    assert_eq!(decoded.tags["title"], "Tune");
    assert_tones(&decoded, 8000, 1, 1e-4);
}

#[test]
fn what_cannot_be_decoded_is_named() {
    let ogg = |packet: &[u8]| {
        let mut page = b"OggS\0\x02".to_vec();
        page.extend([0; 20]);
        page.extend([1, packet.len() as u8]);
        page.extend(packet);
        page
    };
    let cases: [(&[u8], &str, Option<&str>); 12] = [
        (&ogg(b"OpusHead\x01\x02"), "ogg", Some("opus")),
        (&ogg(b"Speex   1.2"), "ogg", Some("speex")),
        (b"MAC \x96\x0f\0\0\x34\0\0\0", "ape", None),
        (b"wvpk\0\0\0\0\x10\x04", "wavpack", None),
        (&[0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11, 0xa6, 0xd9], "wma", None),
        (b"DSD \x1c\0\0\0\0\0\0\0", "dsd", None),
        (b"MThd\0\0\0\x06\0\x01\0\x02\x01\xe0", "midi", None),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "png", None),
        (b"PK\x03\x04\x14\0\0\0\x08\0", "zip", None),
        (b"{\"error\": \"not found\"}", "json", None),
        (b"<!DOCTYPE html><html></html>", "html", None),
        (b"just a few words\n", "text", None),
    ];
    for (bytes, container, codec) in cases {
        match decode(bytes) {
            Err(Error::Unsupported { container: Some(c), codec: d, message }) => {
                assert_eq!((c.as_str(), d.as_deref()), (container, codec));
                assert!(message.contains("MP3") && message.contains("FLAC"), "{message}");
            }
            other => panic!("{container}: {:?}", other.err()),
        }
    }
    assert!(matches!(decode(b""), Err(Error::Malformed { container: None, .. })));
    assert!(matches!(decode(&[0x80; 9000]), Err(Error::Unsupported { container: None, .. })));
}

#[test]
fn formats_list_what_opens() {
    let formats = formats();
    for name in ["mp3", "wav", "aiff", "m4a", "mp4", "flac", "ogg", "aac", "caf", "mkv", "webm"] {
        assert!(formats.containers.iter().any(|container| container.name == name), "{name}");
    }
    for name in ["opus", "he-aac", "ape", "wma"] {
        assert!(formats.recognised.iter().any(|format| format.name == name), "{name}");
    }
}

/// Decodes and checks that what comes out is bounded.
fn decode_any(bytes: &[u8]) {
    let limits = Limits { max_duration: 60.0, ..Limits::default() };
    if let Ok(decoded) = decode_with(bytes, &FileHint::default(), &limits) {
        assert!(decoded.channels.len() <= limits.max_channels);
        let seconds = decoded.channels[0].len() as f64 / f64::from(decoded.sample_rate);
        assert!(seconds <= limits.max_duration + 1e-3);
    }
}

/// The starts of files of all kinds.
const MAGIC: &[&[u8]] = &[
    b"",
    b"RIFF\0\0\0\0WAVEfmt ",
    b"FORM\0\0\0\0AIFFCOMM",
    b"fLaC",
    b"OggS\0\x02",
    b"caff\0\x01\0\0desc",
    b"\x1a\x45\xdf\xa3",
    b"\0\0\0\x08ftypM4A ",
    b"\0\0\0\x10ftypM4A \0\0\0\0\0\0\0\x60moov",
    b"ID3\x04\0\0",
    b"\xff\xfb\x90\x00",
    b"\xff\xf1\x50\x80",
    b".snd",
    b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\0\0",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_answered(
        magic in prop::sample::select(MAGIC),
        tail in prop::collection::vec(any::<u8>(), 0..2000),
    ) {
        decode_any(&[magic, &tail].concat());
    }

    #[test]
    fn any_damage_to_pcm_is_answered(
        which in 0..4_usize,
        hits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        in_header in any::<bool>(),
        keep in 0.0..1.5_f64,
    ) {
        let data = s16le(3000, 2);
        let mut bytes = match which {
            0 => wav(3000, 2, 8000),
            1 => aiff(3000, 2, 16, None, &data),
            2 => mov(3000, Some(100)),
            _ => caf(16, 2, &data, data.len() as i64 + 4),
        };
        let within = if in_header { if which == 2 { 600 } else { 64 } } else { bytes.len() };
        for (at, byte) in hits {
            bytes[at.index(within)] = byte;
        }
        bytes.truncate((keep * bytes.len() as f64) as usize);
        decode_any(&bytes);
    }
}
