//! What fitting the learned numbers needs to see: the stages' results one by one. Under the feature
//! `training` only, and no part of the stable interface.

use bytes::Bytes;

use crate::analyze::extract_features;
use crate::decode::{AudioStream, FileHint};
use crate::error::Error;
use crate::features::Features;
use crate::harmony::{Harmony, estimate_harmony};
use crate::pace::{Pace, complete};
use crate::params::AnalysisParams;
use crate::rhythm::{Rhythm, estimate_rhythm};
use crate::structure::{Structure, estimate_structure};

/// The results of all stages.
#[derive(Debug)]
pub struct Stages {
    /// Framewise features.
    pub features: Features,
    /// Tempo, beats, bars.
    pub rhythm: Rhythm,
    /// Keys and chords.
    pub harmony: Harmony,
    /// Sections.
    pub structure: Structure,
}

/// The features of an encoded audio file.
///
/// # Errors
/// As [`analyze`](crate::analyze()).
pub fn features(
    bytes: impl Into<Bytes>,
    hint: &FileHint,
    params: &AnalysisParams,
) -> Result<Features, Error> {
    params.validate()?;
    let mut stream = AudioStream::open(bytes.into(), hint, &params.limits)?;
    complete(extract_features(&mut stream, params, &Pace::default()))
}

/// The results of all stages for an encoded audio file.
///
/// # Errors
/// As [`analyze`](crate::analyze()).
pub fn stages(bytes: impl Into<Bytes>, hint: &FileHint, params: &AnalysisParams) -> Result<Stages, Error> {
    let features = features(bytes, hint, params)?;
    let pace = Pace::default();
    let rhythm = complete(estimate_rhythm(&features, params, &pace));
    let harmony = complete(estimate_harmony(&features, &rhythm, params, &pace));
    let structure = complete(estimate_structure(&features, &rhythm, &harmony, params, &pace));
    Ok(Stages { features, rhythm, harmony, structure })
}
