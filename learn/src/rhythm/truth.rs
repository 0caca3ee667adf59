//! What is true of a song's rhythm.

use serde_json::Value;

use crate::songs::Song;

/// Seconds within which a beat is the annotated one.
pub(super) const TOLERANCE: f64 = 0.07;

/// Mean change of the period from beat to beat, as a natural logarithm, from which time is free, and
/// how much such songs count.
const FREE: f64 = 0.025;
const FREE_WEIGHT: f64 = 2.0;
/// How much a recording counts, against a composed song.
const REAL_WEIGHT: f64 = 3.0;

/// A song's annotation as far as rhythm goes.
#[derive(Debug, Clone)]
pub(super) struct Truth {
    /// Which song it is.
    pub(super) id: String,
    /// Which material it is, for the tables.
    pub(super) set: String,
    /// Beats in seconds; empty without a pulse.
    pub(super) beats: Vec<f64>,
    /// Beats that begin a bar.
    pub(super) downbeats: Vec<f64>,
    /// Spans of time signatures.
    pub(super) signatures: Vec<(f64, f64, String)>,
    /// Tempi in BPM of a song that changes its tempo at once; else empty.
    pub(super) steps: Vec<f64>,
    /// Whether it was recorded, not rendered.
    pub(super) is_real: bool,
    /// Whether it was composed at random, its tempo too.
    pub(super) is_composed: bool,
    /// How much the song counts.
    pub(super) weight: f64,
    /// How much more it counts where the level of the pulse is learned.
    pub(super) level_weight: f64,
    /// Whether annotators agree on the metrical level.
    pub(super) is_level_agreed: bool,
}

impl Truth {
    /// Reads an annotation; `None` if it says nothing of beats.
    pub(super) fn read(song: &Song) -> Option<Self> {
        let mut read = Self::of(&song.id, &song.set, &song.truth)?;
        read.is_real = song.repository().is_some();
        if read.is_real {
            read.weight *= REAL_WEIGHT;
        }
        Some(read)
    }

    fn of(id: &str, set: &str, truth: &Value) -> Option<Self> {
        let times = |name: &str| -> Option<Vec<f64>> {
            Some(truth.get(name)?.as_array()?.iter().filter_map(Value::as_f64).collect())
        };
        let beats = times("beats").unwrap_or_default();
        if beats.is_empty() && truth.get("tempo").is_none_or(|tempo| !tempo.is_null()) {
            return None;
        }
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let spans: Option<Vec<(f64, f64, String)>> =
            truth.get("time_signatures").and_then(Value::as_array).map(|spans| {
                spans
                    .iter()
                    .filter_map(|s| Some((s["start"].as_f64()?, s["end"].as_f64()?, text(&s["value"])?)))
                    .collect()
            });
        let curve = truth.get("tempo_curve").and_then(Value::as_array);
        let steps: Vec<f64> = curve.into_iter().flatten().filter_map(|span| span["bpm"].as_f64()).collect();
        let downbeats = times("downbeats").unwrap_or_default();
        let named = truth.get("time_signature").and_then(text).or_else(|| counted_meter(&beats, &downbeats));
        let whole = named.map(|value| vec![(0.0, f64::INFINITY, value)]);
        // Those who take their time are few among composed songs, and many in life.
        let ratios: Vec<f64> = beats.windows(3).map(|b| ((b[2] - b[1]) / (b[1] - b[0])).ln().abs()).collect();
        let is_free = ratios.iter().sum::<f64>() > FREE * ratios.len() as f64;
        Some(Self {
            id: id.to_owned(),
            set: set.to_owned(),
            beats,
            downbeats,
            signatures: spans.or(whole).unwrap_or_default(),
            steps: if steps.len() > 1 { steps } else { Vec::new() },
            weight: if is_free { FREE_WEIGHT } else { 1.0 },
            level_weight: 1.0,
            is_real: false,
            is_composed: truth.get("fingerprint").is_some(),
            is_level_agreed: true,
        })
    }

    /// Median tempo in BPM; `None` without a pulse.
    pub(super) fn tempo(&self) -> Option<f64> {
        let mut periods: Vec<f64> = self.beats.windows(2).map(|b| b[1] - b[0]).collect();
        periods.sort_by(f64::total_cmp);
        // s/min ÷ s/beat = beats/min
        Some(60.0 / periods.get(periods.len() / 2)?)
    }

    /// Whether a tempo is right to 4 %: the median, or any that a song keeps which changes it at once.
    pub(super) fn is_tempo(&self, bpm: f64) -> bool {
        self.tempo().iter().chain(&self.steps).any(|wanted| (bpm / wanted - 1.0).abs() < 0.04)
    }

