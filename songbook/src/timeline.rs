//! From positions in beats to seconds: tempo, its changes, and swing.

use crate::chance::Chance;
use crate::meter::Bar;

/// How a tempo behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Motion {
    /// A machine's.
    Steady,
    /// A band's that wanders by a percent or two.
    Drift,
    /// Another tempo from some bar on.
    Jump,
    /// Faster or slower bit by bit over some bars.
    Ramp,
    /// A soloist's: phrases that rush and linger.
    Rubato,
}

impl Motion {
    /// As truth files say it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Steady => "steady",
            Self::Drift => "drift",
            Self::Jump => "jump",
            Self::Ramp => "ramp",
            Self::Rubato => "rubato",
        }
    }
}

/// Where the off-beats fall.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Feel {
    /// Place of the second eighth in a beat: 0.5 straight, 2/3 shuffled.
    pub(crate) eighth: f64,
    /// The same of the second sixteenth in an eighth.
    pub(crate) sixteenth: f64,
}

impl Feel {
    pub(crate) const STRAIGHT: Self = Self { eighth: 0.5, sixteenth: 0.5 };

    /// Length of the first eighth over the second.
    pub(crate) fn swing_ratio(self) -> f64 {
        self.eighth / (1.0 - self.eighth)
    }

    /// Bends a phase in [0, 1) of a beat that divides in two.
    fn bend(self, phase: f64) -> f64 {
        let halves = |phase: f64, at: f64| {
            if phase <= 0.5 { phase * 2.0 * at } else { at + (phase - 0.5) * 2.0 * (1.0 - at) }
        };
        if (self.sixteenth - 0.5).abs() > 1e-9 {
            let half = (phase * 2.0).floor() / 2.0;
            return half + 0.5 * halves((phase - half) * 2.0, self.sixteenth);
        }
        halves(phase, self.eighth)
    }
}

/// The beats of a song in seconds.
#[derive(Debug, Clone)]
pub(crate) struct Timeline {
    /// One more than there are beats: the last is the end.
    pub(crate) beats: Vec<f64>,
    pub(crate) feel: Feel,
    /// Whether beats divide in three, so that the feel does not bend them.
    pub(crate) compound: bool,
}

impl Timeline {
    /// Beats of these lengths in seconds after `lead` seconds.
    pub(crate) fn new(lead: f64, periods: &[f64], feel: Feel, compound: bool) -> Self {
        let mut beats = vec![lead];
        let mut now = lead;
        for period in periods {
            now += period;
            beats.push(now);
        }
        Self { beats, feel, compound }
    }

    /// When a position comes; positions outside the song go on at the tempo of its ends.
    pub(crate) fn time(&self, position: f64) -> f64 {
        let last = self.beats.len() - 2;
        let beat = (position.max(0.0).floor() as usize).min(last);
        let phase = position - beat as f64;
        let bent = if self.compound || !(0.0..1.0).contains(&phase) { phase } else { self.feel.bend(phase) };
        self.beats[beat] + bent * (self.beats[beat + 1] - self.beats[beat])
    }

    /// Median tempo in beats per minute.
    pub(crate) fn median_bpm(&self) -> f64 {
        let mut periods: Vec<f64> = self.beats.windows(2).map(|pair| pair[1] - pair[0]).collect();
        periods.sort_by(f64::total_cmp);
        periods.get(periods.len() / 2).map_or(0.0, |period| 60.0 / period)
    }
}

/// Lengths of the beats, and the beats at which a new tempo begins.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) periods: Vec<f64>,
    pub(crate) changes: Vec<usize>,
}

/// Bars in which a ramp happens, as shares of the song.
const RAMP: (f64, f64) = (0.3, 0.75);

/// Decides the length of every beat of `bars` at a tempo of `bpm`.
pub(crate) fn plan(motion: Motion, bpm: f64, bars: &[Bar], chance: &mut Chance) -> Plan {
    let n = bars.last().map_or(0, |bar| bar.end());
    let mut periods = vec![60.0 / bpm; n];
    let mut changes = Vec::new();
    match motion {
        Motion::Steady => {}
        Motion::Drift => drift(&mut periods, chance),
        Motion::Jump => {
            // The tempo before it holds for longer than the one after.
            let share = chance.range(0.52, 0.62);
            let at = bars[((bars.len() as f64 * share) as usize / 2 * 2).min(bars.len() - 1)].start;
            let factor = if chance.often(0.5) { chance.range(1.12, 1.5) } else { chance.range(0.67, 0.9) };
            periods[at..].iter_mut().for_each(|period| *period /= factor);
            changes.push(at);
        }
        Motion::Ramp => {
            let factor: f64 =
                if chance.often(0.5) { chance.range(1.15, 1.4) } else { chance.range(0.7, 0.87) };
            let (from, to) = (n as f64 * RAMP.0, n as f64 * RAMP.1);
            for (beat, period) in periods.iter_mut().enumerate() {
                *period /= factor.powf(((beat as f64 - from) / (to - from)).clamp(0.0, 1.0));
            }
        }
        Motion::Rubato => rubato(&mut periods, bars, chance),
    }
    Plan { periods, changes }
}

