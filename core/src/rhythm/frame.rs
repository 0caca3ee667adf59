//! Which beat of the bar is the first, by the whole song: what is loud, what changes, and the frame of four and
//! eight bars that music is built in.

use super::accents::{CUES, N_CUES, own_cues};
use super::bars::Place;
use super::evidence::Evidence;
use super::judge::Judge;
use super::model::Model;
use crate::features::onset::{FINE_STEP, FineOnsets, N_FINE_BANDS};

/// Beats on either side between which long changes are measured.
const REACHES: [usize; 3] = [4, 8, 16];
/// Bars after which what is built in frames changes.
const FRAMES: [usize; 3] = [2, 4, 8];
/// Share of the beats that must have the same meter for the song to have one.
const ONE_METER: f64 = 0.8;
/// Fewest beats.
const MIN_BEATS: usize = 16;
/// Names of the changes from before a beat to after it.
const CHANGES: [&str; 4] = ["sound", "rise", "harmony", "bass"];
/// Largest magnitude of a standardised change.
const LARGEST: f64 = 4.0;

/// A way to count the bars: every beat so many places later than it was.
#[derive(Debug, Clone)]
pub(super) struct Count {
    /// Places.
    pub(super) places: Vec<Place>,
    /// What is known of it.
    pub(super) features: Vec<f64>,
}

/// The ways to count a song that has one meter, the first being the one given; empty where it has several.
///
/// `rows` are the accent features, `accents` the log odds of downbeats. O(n_beats).
pub(super) fn counts(
    evidence: &Evidence,
    fine: &FineOnsets,
    times: &[f64],
    (rows, accents): (&[Vec<f64>], &[f64]),
    places: &[Place],
) -> Vec<Count> {
    let Some(meter) = one_meter(places) else { return Vec::new() };
    let changes = Changes::of(evidence, fine, times);
    (0..meter)
        .map(|shift| {
            let places: Vec<Place> = places
                .iter()
                .map(|place| match place.meter == meter {
                    true => Place { position: (place.position + shift) % meter, meter },
                    false => *place,
                })
                .collect();
            let features = changes.features(rows, accents, &places, meter);
            Count { places, features }
        })
        .collect()
}

/// Names of the features of a [`Count`].
pub(super) fn first_names() -> Vec<String> {
    let mut names = vec!["meter".to_owned(), "accent".to_owned()];
    names.extend(CUES.map(str::to_owned));
    for reach in REACHES {
        for change in CHANGES {
            names.extend(["", "-peaks", "-frames"].map(|how| format!("{change}-{reach}{how}")));
        }
    }
    names.extend(["lead", "tail", "starts"].map(str::to_owned));
    names
}

/// Counts anew where another count is likelier.
pub(super) fn choose(counts: Vec<Count>, given: Vec<Place>, model: &Model) -> Vec<Place> {
    let judge = Judge::new(model, "first", &first_names());
    let scored = counts.into_iter().map(|count| (judge.score(&count.features), count.places));
    scored.reduce(|best, other| if other.0 > best.0 { other } else { best }).map_or(given, |best| best.1)
}

fn one_meter(places: &[Place]) -> Option<usize> {
    let first = places.get(places.len() / 2)?.meter;
    let n = places.iter().filter(|place| place.meter == first).count();
    (places.len() >= MIN_BEATS && n as f64 >= ONE_METER * places.len() as f64).then_some(first)
}

/// How much the sound changes at each beat, on several scales, standardised over the song, `[n_changes][n_beats]`.
struct Changes {
    columns: Vec<Vec<f64>>,
}

impl Changes {
    fn of(evidence: &Evidence, fine: &FineOnsets, times: &[f64]) -> Self {
        let n = times.len();
        let levels = levels_of_beats(fine, times);
        let mut columns = Vec::new();
        for reach in REACHES {
            let period = |idx: usize| {
                let (from, to) = (idx.saturating_sub(reach), (idx + reach).min(n - 1));
                (times[to] - times[from]) / (to - from).max(1) as f64
            };
            let spans: Vec<f64> = (0..n).map(|idx| reach as f64 * period(idx)).collect();
            let sound = (0..n).map(|idx| change_of_levels(&levels, idx, reach)).collect();
            let rise = (0..n).map(|idx| rise_of_levels(&levels, idx, reach)).collect();
            let harmony =
                (0..n).map(|idx| f64::from(evidence.chords.change(times[idx], spans[idx]))).collect();
            let bass = (0..n).map(|idx| f64::from(evidence.bass.change(times[idx], spans[idx]))).collect();
            columns.extend([sound, rise, harmony, bass].map(standardised));
        }
        Self { columns }
    }

    /// What speaks for a count.
    fn features(&self, rows: &[Vec<f64>], accents: &[f64], places: &[Place], meter: usize) -> Vec<f64> {
        let firsts: Vec<usize> = (0..places.len())
            .filter(|&idx| places[idx].meter == meter && places[idx].position == 0)
            .collect();
        let mean = |at: &dyn Fn(usize) -> f64| {
            firsts.iter().map(|&idx| at(idx)).sum::<f64>() / firsts.len().max(1) as f64
        };
        let mut features = vec![meter as f64, mean(&|idx| accents[idx])];
        features.extend((0..N_CUES).map(|cue| mean(&|idx| own_cues(&rows[idx])[cue])));
        for column in &self.columns {
            features.push(mean(&|idx| column[idx]));
            features.push(mean(&|idx| column[idx].max(0.0).powi(2)));
            let own: Vec<f64> = firsts.iter().map(|&idx| column[idx]).collect();
            features.push(FRAMES.map(|n_bars| best_comb(&own, n_bars)).into_iter().sum());
        }
        // Where the song starts and ends.
        let lead = firsts.first().copied().unwrap_or(0);
        let tail = places.len() - 1 - firsts.last().copied().unwrap_or(0);
        features.extend([lead as f64, tail as f64, f64::from(u8::from(lead == 0))]);
        features
    }
}