    /// Tempi that hold for some time, so that a reading at one of them may be followed.
    pub(super) fn tempi(&self) -> Vec<f64> {
        let n = self.beats.len();
        let mut tempi: Vec<f64> = self.tempo().into_iter().collect();
        for part in 0..4 {
            let (start, end) = (part * n / 4, ((part + 1) * n / 4).min(n));
            if end > start + 4 {
                let span = self.beats[end - 1] - self.beats[start];
                tempi.push(60.0 * (end - 1 - start) as f64 / span);
            }
        }
        tempi
    }

    /// F measure of beats against the annotated ones, the first five seconds left out.
    pub(super) fn agreement(&self, beats: &[f64]) -> f64 {
        agreement(&self.beats, beats)
    }

    /// Whether there is a beat at a time.
    pub(super) fn has_beat(&self, time: f64) -> bool {
        near(&self.beats, time)
    }

    /// Whether a bar begins at a time.
    pub(super) fn has_downbeat(&self, time: f64) -> bool {
        near(&self.downbeats, time)
    }

    /// The time signature at a time.
    pub(super) fn signature_at(&self, time: f64) -> Option<&str> {
        let holds = |span: &&(f64, f64, String)| span.0 <= time && time < span.1;
        self.signatures.iter().find(holds).map(|span| span.2.as_str())
    }
}

/// F measure of beats against the annotated ones, the first five seconds left out.
pub(super) fn agreement(annotated: &[f64], beats: &[f64]) -> f64 {
    let wanted = annotated.iter().filter(|&&t| t >= 5.0).count();
    let last = annotated.last().copied().unwrap_or(0.0) + 0.2;
    let found: Vec<f64> = beats.iter().copied().filter(|&t| t >= 5.0 && t <= last).collect();
    let hits = found.iter().filter(|&&t| near(annotated, t)).count() as f64;
    if found.is_empty() || wanted == 0 { 0.0 } else { 2.0 * hits / (found.len() + wanted) as f64 }
}

/// The meter that nine bars of ten have, told by the beats between downbeats: of recordings it is often not named.
fn counted_meter(beats: &[f64], downbeats: &[f64]) -> Option<String> {
    let place = |time: f64| beats.partition_point(|&beat| beat < time - TOLERANCE);
    let mut lengths: Vec<usize> = downbeats.windows(2).map(|pair| place(pair[1]) - place(pair[0])).collect();
    lengths.sort_unstable();
    let usual = *lengths.get(lengths.len() / 2)?;
    let n_usual = lengths.iter().filter(|&&length| length == usual).count();
    (10 * n_usual >= 9 * lengths.len()).then(|| format!("{usual}/4"))
}

fn near(times: &[f64], time: f64) -> bool {
    let next = times.partition_point(|&t| t < time);
    times[next.saturating_sub(1)..(next + 1).min(times.len())].iter().any(|t| (t - time).abs() <= TOLERANCE)
}

/// Beats in a bar of a time signature, and whether they are divided in three.
pub(super) fn beats_of(signature: &str) -> Option<(usize, bool)> {
    let (over, under) = signature.split_once('/')?;
    let (over, under): (usize, usize) = (over.parse().ok()?, under.parse().ok()?);
    let is_compound = under >= 8 && over % 3 == 0 && over > 3;
    Some(if is_compound { (over / 3, true) } else { (over, false) })
}

/// Whether two time signatures cannot be told apart by ear: the unit of notation is a convention.
pub(super) fn sound_alike(a: &str, b: &str) -> bool {
    a == b || beats_of(a).is_some() && beats_of(a) == beats_of(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_meter_is_counted_where_bars_agree() {
        let beats: Vec<f64> = (0..40).map(|k| f64::from(k) * 0.5).collect();
        let every = |n: usize| beats.iter().copied().step_by(n).collect::<Vec<f64>>();
        assert_eq!(counted_meter(&beats, &every(3)).as_deref(), Some("3/4"));
        let mixed: Vec<f64> =
            every(4).into_iter().filter(|&t| t < 8.0).chain([8.5, 10.0, 11.5, 13.0]).collect();
        assert_eq!(counted_meter(&beats, &mixed), None);
        assert_eq!(counted_meter(&beats, &[]), None);
    }

    #[test]
    fn any_tempo_that_a_song_keeps_is_right() {
        let beats: Vec<f64> =
            (0..40).map(|k| f64::from(k) * 0.5).chain((1..30).map(|k| 19.5 + f64::from(k) * 0.4)).collect();
        let read =
            |curve: Value| Truth::of("a", "b", &json!({ "beats": beats, "tempo_curve": curve })).unwrap();
        let steps = read(json!([{ "bpm": 120.0 }, { "bpm": 150.0 }]));
        assert!(steps.is_tempo(120.0) && steps.is_tempo(152.0) && !steps.is_tempo(135.0));
        let steady = read(json!([{ "bpm": 150.0 }]));
        assert!(steady.is_tempo(121.0) && !steady.is_tempo(150.0));
    }
}