/// A smoothed random walk around the tempo.
fn drift(periods: &mut [f64], chance: &mut Chance) {
    let depth = chance.range(0.005, 0.02);
    let mut walk = Vec::with_capacity(periods.len());
    let mut level = 0.0;
    for _ in 0..periods.len() {
        level = 0.97 * level + chance.normal();
        walk.push(level);
    }
    let smooth: Vec<f64> = (0..walk.len())
        .map(|i| {
            let near = &walk[i.saturating_sub(4)..(i + 5).min(walk.len())];
            near.iter().sum::<f64>() / near.len() as f64
        })
        .collect();
    let mean = smooth.iter().sum::<f64>() / smooth.len().max(1) as f64;
    let peak = smooth.iter().map(|x| (x - mean).abs()).fold(1e-9, f64::max);
    periods.iter_mut().zip(smooth).for_each(|(period, x)| *period *= 1.0 + depth * (x - mean) / peak);
}

/// Phrase arches (Todd 1985) with final ritardandi (Friberg & Sundberg 1999), sections at tempi of their
/// own, lingering before downbeats, now and then a hold, and a player's unevenness.
fn rubato(periods: &mut [f64], bars: &[Bar], chance: &mut Chance) {
    let depth = chance.range(0.06, 0.25);
    let phrase_bars = chance.pick(&[2, 4, 4, 4, 8]);
    let uneven = chance.range(0.008, 0.035);
    let agogic = chance.range(0.0, 0.06);
    let n_bars = bars.len();
    let section = chance.range(0.35, 0.65) * n_bars as f64;
    let section_factor = chance.range(0.85, 1.18);
    let mut noise = 0.0;
    for first in (0..n_bars).step_by(phrase_bars) {
        let last = (first + phrase_bars).min(n_bars) - 1;
        let (start, end) = (bars[first].start, bars[last].end());
        let arch = depth * chance.range(0.6, 1.1);
        let peak = chance.range(0.4, 0.65);
        let is_end = last + 1 == n_bars;
        let ritard = if is_end { chance.range(0.3, 0.55) } else { depth * chance.range(0.2, 1.0) };
        let ritard_beats = (bars[last].meter.beats as f64 * chance.range(0.5, 1.6)).max(1.5);
        let is_held = !is_end && chance.often(0.06);
        let factor = if (first as f64) >= section { section_factor } else { 1.0 };
        for (k, period) in periods[start..end].iter_mut().enumerate() {
            let x = k as f64 / (end - start) as f64;
            let u = if x < peak { x / peak } else { (1.0 - x) / (1.0 - peak) };
            let tempo = 1.0 + arch * (u * (2.0 - u) - 0.6);
            let left = (end - start - k) as f64 - 0.5;
            let slowed = (1.0 - left / ritard_beats).clamp(0.0, 1.0);
            // v² falls linearly with position, Friberg & Sundberg's q = 2.
            let v = (1.0 - slowed * (1.0 - (1.0 - ritard).powi(2))).sqrt();
            noise = 0.5 * noise + uneven * chance.normal();
            *period /= factor * tempo * v * (1.0 + noise).clamp(0.85, 1.15);
        }
        for bar in &bars[first..=last] {
            periods[bar.end() - 1] *= 1.0 + agogic;
        }
        if is_held {
            periods[end - 1] *= chance.range(1.3, 1.8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::{FOUR, bars};

    #[test]
    fn swing_bends_off_beats_only() {
        let feel = Feel { eighth: 2.0 / 3.0, sixteenth: 0.5 };
        let line = Timeline::new(1.0, &[0.5; 8], feel, false);
        assert!((line.time(2.0) - 2.0).abs() < 1e-12);
        assert!((line.time(2.5) - (2.0 + 1.0 / 3.0)).abs() < 1e-12);
        assert!((feel.swing_ratio() - 2.0).abs() < 1e-9);
        let feel = Feel { eighth: 0.5, sixteenth: 0.6 };
        let line = Timeline::new(0.0, &[1.0; 8], feel, false);
        assert!((line.time(0.25) - 0.3).abs() < 1e-12);
        assert!((line.time(0.5) - 0.5).abs() < 1e-12);
        assert!((line.time(0.75) - 0.8).abs() < 1e-12);
        assert!(line.time(9.0) > 8.5);
    }

    #[test]
    fn every_motion_moves_on() {
        let bars = bars(std::iter::repeat_n(&FOUR, 24));
        for (seed, motion) in [Motion::Steady, Motion::Drift, Motion::Jump, Motion::Ramp, Motion::Rubato]
            .into_iter()
            .enumerate()
        {
            let plan = plan(motion, 100.0, &bars, &mut Chance::new(seed as u64));
            assert_eq!(plan.periods.len(), 96);
            assert!(plan.periods.iter().all(|period| (0.3..2.0).contains(period)), "{motion:?}");
            assert_eq!(plan.changes.len(), usize::from(motion == Motion::Jump));
            let spread = plan.periods.iter().copied().fold(0.0, f64::max)
                / plan.periods.iter().copied().fold(9.0, f64::min);
            assert_eq!(
                spread > 1.1,
                matches!(motion, Motion::Jump | Motion::Ramp | Motion::Rubato),
                "{motion:?} {spread}"
            );
        }
    }
}
