//! Annotated songs as what the network sees and what it should say, varied from one look to the next.

use sectionist_core::AnalysisParams;
use sectionist_core::rhythm::network_training::{Inputs, N_INPUTS};

use crate::Failure;
use crate::dice::Dice;
use crate::songs::Song;

/// A song's frames and its beats in frames.
#[derive(Debug)]
pub(super) struct Example {
    /// What decides the song's fold.
    pub(super) group: String,
    /// Whether it was recorded, not rendered.
    pub(super) is_real: bool,
    pub(super) frames: Vec<[f32; N_INPUTS]>,
    pub(super) beats: Vec<f32>,
    pub(super) downbeats: Vec<f32>,
}

/// A stretch of a song.
#[derive(Debug)]
pub(super) struct Excerpt {
    /// `[n_frames][N_INPUTS]`.
    pub(super) frames: Vec<[f32; N_INPUTS]>,
    /// How much of a beat and of a downbeat each frame is, in [0, 1], `[n_frames]`; `None` where nobody knows.
    pub(super) targets: [Vec<Option<f32>>; 2],
}

/// Frames of an excerpt (36 s).
const N_FRAMES: usize = 1_792;
/// Fewer beats are no example.
const MIN_BEATS: usize = 16;
/// Bands of the onsets; rises at two frames, then levels, then changes of harmony.
const N_BANDS: usize = 12;
/// Target at a frame next to a beat's.
const BESIDE: f32 = 0.4;
/// Frames before the first beat and after the last of which it is known that they are none.
const MARGIN: f32 = 12.0;

impl Example {
    /// Reads and hears a song; `None` if it has too few beats.
    pub(super) fn of(song: &Song) -> Result<Option<Self>, Failure> {
        let times = |name: &str| -> Vec<f64> {
            song.truth[name]
                .as_array()
                .map(|list| list.iter().filter_map(serde_json::Value::as_f64).collect())
                .unwrap_or_default()
        };
        let beats = times("beats");
        // No beats at all is an answer: there is no pulse.
        if !song.truth["beats"].is_array() || (1..MIN_BEATS).contains(&beats.len()) {
            return Ok(None);
        }
        let Inputs { frames, start, frame_rate } = Inputs::of(&song.features(&AnalysisParams::default())?);
        let place = |times: Vec<f64>| times.into_iter().map(|t| ((t - start) * frame_rate) as f32).collect();
        Ok(Some(Self {
            group: song.group().to_owned(),
            is_real: song.repository().is_some(),
            frames,
            beats: place(beats),
            downbeats: place(times("downbeats")),
        }))
    }

    /// A stretch as it is, from the start.
    pub(super) fn plain(&self) -> Excerpt {
        let frames: Vec<_> = self.frames.iter().take(N_FRAMES).copied().collect();
        self.excerpt(frames, |frame| frame)
    }

    /// A stretch somewhere, at another tempo, through other equipment.
    pub(super) fn varied(&self, dice: &mut Dice) -> Excerpt {
        let speed = if dice.chance(0.7) { dice.between(-0.22, 0.22).exp() } else { 1.0 };
        let needed = (N_FRAMES as f32 * speed) as usize + 2;
        let first = dice.below(self.frames.len().saturating_sub(needed));
        let seen = &self.frames[first..(first + needed).min(self.frames.len())];
        let n = ((seen.len() - 1) as f32 / speed) as usize;
        let mut frames: Vec<[f32; N_INPUTS]> = (0..n.min(N_FRAMES))
            .map(|idx| {
                let at = idx as f32 * speed;
                let (from, part) = (at as usize, at.fract());
                let (a, b) = (&seen[from], &seen[(from + 1).min(seen.len() - 1)]);
                std::array::from_fn(|i| a[i] + part * (b[i] - a[i]))
            })
            .collect();
        let equipment = Equipment::random(dice);
        for frame in &mut frames {
            equipment.apply(frame, dice);
        }
        self.excerpt(frames, |frame| (frame - first as f32) / speed)
    }

    fn excerpt(&self, frames: Vec<[f32; N_INPUTS]>, place: impl Fn(f32) -> f32) -> Excerpt {
        let n = frames.len();
        let known = |at: f32, edge: f32| (place(edge) - at).abs() < MARGIN;
        let (Some(&head), Some(&tail)) = (self.beats.first(), self.beats.last()) else {
            return Excerpt { targets: std::array::from_fn(|_| vec![Some(0.0); n]), frames };
        };
        let target = |times: &[f32]| {
            let mut target: Vec<Option<f32>> = (0..n)
                .map(|idx| {
                    let at = idx as f32;
                    let inside = at >= place(head) && at <= place(tail);
                    (inside || known(at, head) || known(at, tail)).then_some(0.0)
                })
                .collect();
            for &time in times {
                let at = place(time).round();
                for (off, value) in [(-1.0, BESIDE), (0.0, 1.0), (1.0, BESIDE)] {
                    let idx = at + off;
                    if idx >= 0.0
                        && let Some(Some(target)) = target.get_mut(idx as usize)
                    {
                        *target = target.max(value);
                    }
                }
            }
            target
        };
        let unknown = self.downbeats.len() < 4;
        let downbeats = if unknown { vec![None; n] } else { target(&self.downbeats) };
        Excerpt { targets: [target(&self.beats), downbeats], frames }
    }
}

/// What lies between the music and its recording, as far as the features show it.
#[derive(Debug)]
struct Equipment {
    /// How much of each band's rises is left.
    bands: [f32; N_BANDS],
    /// Deviation of the noise that rises are heard through.
    noise: f32,
    /// How much of the changes of harmony is left.
    harmony: f32,
}

impl Equipment {
    fn random(dice: &mut Dice) -> Self {
        let overall = (0.2 * dice.normal()).exp();
        let uneven = if dice.chance(0.7) { 0.35 } else { 0.0 };
        let mut bands = std::array::from_fn(|_| overall * (uneven * dice.normal()).exp());
        if dice.chance(0.25) {
            bands[5 + dice.below(7)..].fill(0.0);
        }
        if dice.chance(0.15) {
            bands[..1 + dice.below(3)].fill(0.0);
        }
        if dice.chance(0.1) {
            bands.iter_mut().filter(|_| dice.chance(0.3)).for_each(|band| *band = 0.0);
        }
        let noise = if dice.chance(0.3) { dice.between(0.0, 0.4) } else { 0.0 };
        let harmony = if dice.chance(0.25) { dice.between(0.0, 0.7) } else { 1.0 };
        Self { bands, noise, harmony }
    }

    fn apply(&self, frame: &mut [f32; N_INPUTS], dice: &mut Dice) {
        let (rises, rest) = frame.split_at_mut(2 * N_BANDS);
        let (levels, changes) = rest.split_at_mut(N_BANDS);
        for (rise, band) in rises.iter_mut().zip(self.bands.iter().chain(&self.bands)) {
            *rise *= band;
            if self.noise > 0.0 {
                *rise += self.noise * dice.normal().abs();
            }
        }
        levels.iter_mut().zip(self.bands).for_each(|(level, band)| *level *= band.sqrt());
        changes.iter_mut().for_each(|change| *change *= self.harmony);
    }
}
