//! Layers for Sonic Visualiser (File → Import Annotation Layer), a file a kind, and a session that opens them
//! all over the song: plain XML, which the program takes for a session by what is in it. It looks for the song by
//! its name beside the session, and asks where it is otherwise.
//!
//! Times are frames of the song's own sample rate. A region's value is what its colour and height follow: the
//! group of a section, the pitch class of a key's tonic or of a chord's root.

use super::FileOf;
use super::content;
use super::content::{Content, is_time, ms, ms_between, name_of, one_line};
use super::xml::{DECLARATION, attributes, escaped};
use crate::harmony::harte;
use crate::params::Part;

pub(super) const FILES: &[FileOf] = &[
    ("sections", Some(Part::Sections), "svl"),
    ("keys", Some(Part::Key), "svl"),
    ("chords", Some(Part::Chords), "svl"),
    ("bars", Some(Part::Beats), "svl"),
    ("beats", Some(Part::Beats), "svl"),
    ("session", None, "xml"),
];

/// The kinds that are layers, with their names on screen and their colours.
const LAYERS: [(&str, &str, Part, &str); 5] = [
    ("sections", "Sections", Part::Sections, "#1f77b4"),
    ("keys", "Keys", Part::Key, "#9467bd"),
    ("chords", "Chords", Part::Chords, "#2ca02c"),
    ("bars", "Bars", Part::Beats, "#d62728"),
    ("beats", "Beats", Part::Beats, "#ff7f0e"),
];

/// What a layer shows.
enum Points {
    /// Time in seconds and text.
    Instants(Vec<(f64, String)>),
    /// Start and length in seconds, value and text.
    Regions(Vec<(f64, f64, usize, String)>),
}

pub(super) fn write(content: &Content<'_>, kind: &str) -> String {
    let file = |data: &str, display: &str| {
        format!(
            "{DECLARATION}<!DOCTYPE sonic-visualiser>\n<sv>\n  <data>\n{data}  </data>\n  <display>\n{display}  \
             </display>\n</sv>\n"
        )
    };
    let Some(&(_, title, _, colour)) = LAYERS.iter().find(|layer| layer.0 == kind) else {
        let (data, display) = session(content);
        return file(&data, &display);
    };
    let points = points(content, kind);
    file(&model(content, 1, title, &points), &layer(2, 1, title, colour, &points))
}

fn points(content: &Content<'_>, kind: &str) -> Points {
    match kind {
        "sections" => {
            let mut groups: Vec<&str> = Vec::new();
            let regions = content.sections.iter().map(|section| {
                let known = groups.iter().position(|group| *group == section.group);
                let group = known.unwrap_or_else(|| {
                    groups.push(&section.group);
                    groups.len() - 1
                });
                (section.start, ms_between(section.start, section.end), group + 1, name_of(section))
            });
            Points::Regions(regions.collect())
        }
        "keys" => Points::Regions(
            content
                .keys
                .iter()
                .map(|span| {
                    let tonic = span.key.tonic.semitones();
                    (span.start, ms_between(span.start, span.end), tonic + 1, span.key.to_string())
                })
                .collect(),
        ),
        "chords" => Points::Regions(
            content
                .chords
                .iter()
                .map(|chord| {
                    let root = harte::parse(&chord.label).map_or(0, |voicing| voicing.root.semitones() + 1);
                    (chord.start, ms_between(chord.start, chord.end), root, one_line(&chord.name))
                })
                .collect(),
        ),
        "bars" => {
            let bars = content.bars().into_iter().filter(|bar| bar.number > 0);
            Points::Instants(bars.map(|bar| (bar.start, bar.number.to_string())).collect())
        }
        _ => {
            let beats = content.beats.iter().filter(|beat| is_time(beat.time));
            Points::Instants(beats.map(|beat| (beat.time, beat.position.to_string())).collect())
        }
    }
}

/// Frames of `seconds`.
fn frames(content: &Content<'_>, seconds: f64) -> u64 {
    (ms(seconds) * f64::from(content.report.source.sample_rate)).round() as u64
}