/// The largest mean of every `step`-th value.
fn best_comb(xs: &[f64], step: usize) -> f64 {
    let mean = |phase: usize| {
        let n = xs.len().saturating_sub(phase).div_ceil(step);
        xs.iter().skip(phase).step_by(step).sum::<f64>() / n.max(1) as f64
    };
    (0..step.min(xs.len())).map(mean).fold(0.0, f64::max)
}

/// Mean level of each band from each beat to the next, in nepers, `[n_beats]`.
fn levels_of_beats(fine: &FineOnsets, times: &[f64]) -> Vec<[f64; N_FINE_BANDS]> {
    let frame = |time: f64| fine.grid.frame_at((time - FineOnsets::OFFSET).max(0.0)).min(fine.frames.len());
    (0..times.len())
        .map(|idx| {
            let start = frame(times[idx]);
            let end = times.get(idx + 1).map_or(fine.frames.len(), |&next| frame(next)).max(start);
            let mut sums = [0.0; N_FINE_BANDS];
            for seen in &fine.frames[start..end] {
                let levels = &seen[2 * N_FINE_BANDS..];
                sums.iter_mut().zip(levels).for_each(|(sum, &level)| *sum += f64::from(level));
            }
            sums.map(|sum| sum * f64::from(FINE_STEP) / (end - start).max(1) as f64)
        })
        .collect()
}

/// Mean levels of the `reach` beats before and from a beat on.
fn around(levels: &[[f64; N_FINE_BANDS]], idx: usize, reach: usize) -> [[f64; N_FINE_BANDS]; 2] {
    let mean = |span: &[[f64; N_FINE_BANDS]]| -> [f64; N_FINE_BANDS] {
        std::array::from_fn(|band| span.iter().map(|row| row[band]).sum::<f64>() / span.len().max(1) as f64)
    };
    [mean(&levels[idx.saturating_sub(reach)..idx]), mean(&levels[idx..(idx + reach).min(levels.len())])]
}

fn change_of_levels(levels: &[[f64; N_FINE_BANDS]], idx: usize, reach: usize) -> f64 {
    let [before, after] = around(levels, idx, reach);
    before.iter().zip(after).map(|(b, a)| (a - b).powi(2)).sum::<f64>().sqrt()
}

fn rise_of_levels(levels: &[[f64; N_FINE_BANDS]], idx: usize, reach: usize) -> f64 {
    let [before, after] = around(levels, idx, reach);
    after.iter().sum::<f64>() - before.iter().sum::<f64>()
}

fn standardised(xs: Vec<f64>) -> Vec<f64> {
    let n = xs.len().max(1) as f64;
    let mean = xs.iter().sum::<f64>() / n;
    let spread = (xs.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt().max(1e-6);
    xs.into_iter().map(|x| ((x - mean) / spread).clamp(-LARGEST, LARGEST)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(n: usize, meter: usize) -> Vec<Place> {
        (0..n).map(|idx| Place { position: idx % meter, meter }).collect()
    }

    #[test]
    fn changes_speak_for_the_beats_that_they_fall_on() {
        // The sound changes every 16 beats, on the third beat of the bar as it is counted.
        let levels: Vec<[f64; N_FINE_BANDS]> =
            (0..96).map(|idx| [if (idx + 14) / 16 % 2 == 0 { 1.0 } else { 2.0 }; N_FINE_BANDS]).collect();
        let column = standardised((0..96).map(|idx| change_of_levels(&levels, idx, 4)).collect());
        let changes = Changes { columns: vec![column] };
        let (rows, accents) = (vec![vec![0.0; 1 + 5 * N_CUES]; 96], vec![0.0; 96]);
        let strength: Vec<f64> = (0..4)
            .map(|shift| {
                let places: Vec<Place> = places(96 + shift, 4).split_off(shift);
                changes.features(&rows, &accents, &places, 4)[2 + N_CUES + 1]
            })
            .collect();
        assert_eq!(
            crate::sequence::arg_max(&strength.iter().map(|x| *x as f32).collect::<Vec<_>>()),
            2,
            "{strength:?}"
        );
    }

    #[test]
    fn songs_of_several_meters_are_left_alone() {
        let mut mixed = places(40, 4);
        mixed.extend(places(30, 3));
        assert_eq!(one_meter(&mixed), None);
        assert_eq!(one_meter(&places(40, 3)), Some(3));
        assert_eq!(one_meter(&places(8, 4)), None);
        assert_eq!(one_meter(&[]), None);
    }

    #[test]
    fn the_likeliest_count_is_taken() {
        // A tree that likes a long lead.
        let mut model = Model::parse("first:lead 0 1 0\nfirst_trees 0 1.5 -1 0 -1 2");
        let features = |lead: f64| {
            first_names().iter().map(|name| if name == "lead" { lead } else { 0.0 }).collect::<Vec<f64>>()
        };
        let count = |lead: f64, n: usize| Count { places: places(n, 4), features: features(lead) };
        let chosen = choose(vec![count(1.0, 16), count(2.0, 17)], places(3, 4), &model);
        assert_eq!(chosen.len(), 17);
        model = Model::parse("");
        assert_eq!(choose(vec![count(1.0, 16), count(2.0, 17)], places(3, 4), &model).len(), 16);
        assert_eq!(choose(Vec::new(), places(3, 4), &model).len(), 3);
    }
}
