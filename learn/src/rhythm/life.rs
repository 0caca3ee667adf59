//! How much composed songs count so that their tempi are spread as in life.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::Failure;

/// Width in octaves of what a song's tempo says of its neighbours.
const WIDTH: f64 = 0.08;
/// Share of the tempi that are spread evenly: any may be met.
const EVEN: f64 = 0.1;
/// Tempi in BPM between which they are.
const RANGE: (f64, f64) = (40.0, 240.0);
/// Least and most that a song may count: the odd ones stay.
const BOUNDS: (f64, f64) = (0.7, 1.4);
/// Annotations of 912 pop, rock, hip-hop and dance songs (Nieto et al. 2019, the Harmonix set; MIT).
const FILE: &str = "harmonix.jsonl";

/// Tempi that people tapped to real songs.
#[derive(Debug, Default)]
pub(super) struct Life {
    /// Logarithms to the base 2 of BPM; empty where nothing is known.
    tempi: Vec<f64>,
}

impl Life {
    /// Reads the annotations in a folder; knows nothing if they are not there.
    ///
    /// # Errors
    /// A line is no JSON.
    pub(super) fn read(priors: &Path) -> Result<Self, Failure> {
        let Ok(text) = fs::read_to_string(priors.join(FILE)) else {
            eprintln!("no {FILE} in {}: composed songs count as they are", priors.display());
            return Ok(Self::default());
        };
        let songs = text.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>()?;
        let tempi = songs.iter().filter_map(|song| song["bpm"].as_f64()).filter(|bpm| *bpm > 0.0);
        Ok(Self { tempi: tempi.map(f64::log2).collect() })
    }

    /// How much each song counts, of which `composed` are the tempi in BPM.
    pub(super) fn weights(&self, composed: &[f64]) -> Vec<f64> {
        if self.tempi.is_empty() {
            return vec![1.0; composed.len()];
        }
        let own: Vec<f64> = composed.iter().map(|bpm| bpm.log2()).collect();
        own.iter()
            .map(|&at| (density(&self.tempi, at) / density(&own, at)).clamp(BOUNDS.0, BOUNDS.1))
            .collect()
    }
}

/// Density of tempi an octave, by Gaussians around each and an even share.
fn density(tempi: &[f64], at: f64) -> f64 {
    let norm = tempi.len() as f64 * WIDTH * std::f64::consts::TAU.sqrt();
    let near: f64 = tempi.iter().map(|tempo| (-0.5 * ((tempo - at) / WIDTH).powi(2)).exp()).sum();
    (1.0 - EVEN) * near / norm + EVEN / (RANGE.1 / RANGE.0).log2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_tempi_count_more() {
        let life = Life { tempi: (0..50).map(|k| (118.0 + 0.1 * f64::from(k)).log2()).collect() };
        let composed: Vec<f64> = (0..32).map(|k| 50.0 * (f64::from(k) / 16.0).exp2()).collect();
        let weights = life.weights(&composed);
        let of = |bpm: f64| {
            let nearest =
                (0..32).min_by(|&a, &b| (composed[a] - bpm).abs().total_cmp(&(composed[b] - bpm).abs()));
            weights[nearest.unwrap()]
        };
        assert_eq!((of(120.0), of(60.0)), (BOUNDS.1, BOUNDS.0));
        assert_eq!(Life::default().weights(&composed), vec![1.0; 32]);
    }
}
