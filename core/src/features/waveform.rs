//! Peaks for drawing a waveform.

use serde::Serialize;

use crate::signal::ANALYSIS_RATE;
use crate::units::round;

/// Peaks of equal stretches of the song, of the mono mix.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Waveform {
    /// Seconds a stretch; 0 when there is none.
    #[serde(serialize_with = "round::ratio")]
    pub seconds_per_peak: f64,
    /// Largest absolute sample of each stretch, 0–255 for 0–1.
    pub peaks: Vec<u8>,
    /// Root mean square of each stretch, 0–255 for 0–1.
    pub rms: Vec<u8>,
}

/// Samples a stretch while collecting: 25 ms.
const STRETCH: usize = ANALYSIS_RATE as usize / 40;
/// Most stretches in a [`Waveform`]; longer songs have longer stretches.
const MAX_STRETCHES: usize = 8192;

/// Collects a [`Waveform`] from a stream of mono samples at the analysis rate.
#[derive(Debug, Default)]
pub struct WaveformExtractor {
    stretches: Vec<Stretch>,
    /// The stretch that is being filled, and its samples so far.
    open: Stretch,
    n_open: usize,
}

#[derive(Debug, Clone, Copy, Default)]
struct Stretch {
    peak: f32,
    /// Mean of squares once the stretch is closed, sum of squares before.
    power: f32,
}

impl Stretch {
    /// Peak and sum of squares of some samples, gathered side by side.
    fn of(samples: &[f32]) -> Self {
        const LANES: usize = 8;
        let (mut peaks, mut powers) = ([0.0f32; LANES], [0.0f32; LANES]);
        let (lanes, rest) = samples.as_chunks::<LANES>();
        for lanes in lanes {
            for ((peak, power), x) in peaks.iter_mut().zip(&mut powers).zip(lanes) {
                *peak = if x.abs() > *peak { x.abs() } else { *peak };
                *power += x * x;
            }
        }
        let peak = peaks.into_iter().chain(rest.iter().map(|x| x.abs())).fold(0.0, f32::max);
        Self { peak, power: powers.iter().sum::<f32>() + rest.iter().map(|x| x * x).sum::<f32>() }
    }
}

impl WaveformExtractor {
    /// Takes the next samples.
    pub fn push(&mut self, mut samples: &[f32]) {
        while !samples.is_empty() {
            let (now, later) = samples.split_at(samples.len().min(STRETCH - self.n_open));
            let Stretch { peak, power } = Stretch::of(now);
            self.open.peak = self.open.peak.max(peak);
            self.open.power += power;
            self.n_open += now.len();
            if self.n_open == STRETCH {
                self.close();
            }
            samples = later;
        }
    }

    /// The peaks of all samples taken, at most 8192 of them.
    #[must_use]
    pub fn finish(mut self) -> Waveform {
        if self.n_open > 0 {
            self.close();
        }
        let per_peak = self.stretches.len().div_ceil(MAX_STRETCHES).max(1);
        let level = |x: f32| (x.min(1.0) * 255.0).round() as u8;
        let merged = self.stretches.chunks(per_peak).map(|stretches| {
            let peak = stretches.iter().fold(0.0f32, |peak, s| peak.max(s.peak));
            let power = stretches.iter().map(|s| s.power).sum::<f32>() / stretches.len() as f32;
            (level(peak), level(power.sqrt()))
        });
        let (peaks, rms): (Vec<u8>, Vec<u8>) = merged.unzip();
        // stretches/peak · samples/stretch ÷ samples/s = s/peak
        let seconds_per_peak = (per_peak * STRETCH) as f64 / f64::from(ANALYSIS_RATE);
        Waveform { seconds_per_peak: if peaks.is_empty() { 0.0 } else { seconds_per_peak }, peaks, rms }
    }

    fn close(&mut self) {
        let Stretch { peak, power } = std::mem::take(&mut self.open);
        self.stretches.push(Stretch { peak, power: power / self.n_open as f32 });
        self.n_open = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_lie_where_the_samples_were() {
        let mut samples = vec![0.0; 10 * STRETCH + 7];
        samples[3 * STRETCH + 5] = -0.5;
        samples[10 * STRETCH..].fill(2.0);
        let mut extractor = WaveformExtractor::default();
        samples.chunks(100).for_each(|chunk| extractor.push(chunk));
        let waveform = extractor.finish();
        assert_eq!(waveform.peaks, [0, 0, 0, 128, 0, 0, 0, 0, 0, 0, 255]);
        assert_eq!(waveform.rms[10], 255);
    }

    #[test]
    fn long_songs_have_longer_stretches() {
        let mut extractor = WaveformExtractor::default();
        (0..MAX_STRETCHES * 2 + 1).for_each(|_| extractor.push(&[0.25; STRETCH]));
        let waveform = extractor.finish();
        assert_eq!(waveform.peaks.len(), (MAX_STRETCHES * 2 + 1).div_ceil(3));
        assert!(waveform.peaks.iter().chain(&waveform.rms).all(|&x| x == 64));
        assert!((waveform.seconds_per_peak - 3.0 * STRETCH as f64 / 22_050.0).abs() < 1e-9);
        assert_eq!(WaveformExtractor::default().finish(), Waveform::default());
    }
}
