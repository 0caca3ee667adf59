//! The answer: schema version 1.

mod corrections;
mod cues;
mod export;
mod read;
#[cfg(feature = "schema")]
mod schema;
mod segments;
mod timbre;

use serde::ser::{Serialize, SerializeMap, Serializer};

pub use corrections::{CORRECTIONS_VERSION, Corrections, Edit};
pub use cues::with_cues;
pub use export::{Exported, export, export_files};
pub use segments::{N_TIMBRE, Segment};
pub use timbre::{Spread, SpreadList, Timbre};

use segments::segments_of;

use crate::ANALYSIS_VERSION;
use crate::decode::{SourceInfo, Warning};
use crate::features::{Features, Loudness, Waveform};
use crate::harmony::{ChordSpan, Harmony, KeyCandidate, KeySpan, Tuning};
use crate::params::{Part, Parts};
use crate::rhythm::{Beat, Groove, MeterSpan, Rhythm, TempoCandidate, TempoSpan};
use crate::structure::{Section, Structure};
use crate::units::round;

/// Version of the report's shape.
pub const SCHEMA_VERSION: u32 = 1;

/// Structure of a song. Serialises to the JSON of schema version 1, of the parts asked for.
#[derive(Debug, Clone)]
pub struct Report {
    /// What the file is.
    pub source: SourceInfo,
    /// Length of the decoded audio in seconds.
    pub duration: f64,
    /// Tempo hypotheses, most likely first; the first is the song's tempo.
    pub tempo_candidates: Vec<TempoCandidate>,
    /// Tempo over time.
    pub tempo_curve: Vec<TempoSpan>,
    /// Meters over time; the longest-lasting is the song's time signature.
    pub time_signatures: Vec<MeterSpan>,
    /// Beats in order.
    pub beats: Vec<Beat>,
    /// Times of the first beats of bars in seconds.
    pub downbeats: Vec<f64>,
    /// Key hypotheses, most likely first; the first is the song's key.
    pub key_candidates: Vec<KeyCandidate>,
    /// Keys over time.
    pub keys: Vec<KeySpan>,
    /// Deviation from concert pitch.
    pub tuning: Option<Tuning>,
    /// Chords over time.
    pub chords: Vec<ChordSpan>,
    /// Sections, partitioning the song.
    pub sections: Vec<Section>,
    /// Descriptors of rhythm.
    pub rhythm: Groove,
    /// Descriptors of timbre; `None` without audio.
    pub timbre: Option<Timbre>,
    /// Loudness.
    pub loudness: Loudness,
    /// Peaks for drawing.
    pub waveform: Waveform,
    /// What sounds between onsets, contiguous over the song.
    pub segments: Vec<Segment>,
    /// What the user should know about this answer.
    pub warnings: Vec<Warning>,
    /// The parts that serialisation writes.
    pub include: Parts,
}

impl Report {
    /// Puts the stages' results together.
    #[must_use]
    pub fn new(
        source: SourceInfo,
        features: Features,
        rhythm: Rhythm,
        harmony: Harmony,
        structure: Structure,
        warnings: Vec<Warning>,
        include: Parts,
    ) -> Self {
        Self {
            source,
            duration: features.duration,
            downbeats: rhythm.downbeats(),
            segments: segments_of(&features, &rhythm.onsets, harmony.tuning),
            tempo_candidates: rhythm.tempo_candidates,
            tempo_curve: rhythm.tempo_curve,
            time_signatures: rhythm.meters,
            beats: rhythm.beats,
            key_candidates: harmony.key_candidates,
            keys: harmony.keys,
            tuning: harmony.tuning,
            chords: harmony.chords,
            sections: structure.sections,
            rhythm: rhythm.groove,
            timbre: Timbre::summarise(&features.timbre),
            loudness: features.loudness,
            waveform: features.waveform,
            warnings,
            include,
        }
    }

    /// The song's time signature: the one that lasts longest.
    #[must_use]
    pub fn time_signature(&self) -> Option<&MeterSpan> {
        let lasts = |value| {
            self.time_signatures.iter().filter(|m| m.value == value).map(|m| m.end - m.start).sum::<f64>()
        };
        self.time_signatures.iter().max_by(|a, b| lasts(a.value).total_cmp(&lasts(b.value)))
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("schema_version", &SCHEMA_VERSION)?;
        map.serialize_entry("analysis_version", ANALYSIS_VERSION)?;
        map.serialize_entry("source", &self.source)?;
        map.serialize_entry("duration", &round::to(self.duration, 1e3))?;
        if self.include.contains(Part::Tempo) {
            let best = self.tempo_candidates.first();
            map.serialize_entry("tempo", &best.map(|t| round::to(t.bpm.get(), 1e2)))?;
            map.serialize_entry("tempo_confidence", &best.map(|t| round::to(f64::from(t.confidence), 1e3)))?;
            map.serialize_entry("tempo_candidates", &self.tempo_candidates)?;
            map.serialize_entry("tempo_curve", &self.tempo_curve)?;
        }
        if self.include.contains(Part::Meter) {
            let meter = self.time_signature();
            map.serialize_entry("time_signature", &meter.map(|m| m.value))?;
            map.serialize_entry(
                "time_signature_confidence",
                &meter.map(|m| round::to(f64::from(m.confidence), 1e3)),
            )?;
            map.serialize_entry("time_signatures", &self.time_signatures)?;
        }
        if self.include.contains(Part::Beats) {
            map.serialize_entry("beats", &self.beats)?;
            let downbeats: Vec<f64> = self.downbeats.iter().map(|&time| round::to(time, 1e3)).collect();
            map.serialize_entry("downbeats", &downbeats)?;
        }
        if self.include.contains(Part::Key) {
            let best = self.key_candidates.first();
            map.serialize_entry("key", &best.map(|k| k.key))?;
            map.serialize_entry("key_confidence", &best.map(|k| round::to(f64::from(k.confidence), 1e3)))?;
            map.serialize_entry("key_candidates", &self.key_candidates)?;
            map.serialize_entry("keys", &self.keys)?;
            map.serialize_entry("tuning", &self.tuning)?;
        }
        if self.include.contains(Part::Chords) {
            map.serialize_entry("chords", &self.chords)?;
        }
        if self.include.contains(Part::Sections) {
            map.serialize_entry("sections", &self.sections)?;
        }
        if self.include.contains(Part::Rhythm) {
            map.serialize_entry("rhythm", &self.rhythm)?;
        }
        if self.include.contains(Part::Timbre) {
            map.serialize_entry("timbre", &self.timbre)?;
        }
        if self.include.contains(Part::Loudness) {
            map.serialize_entry("loudness", &self.loudness)?;
        }
        if self.include.contains(Part::Waveform) {
            map.serialize_entry("waveform", &self.waveform)?;
        }
        if self.include.contains(Part::Segments) {
            map.serialize_entry("segments", &self.segments)?;
        }
        map.serialize_entry("warnings", &self.warnings)?;
        map.end()
    }
}