/// A model and its points.
fn model(content: &Content<'_>, id: usize, title: &str, points: &Points) -> String {
    let text = |value: &str| Some(value.to_owned());
    let number = |value: u64| Some(value.to_string());
    let (dimensions, region) = match points {
        Points::Instants(_) => (1, None),
        Points::Regions(_) => (3, Some("region".to_owned())),
    };
    let values = match points {
        Points::Regions(regions) => regions.iter().map(|region| region.2 as u64).collect(),
        Points::Instants(_) => Vec::new(),
    };
    let mut out = format!(
        "    <model{}/>\n    <dataset id=\"{id}\" dimensions=\"{dimensions}\">\n",
        attributes([
            ("id", number(id as u64)),
            ("name", text(title)),
            ("sampleRate", number(u64::from(content.report.source.sample_rate))),
            ("start", number(0)),
            ("end", number(frames(content, content.duration))),
            ("type", text("sparse")),
            ("dimensions", number(dimensions)),
            ("resolution", number(1)),
            ("notifyOnAdd", text("true")),
            ("dataset", number(id as u64)),
            ("subtype", region.clone()),
            ("valueQuantization", region.as_ref().and_then(|_| number(1))),
            ("minimum", values.iter().min().copied().and_then(number)),
            ("maximum", values.iter().max().copied().and_then(number)),
            ("units", region.map(|_| String::new())),
        ])
    );
    match points {
        Points::Instants(instants) => {
            for (time, label) in instants {
                let frame = frames(content, *time);
                out += &format!("      <point frame=\"{frame}\" label=\"{}\"/>\n", escaped(label));
            }
        }
        Points::Regions(regions) => {
            for (start, length, value, label) in regions {
                let (frame, duration) = (frames(content, *start), frames(content, *length));
                out += &format!(
                    "      <point frame=\"{frame}\" value=\"{value}\" duration=\"{duration}\" label=\"{}\"/>\n",
                    escaped(label)
                );
            }
        }
    }
    out + "    </dataset>\n"
}

/// A layer that shows a model.
fn layer(id: usize, model: usize, title: &str, colour: &str, points: &Points) -> String {
    let (kind, style) = match points {
        // Lines, and texts beside them.
        Points::Instants(_) => ("timeinstants", ""),
        // Blocks of colour, each value its own, values evenly spaced.
        Points::Regions(_) => ("regions", ""),
    };
    let plot = usize::from(matches!(points, Points::Regions(_)));
    format!(
        "    <layer id=\"{id}\" type=\"{kind}\" name=\"{title}\" model=\"{model}\" plotStyle=\"{plot}\"{style} \
         colourName=\"{title}\" colour=\"{colour}\" darkBackground=\"false\"/>\n"
    )
}

