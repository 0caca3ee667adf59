//! Where the time of an analysis goes.

use std::time::{Duration, Instant};

use sectionist_core::decode::{AudioStream, PcmBlock};
use sectionist_core::features::{
    LoudnessMeter, OnsetExtractor, SpectrumExtractor, TimbreExtractor, WaveformExtractor,
};
use sectionist_core::signal::MonoResampler;
use sectionist_core::{Analysis, AnalysisParams, Error, FileHint, Limits, Report, Stage, Step};
use serde_json::{Value, json};

/// One timed analysis.
#[derive(Debug)]
pub struct Timed {
    /// From the first byte to the report.
    pub whole: Duration,
    /// Time and longest step of each stage, in order.
    pub stages: Vec<(Stage, Duration, Duration)>,
    /// What was found.
    pub report: Report,
}

impl Timed {
    /// The longest of all steps.
    #[must_use]
    pub fn longest_step(&self) -> Duration {
        self.stages.iter().map(|(_, _, longest)| *longest).max().unwrap_or_default()
    }
}

/// Analyses once.
///
/// # Errors
/// Those of the analysis.
pub fn analysis(bytes: &[u8], hint: &FileHint, params: &AnalysisParams) -> Result<Timed, Error> {
    let start = Instant::now();
    let mut analysis = Analysis::new(bytes.to_vec(), hint, params)?;
    let mut stages = vec![(Stage::Features, Duration::ZERO, Duration::ZERO)];
    loop {
        let step_start = Instant::now();
        let step = analysis.step()?;
        let elapsed = step_start.elapsed();
        let stage = analysis.progress().stage;
        match stages.last_mut() {
            Some(last) if last.0 == stage => {
                last.1 += elapsed;
                last.2 = last.2.max(elapsed);
            }
            _ => stages.push((stage, elapsed, elapsed)),
        }
        if let Step::Done(report) = step {
            return Ok(Timed { whole: start.elapsed(), stages, report: *report });
        }
    }
}

/// Decodes once.
///
/// # Errors
/// Those of decoding.
pub fn decoding(bytes: &[u8], hint: &FileHint) -> Result<Duration, Error> {
    let start = Instant::now();
    let mut stream = AudioStream::open(bytes.to_vec().into(), hint, &Limits::default())?;
    let mut block = PcmBlock::default();
    while stream.next_block(&mut block)? {}
    Ok(start.elapsed())
}

/// Times of everything that streams by: decoding, mixing and resampling, and each extractor.
///
/// # Errors
/// Those of decoding.
pub fn extractors(
    bytes: &[u8],
    hint: &FileHint,
    params: &AnalysisParams,
) -> Result<Vec<(&'static str, Duration)>, Error> {
    let mut stream = AudioStream::open(bytes.to_vec().into(), hint, &params.limits)?;
    let (rate, channels) = (stream.source().sample_rate, stream.source().channels);
    let mut resampler = MonoResampler::new(rate);
    let mut loudness = LoudnessMeter::new(channels, rate);
    let (mut onsets, mut spectrum) = (OnsetExtractor::new(params), SpectrumExtractor::new(params));
    let (mut timbre, mut waveform) = (TimbreExtractor::new(params), WaveformExtractor::default());
    let names = ["decoding", "loudness", "mixing and resampling", "onsets", "spectrum", "timbre", "waveform"];
    let mut times = names.map(|name| (name, Duration::ZERO));
    let mut block = PcmBlock::default();
    let mut mono = Vec::new();
    loop {
        let mut clock = Instant::now();
        let mut take = |idx: usize| {
            times[idx].1 += clock.elapsed();
            clock = Instant::now();
        };
        let goes_on = stream.next_block(&mut block)?;
        take(0);
        if !goes_on {
            return Ok(times.into());
        }
        loudness.push(&block);
        take(1);
        mono.clear();
        resampler.push(&block, |samples| mono.extend_from_slice(samples));
        take(2);
        onsets.push(&mono);
        take(3);
        spectrum.push(&mono);
        take(4);
        timbre.push(&mono);
        take(5);
        waveform.push(&mono);
        take(6);
    }
}

/// Runs one part on a file, for its instructions to be counted: `decoding`, `whole`, or an extractor with what it takes.
///
/// # Errors
/// Those of decoding and analysis.
pub fn part(bytes: &[u8], hint: &FileHint, name: &str) -> Result<(), Error> {
    let params = AnalysisParams::default();
    if name == "whole" {
        return analysis(bytes, hint, &params).map(drop);
    }
    let mut stream = AudioStream::open(bytes.to_vec().into(), hint, &params.limits)?;
    let (rate, channels) = (stream.source().sample_rate, stream.source().channels);
    let mut resampler = MonoResampler::new(rate);
    let mut loudness = LoudnessMeter::new(channels, rate);
    let (mut onsets, mut spectrum) = (OnsetExtractor::new(&params), SpectrumExtractor::new(&params));
    let (mut timbre, mut waveform) = (TimbreExtractor::new(&params), WaveformExtractor::default());
    let mut block = PcmBlock::default();
    while stream.next_block(&mut block)? {
        match name {
            "decoding" => {}
            "loudness" => loudness.push(&block),
            name => resampler.push(&block, |mono| match name {
                "onsets" => onsets.push(mono),
                "spectrum" => spectrum.push(mono),
                "timbre" => timbre.push(mono),
                "waveform" => waveform.push(mono),
                _ => {}
            }),
        }
    }
    Ok(())
}

/// The most memory that this process held so far, in bytes; `None` where the system does not tell.
#[must_use]
pub fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(1024 * line.split_ascii_whitespace().nth(1)?.parse::<u64>().ok()?)
}

/// Everything above, best of `n_runs`, as JSON: seconds, and bytes. One analysis comes first, after which the peak of
/// memory is read.
///
/// # Errors
/// Those of the analysis.
pub fn figures(
    bytes: &[u8],
    hint: &FileHint,
    params: &AnalysisParams,
    n_runs: usize,
) -> Result<Value, Error> {
    let mut best = analysis(bytes, hint, params)?;
    let peak = peak_memory();
    for _ in 1..n_runs {
        let run = analysis(bytes, hint, params)?;
        if run.whole < best.whole {
            best = run;
        }
    }
    let mut streaming = extractors(bytes, hint, params)?;
    let mut decoded = decoding(bytes, hint)?;
    for _ in 1..n_runs {
        decoded = decoded.min(decoding(bytes, hint)?);
        for (least, (_, time)) in streaming.iter_mut().zip(extractors(bytes, hint, params)?) {
            least.1 = least.1.min(time);
        }
    }
    let seconds = |time: Duration| time.as_secs_f64();
    let stages: Vec<Value> = best
        .stages
        .iter()
        .map(|(stage, time, longest)| json!({ "name": stage.name(), "seconds": seconds(*time), "longest_step": seconds(*longest) }))
        .collect();
    let streaming: Vec<Value> =
        streaming.iter().map(|(name, time)| json!({ "name": name, "seconds": seconds(*time) })).collect();
    Ok(json!({
        "bytes": bytes.len(),
        "duration": best.report.duration,
        "codec": best.report.source.codec,
        "decoding": seconds(decoded),
        "whole": seconds(best.whole),
        "longest_step": seconds(best.longest_step()),
        "stages": stages,
        "streaming": streaming,
        "peak_memory": peak,
    }))
}
