//! What fitting the learned numbers of this stage needs to see of it. No part of the stable interface.

use super::bars::METERS;
use super::beats::beat_features;
use super::meter::meter_confidence_features;
pub use super::model::Model;
pub use super::names::{JUDGES, ODDS, names_of};
use super::network::Network;
use super::{
    BarCues, Heard, Reading, accents, bars, beat_times, candidates, frame, judge, meter, tempo,
    tempo_confidence_features,
};
use crate::features::Features;
use crate::pace::{Pace, complete};
use crate::params::AnalysisParams;

/// A song as far as its pulse may be read in several ways.
#[derive(Debug)]
pub struct Examined {
    features: Features,
    heard: Heard,
}

/// One way to read the pulse.
#[derive(Debug, Clone)]
pub struct Alternative {
    /// Tempo in BPM.
    pub bpm: f64,
    /// Beats in seconds; empty for a mere tempo.
    pub times: Vec<f64>,
    /// What is known of it.
    pub features: Vec<f64>,
}

/// What comes out under some learned numbers, and what its confidences are told from.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Tempo in BPM.
    pub tempo: f64,
    /// Features of `tempo_confidence`.
    pub tempo_features: Vec<f64>,
    /// Features of `pulse`.
    pub pulse_features: Vec<f64>,
    /// Beats in seconds.
    pub beats: Vec<f64>,
    /// Those that begin a bar.
    pub downbeats: Vec<f64>,
    /// Features of `beat`, `[n_beats]`.
    pub beat_features: Vec<Vec<f64>>,
    /// Meters in order of time.
    pub meters: Vec<FoundMeter>,
}

/// A meter that comes out.
#[derive(Debug, Clone)]
pub struct FoundMeter {
    /// Time signature.
    pub name: String,
    /// Beats that it holds for.
    pub n_beats: usize,
    /// Features of `meter_confidence`.
    pub features: Vec<f64>,
}

impl Examined {
    /// Listens to a song, to its beats with `network` or else with the one that is in use.
    #[must_use]
    pub fn of(features: Features, network: Option<&Network>) -> Self {
        let learned = Network::learned();
        let network = network.unwrap_or(&learned);
        let heard = complete(Heard::listen(&features, &AnalysisParams::default(), network, &Pace::default()));
        Self { features, heard }
    }

    /// Follows the tempi that `tempo` prefers.
    pub fn follow(&mut self, model: &Model) {
        complete(self.heard.follow(
            &AnalysisParams::default(),
            model,
            self.features.duration,
            &Pace::default(),
        ));
    }

    /// The tempi among which the first choice is made, with the features of `tempo`.
    #[must_use]
    pub fn tempi(&self, model: &Model) -> Vec<Alternative> {
        let tempogram = &self.heard.tempogram;
        tempo::rank_tempi(tempogram, &AnalysisParams::default(), model)
            .into_iter()
            .map(|h| Alternative {
                bpm: h.bpm,
                times: Vec::new(),
                features: tempo::metrical_features(tempogram, h.bpm),
            })
            .collect()
    }

    /// The readings among which the second choice is made, with the features of `reading`.
    #[must_use]
    pub fn readings(&self) -> Vec<Alternative> {
        let grid = self.heard.evidence.grid;
        self.heard
            .candidates
            .iter()
            .map(|c| Alternative {
                bpm: c.bpm,
                times: c.beats.iter().map(|&frame| grid.time_of(frame)).collect(),
                features: c.features.clone(),
            })
            .collect()
    }

    /// Makes the choices anew.
    pub fn choose(&mut self, model: &Model) {
        candidates::weigh(&mut self.heard.candidates, model);
    }

    /// Features of `downbeat` at beats.
    #[must_use]
    pub fn accents(&self, times: &[f64]) -> Vec<Vec<f64>> {
        accents::accent_features(&self.heard.evidence, times)
    }

    /// Features of `division` at beats.
    #[must_use]
    pub fn division(&self, times: &[f64]) -> Vec<f64> {
        BarCues::division(&self.heard, times)
    }

