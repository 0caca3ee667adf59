//! Sets of composed songs: rendered, analysed and scored without anything private.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use sectionist_songbook::{Set, Split, render_set};
use serde_json::{Map, Value, json};

use super::{Measured, Options, predict};
use crate::fixtures::chance::Chance;
use crate::process;
use crate::songbook;

/// The means of a category need so many songs to be shown.
const MIN_SONGS: usize = 2;

/// Measures a set.
pub(super) fn measure(options: &Options, set: Set, measure: &Path) -> Result<Measured> {
    let truth = songbook::folder(set, Split::Test);
    let songs = render_set(set, Split::Test, set.test_size().min(options.limit), &truth)?;
    let reports = predict(options, set.name(), &songs, measure)?;
    let examined = process::output(Command::new(measure).arg("examine").arg(&reports).arg(&truth))?;
    let examined: Value = serde_json::from_str(&examined)?;
    let calibration = process::output(Command::new(measure).arg("calibrate").arg(&reports).arg(&truth))?;
    let songs = examined.as_object().context("`measure examine` prints an object")?;
    Ok(Measured {
        set: set.name().to_owned(),
        scores: summary(songs),
        calibration: serde_json::from_str(&calibration)?,
        categories: by_category(songs),
    })
}

/// Scores in the shape of the corpus's scorer: `metrics` with means and intervals, `per_song`.
fn summary(songs: &Map<String, Value>) -> Value {
    let mut per_song = Map::new();
    let mut values: Vec<(String, Vec<f64>)> = Vec::new();
    for (id, song) in songs {
        for (metric, value) in song["scores"].as_object().into_iter().flatten() {
            let Some(value) = value.as_f64() else { continue };
            match values.iter_mut().find(|(name, _)| name == metric) {
                Some((_, list)) => list.push(value),
                None => values.push((metric.clone(), vec![value])),
            }
        }
        per_song.insert(id.clone(), song["scores"].clone());
    }
    let mut metrics = Map::new();
    for (metric, list) in values {
        let (low, high) = interval(&list);
        metrics.insert(metric, json!({ "mean": mean(&list), "lo": low, "hi": high, "n": list.len() }));
    }
    json!({ "metrics": metrics, "per_song": per_song })
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// Bootstrap interval of 95 % for the mean (Efron 1979): percentiles over resampled songs.
fn interval(values: &[f64]) -> (f64, f64) {
    const N: usize = 2000;
    let mut chance = Chance::new(1);
    let mut draw = || values[((chance.unit() * values.len() as f64) as usize).min(values.len() - 1)];
    let mut means: Vec<f64> =
        (0..N).map(|_| values.iter().map(|_| draw()).sum::<f64>() / values.len() as f64).collect();
    means.sort_by(f64::total_cmp);
    (means[N / 40], means[N - 1 - N / 40])
}

/// Means by category and group: `[[category, group, n songs, {metric: mean}]]`, in order of appearance.
fn by_category(songs: &Map<String, Value>) -> Value {
    let mut groups: Vec<(String, String, Vec<&Value>)> = Vec::new();
    for song in songs.values() {
        for (category, group) in song["categories"].as_object().into_iter().flatten() {
            let group = group.as_str().unwrap_or_default();
            match groups.iter_mut().find(|(c, g, _)| c == category && g == group) {
                Some((.., list)) => list.push(&song["scores"]),
                None => groups.push((category.clone(), group.to_owned(), vec![&song["scores"]])),
            }
        }
    }
    groups.retain(|(.., list)| list.len() >= MIN_SONGS);
    groups.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    let rows = groups.iter().map(|(category, group, list)| {
        let mut metrics = Map::new();
        for name in list.iter().filter_map(|scores| scores.as_object()).flat_map(Map::keys) {
            if !metrics.contains_key(name) {
                let values: Vec<f64> = list.iter().filter_map(|scores| scores[name].as_f64()).collect();
                metrics.insert(name.clone(), json!(mean(&values)));
            }
        }
        json!([category, group, list.len(), metrics])
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_taken_over_the_songs_that_have_a_score() {
        let songs = json!({
            "a": { "scores": { "x": 1.0, "y": 0.5 }, "categories": { "kind": "k" } },
            "b": { "scores": { "x": 0.0 }, "categories": { "kind": "k" } },
            "c": { "scores": { "x": 0.5 }, "categories": { "kind": "k" } },
            "d": { "scores": { "x": 0.5 }, "categories": { "kind": "rare" } },
        });
        let songs = songs.as_object().unwrap();
        let summary = summary(songs);
        assert_eq!(summary["metrics"]["x"]["mean"], 0.5);
        assert_eq!(summary["metrics"]["y"]["n"], 1);
        let (low, high) = (&summary["metrics"]["x"]["lo"], &summary["metrics"]["x"]["hi"]);
        assert!(low.as_f64().unwrap() < 0.4 && high.as_f64().unwrap() > 0.6);
        assert_eq!(by_category(songs), json!([["kind", "k", 3, { "x": 0.5, "y": 0.5 }]]));
    }
}
