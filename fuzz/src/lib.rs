//! What the fuzz targets do with their bytes. `tests/replay.rs` does the same with the seeds and with
//! mutations of them, without libFuzzer.
//!
//! Each function panics where an invariant is broken, and only there.

use sectionist_core::decode::{AudioStream, MAX_BLOCK, PcmBlock};
use sectionist_core::{AnalysisParams, Error, FileHint, Limits, Report, analyze_samples as analyze};

/// Longest audio that a target decodes or analyses, in seconds: more only takes longer.
const MAX_DURATION: f64 = 30.0;

fn limits() -> Limits {
    Limits { max_duration: MAX_DURATION, ..Limits::default() }
}

/// Any bytes either decode to finite, equally long channels within the limits, or fail with an error that
/// blames the file.
pub fn decode_any(data: &[u8]) {
    let bytes = data.to_vec();
    let mut stream = match AudioStream::open(bytes.into(), &FileHint::default(), &limits()) {
        Ok(stream) => stream,
        Err(error) => return blames_the_file(&error),
    };
    let source = stream.source().clone();
    assert!((1..=limits().max_channels).contains(&source.channels), "{source:?}");
    assert!(
        (limits().min_sample_rate..=limits().max_sample_rate).contains(&source.sample_rate),
        "{source:?}"
    );
    let mut block = PcmBlock::default();
    let (mut n_samples, mut fraction) = (0usize, 0.0);
    loop {
        match stream.next_block(&mut block) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => return blames_the_file(&error),
        }
        let length = block.channels.first().map_or(0, Vec::len);
        assert_eq!(block.channels.len(), source.channels, "channels never change");
        assert!(length <= MAX_BLOCK && block.channels.iter().all(|channel| channel.len() == length));
        assert!(block.channels.iter().flatten().all(|x| x.is_finite()), "samples are finite");
        assert!((fraction..=1.0).contains(&stream.fraction()), "progress is monotone");
        fraction = stream.fraction();
        n_samples += length;
    }
    let seconds = n_samples as f64 / f64::from(source.sample_rate);
    let slack = MAX_BLOCK as f64 / f64::from(source.sample_rate);
    assert!(seconds <= MAX_DURATION + slack, "{seconds} s are over the limit");
}

fn blames_the_file(error: &Error) {
    assert!(!matches!(error, Error::InvalidParams { .. }), "{error:?}");
    assert!(!error.to_string().is_empty(), "an error has words");
}

/// Any samples at any rate give a report that keeps its invariants, or cross a limit.
///
/// The first two bytes choose the rate, the rest are samples: some as they are, some as bit patterns of
/// floats, so that infinities and NaN occur.
pub fn analyze_samples(data: &[u8]) {
    let Some((head, body)) = data.split_at_checked(2) else { return };
    let sample_rate = match head[0] % 8 {
        0 => u32::from(head[1]) * 40,
        1 => 8_000,
        2 => 192_000,
        3 => 11_025,
        _ => 22_050,
    };
    let samples: Vec<f32> = if head[0] & 0x80 == 0 {
        body.iter().map(|&byte| f32::from(byte) / 128.0 - 1.0).collect()
    } else {
        body.chunks_exact(4).map(|bits| f32::from_le_bytes([bits[0], bits[1], bits[2], bits[3]])).collect()
    };
    let params = AnalysisParams { limits: limits(), ..AnalysisParams::default() };
    match analyze(&samples, sample_rate, &params) {
        Ok(report) => keeps_its_invariants(&report),
        Err(error) => assert!(matches!(error, Error::LimitExceeded { .. }), "{error:?}"),
    }
}

/// What holds of every report.
fn keeps_its_invariants(report: &Report) {
    let duration = report.duration;
    assert!(duration.is_finite() && duration >= 0.0);
    let within = |time: f64| (-1e-6..=duration + 1e-3).contains(&time);
    assert!(report.beats.iter().all(|beat| within(beat.time) && beat.position >= 1));
    assert!(report.beats.windows(2).all(|pair| pair[0].time < pair[1].time), "beats ascend");
    assert!(report.sections.iter().all(|s| within(s.start) && within(s.end) && s.start <= s.end));
    assert!(report.sections.windows(2).all(|pair| (pair[0].end - pair[1].start).abs() < 1e-6));
    assert!(report.chords.windows(2).all(|pair| pair[0].end <= pair[1].start + 1e-6));
    let confidences = report
        .beats
        .iter()
        .map(|beat| beat.confidence)
        .chain(report.chords.iter().map(|chord| chord.confidence))
        .chain(report.sections.iter().map(|section| section.confidence))
        .chain(report.key_candidates.iter().map(|key| key.confidence))
        .chain(report.tempo_candidates.iter().map(|tempo| tempo.confidence));
    for confidence in confidences {
        assert!((0.0..=1.0).contains(&confidence), "a confidence of {confidence}");
    }
    let json = serde_json::to_string(report);
    assert!(json.is_ok(), "a report is JSON: {json:?}");
}

/// Any text as parameters, `name=value` a line: each is taken or refused with what is allowed; what was
/// taken is valid or refused as a whole.
pub fn params(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut params = AnalysisParams::default();
    for line in text.lines() {
        let (name, value) = line.split_once('=').unwrap_or((line, ""));
        if let Err(error) = params.set(name, value) {
            let Error::InvalidParams { name: named, message, .. } = error else {
                unreachable!("setting a parameter fails otherwise")
            };
            assert_eq!(named, name);
            assert!(!message.is_empty());
        }
    }
    if params.validate().is_ok() {
        assert!((0.0..=1.0).contains(&params.sensitivity));
        assert!(params.tempo_min < params.tempo_max);
    }
}
