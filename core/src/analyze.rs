//! The pipeline: reads as the data-flow table.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;

use crate::decode::{AudioStream, FileHint, PcmBlock, SourceInfo, Warning};
use crate::error::Error;
use crate::features::{
    Features, LoudnessMeter, OnsetExtractor, SpectrumExtractor, TimbreExtractor, WaveformExtractor,
};
use crate::harmony::estimate_harmony;
use crate::pace::{Pace, Progress, Stage, complete};
use crate::params::AnalysisParams;
use crate::report::Report;
use crate::rhythm::estimate_rhythm;
use crate::signal::MonoResampler;
use crate::structure::estimate_structure;

/// Analyses an encoded audio file.
///
/// Time and memory are linear in the audio's length; memory is the encoded bytes plus features.
///
/// # Errors
/// [`Error::InvalidParams`] for contradicting parameters; [`Error::Unsupported`],
/// [`Error::Malformed`] or [`Error::LimitExceeded`] for the file.
pub fn analyze(bytes: impl Into<Bytes>, hint: &FileHint, params: &AnalysisParams) -> Result<Report, Error> {
    let mut analysis = Analysis::new(bytes, hint, params)?;
    loop {
        if let Step::Done(report) = analysis.step()? {
            return Ok(*report);
        }
    }
}

/// Analyses mono samples at `sample_rate` Hz, nominally in [−1, 1]; what is not finite counts as 0.
///
/// # Errors
/// [`Error::LimitExceeded`] for a rate or length outside the limits; [`Error::InvalidParams`].
pub fn analyze_samples(samples: &[f32], sample_rate: u32, params: &AnalysisParams) -> Result<Report, Error> {
    params.validate()?;
    let stream = AudioStream::from_samples(samples, sample_rate, &params.limits)?;
    complete(run(stream, params.clone(), Pace::default()))
}

/// An analysis under way, advanced step by step.
pub struct Analysis {
    pace: Pace,
    run: Pin<Box<dyn Future<Output = Result<Report, Error>> + Send>>,
    fraction: f32,
    finished: bool,
}

/// What a [`step`](Analysis::step) achieved.
#[derive(Debug)]
pub enum Step {
    /// There is more to do.
    Working(Progress),
    /// The report.
    Done(Box<Report>),
}

impl Analysis {
    /// Checks the parameters, recognises the format and opens the file. Cheap.
    ///
    /// # Errors
    /// As [`analyze`].
    pub fn new(bytes: impl Into<Bytes>, hint: &FileHint, params: &AnalysisParams) -> Result<Self, Error> {
        Self::open(bytes.into(), hint, params)
    }

    /// Not generic, so that the pipeline is compiled here, once: in the crate that calls a generic function its
    /// generic dependencies, the butterflies of the FFT among them, would be compiled again.
    fn open(bytes: Bytes, hint: &FileHint, params: &AnalysisParams) -> Result<Self, Error> {
        params.validate()?;
        let stream = AudioStream::open(bytes, hint, &params.limits)?;
        let pace = Pace::default();
        let run = Box::pin(run(stream, params.clone(), pace.clone()));
        Ok(Self { pace, run, fraction: 0.0, finished: false })
    }

    /// Does a bounded piece of work, about 10 ms natively.
    ///
    /// # Errors
    /// As [`analyze`]. After an error or [`Step::Done`] there is nothing left to do.
    ///
    /// # Panics
    /// When called again after [`Step::Done`] or an error.
    pub fn step(&mut self) -> Result<Step, Error> {
        assert!(!self.finished, "the analysis is over");
        match self.run.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => {
                self.finished = true;
                result.map(|report| Step::Done(Box::new(report)))
            }
            Poll::Pending => Ok(Step::Working(self.progress())),
        }
    }

    /// How far the analysis is.
    pub fn progress(&mut self) -> Progress {
        let (stage, within) = self.pace.now();
        let (start, end) = stage.span();
        self.fraction = self.fraction.max(start + within * (end - start));
        Progress { stage, fraction: self.fraction }
    }
}

async fn run(mut stream: AudioStream, params: AnalysisParams, pace: Pace) -> Result<Report, Error> {
    pace.enter(Stage::Features).await;
    let features = extract_features(&mut stream, &params, &pace).await?;
    pace.enter(Stage::Rhythm).await;
    let rhythm = estimate_rhythm(&features, &params, &pace).await;
    pace.enter(Stage::Harmony).await;
    let harmony = estimate_harmony(&features, &rhythm, &params, &pace).await;
    pace.enter(Stage::Structure).await;
    let structure = estimate_structure(&features, &rhythm, &harmony, &params, &pace).await;
    let warnings = warnings_of(&stream, &features);
    Ok(Report::new(stream.source().clone(), features, rhythm, harmony, structure, warnings, params.include))
}

/// Estimated operations (see [`Pace`]) that decoding and extraction spend on one second of audio,
/// measured against [`SLICE_OPS`](crate::pace::SLICE_OPS) on a stereo MP3.
const OPS_PER_SECOND_OF_AUDIO: f64 = 8e6;

/// Decodes and extracts in one pass; the samples of the song are never all there.
pub(crate) async fn extract_features(
    stream: &mut AudioStream,
    params: &AnalysisParams,
    pace: &Pace,
) -> Result<Features, Error> {
    let SourceInfo { sample_rate, channels, .. } = *stream.source();
    let mut resampler = MonoResampler::new(sample_rate);
    let mut onsets = OnsetExtractor::new(params);
    let mut spectrum = SpectrumExtractor::new(params);
    let mut timbre = TimbreExtractor::new(params);
    let mut waveform = WaveformExtractor::default();
    let mut loudness = LoudnessMeter::new(channels, sample_rate);
    let mut n_samples = 0;

    let mut extract = |mono: &[f32]| {
        onsets.push(mono);
        spectrum.push(mono);
        timbre.push(mono);
        waveform.push(mono);
    };
    let mut block = PcmBlock::default();
    while stream.next_block(&mut block)? {
        let n_block = block.channels.first().map_or(0, Vec::len);
        n_samples += n_block;
        loudness.push(&block);
        resampler.push(&block, &mut extract);
        pace.progress(stream.fraction());
        pace.spend((n_block as f64 / f64::from(sample_rate) * OPS_PER_SECOND_OF_AUDIO) as usize).await;
    }
    resampler.finish(&mut extract);

    let (loudness, loudness_curve) = loudness.finish();
    Ok(Features {
        duration: duration_of(n_samples, sample_rate),
        onsets: onsets.finish(),
        spectrum: spectrum.finish(),
        timbre: timbre.finish(),
        loudness,
        loudness_curve,
        waveform: waveform.finish(),
    })
}

/// Seconds, rounded up to a millisecond: the resolution of the report, so that its last spans reach the end.
fn duration_of(n_samples: usize, sample_rate: u32) -> f64 {
    (n_samples as u64 * 1000).div_ceil(u64::from(sample_rate)) as f64 / 1000.0
}

/// Audio shorter than this, in seconds, is too short for most questions.
const SHORT_AUDIO: f64 = 10.0;

fn warnings_of(stream: &AudioStream, features: &Features) -> Vec<Warning> {
    let mut warnings = stream.warnings().to_vec();
    if features.duration < SHORT_AUDIO {
        warnings.push(Warning {
            code: "short_audio",
            message: format!(
                "{:.1} s of audio are too little to tell sections, key and tempo well",
                features.duration
            ),
        });
    }
    if features.loudness.integrated_lufs.is_none() {
        warnings.push(Warning { code: "silent", message: "the audio is silent or nearly so".to_owned() });
    }
    warnings
}