/// Data and display of a session: the waveform with bars and beats over it, and a pane for each other layer.
fn session(content: &Content<'_>) -> (String, String) {
    let source = &content.report.source;
    let name = content.file_name().unwrap_or("song");
    let mut data = format!(
        "    <model{}/>\n",
        attributes([
            ("id", Some("1".to_owned())),
            ("name", Some(content::one_line(name))),
            ("sampleRate", Some(source.sample_rate.to_string())),
            ("start", Some("0".to_owned())),
            ("end", Some(frames(content, content.duration).to_string())),
            ("type", Some("wavefile".to_owned())),
            ("file", Some(source.name.clone().unwrap_or_else(|| name.to_owned()))),
            ("mainModel", Some("true".to_owned())),
        ])
    );
    let asked = LAYERS.iter().filter(|layer| content.report.include.contains(layer.2));
    // Models come before layers.
    let mut layers = String::from(
        "    <layer id=\"2\" type=\"timeruler\" name=\"Ruler\" model=\"1\" colourName=\"Black\" colour=\"#000000\" \
         darkBackground=\"false\"/>\n    <layer id=\"3\" type=\"waveform\" name=\"Waveform\" model=\"1\" gain=\"1\" \
         showMeans=\"1\" greyscale=\"1\" channelMode=\"1\" channel=\"-1\" scale=\"0\" middleLineHeight=\"0.5\" \
         aggressive=\"0\" autoNormalize=\"0\" colourName=\"Grey\" colour=\"#7f7f7f\" darkBackground=\"false\"/>\n",
    );
    let shown = |id: usize, kind: &str, title: &str, model: usize| {
        format!(
            "      <layer id=\"{id}\" type=\"{kind}\" name=\"{title}\" model=\"{model}\" visible=\"true\"/>\n"
        )
    };
    let (mut over_waveform, mut panes) = (String::new(), Vec::new());
    for (i, &(kind, title, _, colour)) in asked.enumerate() {
        let (model_id, layer_id) = (10 + i, 20 + i);
        let points = points(content, kind);
        data += &model(content, model_id, title, &points);
        layers += &layer(layer_id, model_id, title, colour, &points);
        match points {
            Points::Instants(_) => over_waveform += &shown(layer_id, "timeinstants", title, model_id),
            Points::Regions(_) => panes.push(shown(layer_id, "regions", title, model_id)),
        }
    }
    let pane = |height: u32, layers: &str| {
        format!(
            "    <view type=\"pane\" centre=\"0\" zoom=\"2048\" followPan=\"1\" followZoom=\"1\" tracking=\"page\" \
             light=\"1\" centreLineVisible=\"1\" height=\"{height}\">\n{}{layers}    </view>\n",
            shown(2, "timeruler", "Ruler", 1)
        )
    };
    let waveform = shown(3, "waveform", "Waveform", 1) + &over_waveform;
    let display = pane(240, &waveform) + &panes.iter().map(|layers| pane(120, layers)).collect::<String>();
    (data + &layers, display)
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::super::xml::tests::{all, get, read};
    use super::*;

    #[test]
    fn a_layer_has_a_model_whose_points_it_shows() {
        for report in [samples::song(), samples::odd_texts(), samples::broken(), samples::silence()] {
            for (kind, ..) in LAYERS {
                let elements = read(&write(&Content::of(&report), kind));
                let (model, layer) = (all(&elements, "model")[0], all(&elements, "layer")[0]);
                assert_eq!(get(model, "id"), get(layer, "model"));
                assert_eq!(get(model, "dataset"), get(all(&elements, "dataset")[0], "id"));
                for point in all(&elements, "point") {
                    assert!(get(point, "frame").parse::<u64>().is_ok(), "{point:?}");
                }
            }
        }
    }

    #[test]
    fn regions_and_instants_are_where_they_were_heard() {
        let song = samples::song();
        let points = |kind| read(&write(&Content::of(&song), kind));
        let sections = points("sections");
        let verse = all(&sections, "point")[1];
        let of = |name| get(verse, name);
        // 9 s and 8 s at 44 100 Hz.
        assert_eq!(
            [of("frame"), of("duration"), of("value"), of("label")],
            ["396900", "352800", "2", "Verse 1"]
        );
        let beats = points("beats");
        assert_eq!(all(&beats, "point").len(), song.beats.len());
        assert_eq!(get(all(&beats, "point")[0], "frame"), "22050");
        assert_eq!(get(all(&points("chords"), "point")[3], "value"), "6", "F");
    }

    #[test]
    fn the_session_opens_the_song_and_every_layer() {
        let song = samples::song();
        let elements = read(&write(&Content::of(&song), "session"));
        let models = all(&elements, "model");
        assert_eq!((get(models[0], "file"), get(models[0], "mainModel")), ("Example Song.mp3", "true"));
        assert_eq!(models.len(), 1 + LAYERS.len());
        assert_eq!(all(&elements, "view").len(), 4);
        // Each layer is defined, and shown.
        for (_, title, ..) in LAYERS {
            let n = all(&elements, "layer").iter().filter(|layer| get(layer, "name") == title).count();
            assert_eq!(n, 2, "{title}");
        }
    }
}