    /// Features of `meter` around some beats for each of [`meters`], given `downbeat` and `division`.
    #[must_use]
    pub fn meter(&self, times: &[f64], model: &Model) -> Vec<(usize, Vec<Vec<f64>>)> {
        let rows = accents::accent_features(&self.heard.evidence, times);
        let cues = BarCues::of(&self.heard, times, &rows, model);
        let odds = accents::accents(&rows, model);
        let centres = (0..times.len()).step_by(12);
        centres.map(|centre| (centre, bars::meter_features(&odds, &cues, centre))).collect()
    }

    /// The ways to count the bars of some beats, with the features of `first`, given `downbeat`, `division` and
    /// `meter`; the downbeats of each as its times.
    #[must_use]
    pub fn counts(&self, times: &[f64], model: &Model) -> Vec<Alternative> {
        let rows = accents::accent_features(&self.heard.evidence, times);
        let cues = BarCues::of(&self.heard, times, &rows, model);
        let odds = accents::accents(&rows, model);
        let (places, _) = bars::count_bars(&odds, &bars::meter_odds(&odds, &cues, model), false);
        let fine = &self.features.onsets.fine;
        let counts = frame::counts(&self.heard.evidence, fine, times, (&rows, &odds), &places);
        let downbeats = |places: &[bars::Place]| {
            times.iter().zip(places).filter(|(_, place)| place.position == 0).map(|(&time, _)| time).collect()
        };
        counts
            .into_iter()
            .map(|count| Alternative { bpm: 0.0, times: downbeats(&count.places), features: count.features })
            .collect()
    }

    /// What comes out; `None` without a pulse.
    #[must_use]
    pub fn outcome(&self, model: &Model) -> Option<Outcome> {
        let best = self.heard.candidates.first()?;
        let times = beat_times(&self.heard.evidence, best, &self.features);
        if times.len() < super::MIN_BEATS {
            return None;
        }
        let reading = complete(Reading::of(&self.heard, &self.features, &times, model, &Pace::default()));
        let curve = super::divide_by_tempo(&times, self.features.duration);
        let tempo = super::main_tempo(&times, &curve).unwrap_or(best.bpm);
        let same = |c: &&super::Candidate| (c.bpm / best.bpm).ln().abs() < super::SAME_TEMPO;
        let probability = self.heard.candidates.iter().filter(same).map(|c| c.probability).sum();
        let spans = meter::divide_by_meter(
            &times,
            &reading.places,
            &reading.posterior,
            reading.triple,
            self.features.duration,
            model,
        );
        let meters = spans
            .iter()
            .map(|span| {
                let inside: Vec<usize> =
                    (0..times.len()).filter(|&i| times[i] >= span.start && times[i] < span.end).collect();
                let meter = inside.first().map_or(4, |&i| reading.places[i].meter);
                let which = METERS.iter().position(|&m| m == meter).unwrap_or(0);
                let sure = inside.iter().map(|&i| reading.posterior[i][which]).sum::<f32>()
                    / inside.len().max(1) as f32;
                let features = meter_confidence_features(f64::from(sure), reading.triple, inside.len());
                FoundMeter { name: span.value.to_string(), n_beats: inside.len(), features }
            })
            .collect();
        Some(Outcome {
            tempo,
            pulse_features: super::pulse_features(&self.heard, best),
            tempo_features: tempo_confidence_features(best, probability),
            beat_features: beat_features(&self.heard.evidence, &times, best.probability),
            downbeats: reading.downbeats(&times),
            beats: times,
            meters,
        })
    }
}

/// The numbers of beats that a bar may have, in the order of the features of `meter`.
#[must_use]
pub fn meters() -> Vec<usize> {
    METERS.to_vec()
}

/// Features in spreads from their centres, as a judge sees them.
#[must_use]
pub fn standardised(features: &[f64], centres: &[f64], spreads: &[f64]) -> Vec<f64> {
    judge::standardised(features, centres, spreads)
}

/// What a judge's hidden unit makes of its sum.
#[must_use]
pub fn activate(sum: f64) -> f64 {
    judge::activate(sum)
}

/// The score of an alternative, whose features have `names`, by the judge of this name.
#[must_use]
pub fn judge_score(model: &Model, name: &str, names: &[String], features: &[f64]) -> f64 {
    judge::Judge::new(model, name, names).score(features)
}

/// The sum of the values that trees, as [`Model`] holds them, give to an alternative.
#[must_use]
pub fn trees_score(numbers: &[f64], features: &[f64]) -> f64 {
    judge::trees_score(numbers, features)
}
