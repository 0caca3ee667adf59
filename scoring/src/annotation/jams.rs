//! JAMS (Humphrey et al. 2014): the first annotation of each namespace that is compared.

use serde_json::Value;

use super::{Annotation, ascending, checked};
use crate::Span;

/// Namespaces of functions, then of letters, the ones preferred first.
const FUNCTIONS: [&str; 4] = ["segment_salami_function", "segment_open", "segment_tut", "segment_isophonics"];
const LETTERS: [&str; 2] = ["segment_salami_upper", "segment_open"];

pub(super) fn read(json: &Value) -> Result<Annotation, String> {
    let annotations = json["annotations"]
        .as_array()
        .ok_or("`annotations` of a JAMS file is a list, and here it is none")?;
    let all = |namespace: &str| -> Vec<Vec<Observation>> {
        annotations
            .iter()
            .filter(|one| one["namespace"] == namespace)
            .map(|one| observations(&one["data"]))
            .collect()
    };
    let first = |namespaces: &[&str]| namespaces.iter().find_map(|name| all(name).into_iter().next());
    let spans = |list: Vec<Observation>| checked(list.into_iter().map(Observation::span).collect());

    let positions = first(&["beat_position"]);
    let plain = first(&["beat"]);
    let downbeats = positions.as_ref().map(|list| {
        list.iter().filter(|one| one.value["position"] == 1).map(|one| one.time).collect::<Vec<_>>()
    });
    let counted = plain.as_ref().map(|list| {
        list.iter().filter(|one| one.value.as_f64() == Some(1.0)).map(|one| one.time).collect::<Vec<_>>()
    });
    let beats = plain.or(positions).map(|list| list.iter().map(|one| one.time).collect());
    let sections = first(&FUNCTIONS).map(spans).transpose()?;
    // Where a namespace is there twice, as ours is, the second has the letters.
    let letters = LETTERS.iter().find_map(|name| match *name {
        "segment_open" => all(name).into_iter().nth(1),
        name => all(name).into_iter().next(),
    });
    let tempo = first(&["tempo"]).and_then(|list| {
        let surest = list.iter().max_by(|a, b| a.confidence.total_cmp(&b.confidence))?;
        surest.value.as_f64()
    });
    let key = first(&["key_mode"]).and_then(|list| {
        let longest = list.iter().max_by(|a, b| a.duration.total_cmp(&b.duration))?;
        let (tonic, mode) = longest.value.as_str()?.split_once(':')?;
        Some(format!("{tonic} {mode}"))
    });
    Ok(Annotation {
        beats: beats.map(ascending).transpose()?,
        downbeats: downbeats.or(counted).filter(|times| !times.is_empty()).map(ascending).transpose()?,
        tempo,
        key,
        chords: first(&["chord", "chord_harte"]).map(spans).transpose()?,
        sections,
        groups: letters.map(spans).transpose()?,
    })
}

struct Observation {
    time: f64,
    duration: f64,
    value: Value,
    confidence: f64,
}

impl Observation {
    fn span(self) -> Span {
        let label = self.value.as_str().map_or_else(|| self.value.to_string(), str::to_owned);
        Span { start: self.time, end: self.time + self.duration, label }
    }
}

/// The observations of an annotation: a list of objects, or, in the dense form, an object of lists.
fn observations(data: &Value) -> Vec<Observation> {
    let number = |value: &Value| value.as_f64();
    if let Some(list) = data.as_array() {
        let of = |one: &Value| {
            Some(Observation {
                time: number(&one["time"])?,
                duration: number(&one["duration"]).unwrap_or(0.0),
                value: one["value"].clone(),
                confidence: number(&one["confidence"]).unwrap_or(0.0),
            })
        };
        return list.iter().filter_map(of).collect();
    }
    let n = data["time"].as_array().map_or(0, Vec::len);
    let of = |i: usize| {
        Some(Observation {
            time: number(&data["time"][i])?,
            duration: number(&data["duration"][i]).unwrap_or(0.0),
            value: data["value"][i].clone(),
            confidence: number(&data["confidence"][i]).unwrap_or(0.0),
        })
    };
    (0..n).filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn namespaces_are_told_apart() {
        let one = |time: f64, duration: f64, value: Value| json!({ "time": time, "duration": duration, "value": value, "confidence": 0.5 });
        let jams = json!({ "annotations": [
            { "namespace": "beat", "data": [one(0.5, 0.0, json!(4)), one(1.0, 0.0, json!(1))] },
            { "namespace": "segment_open", "data": [one(0.0, 9.0, json!("verse"))] },
            { "namespace": "segment_open", "data": [one(0.0, 9.0, json!("A"))] },
            { "namespace": "key_mode", "data": [one(0.0, 1.0, json!("G:major")), one(1.0, 8.0, json!("C#:minor"))] },
            { "namespace": "chord", "data": { "time": [0.0, 2.0], "duration": [2.0, 1.0], "value": ["C", "N"], "confidence": [1, 1] } },
            { "namespace": "tempo", "data": [{ "time": 0, "duration": 9, "value": 60, "confidence": 0.2 }, { "time": 0, "duration": 9, "value": 120, "confidence": 0.8 }] },
        ] });
        let read = read(&jams).unwrap();
        assert_eq!((read.beats, read.downbeats), (Some(vec![0.5, 1.0]), Some(vec![1.0])));
        assert_eq!((read.key.as_deref(), read.tempo), (Some("C# minor"), Some(120.0)));
        assert_eq!(read.sections.unwrap()[0].label, "verse");
        assert_eq!(read.groups.unwrap()[0].label, "A");
        assert_eq!(read.chords.unwrap()[1], Span { start: 2.0, end: 3.0, label: "N".to_owned() });
    }
}
