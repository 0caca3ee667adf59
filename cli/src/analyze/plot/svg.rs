//! Lanes over one time axis: sections, waveform, beats, chords, keys.

use std::fmt::Write;

use sectionist_core::Report;
use sectionist_core::params::Part;
use sectionist_core::structure::Section;

use crate::summary::{clock, plain};

/// Size of the drawing and of its margins.
const WIDTH: f64 = 1600.0;
const MARGIN: f64 = 24.0;
const INNER: f64 = WIDTH - 2.0 * MARGIN;

/// Lanes: top and height.
const SECTIONS: (f64, f64) = (88.0, 34.0);
const WAVE: (f64, f64) = (130.0, 120.0);
const BEATS: (f64, f64) = (256.0, 18.0);
const CHORDS: (f64, f64) = (280.0, 26.0);
const KEYS: (f64, f64) = (312.0, 24.0);
const AXIS: f64 = 354.0;
const HEIGHT: f64 = 378.0;

/// A column of the waveform and the gap after it.
const COLUMN: (f64, f64) = (2.0, 1.0);

/// Least distance of beats that are drawn, and of times on the axis.
const MIN_BEAT: f64 = 2.5;
const MIN_AXIS: f64 = 90.0;

/// Steps of the axis in seconds.
const AXIS_STEPS: [f64; 12] = [1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0];

/// Colours of the repetition groups, in turn: background, waveform. Dark letters can be read on all.
const COLORS: [(&str, &str); 8] = [
    ("#b9d4f0", "#4c84bd"),
    ("#f5cfa4", "#cf8328"),
    ("#c5e3bb", "#5a9a47"),
    ("#eebbc4", "#bd5367"),
    ("#d5c5ea", "#8162b3"),
    ("#b5e2de", "#39928a"),
    ("#eee2a0", "#a8922a"),
    ("#d8d2c8", "#857a6a"),
];
const SILENCE: (&str, &str) = ("#e4e4e8", "#a5a6b0");
const INK: &str = "#23252d";
const FAINT: &str = "#5b5e6b";

/// The picture: SVG that needs nothing else. Parts that were not asked for are left out.
pub(super) fn draw(report: &Report, name: &str) -> String {
    let mut canvas = Canvas { out: String::new(), duration: report.duration };
    let asked = |part| report.include.contains(part);
    let sections: &[Section] = if asked(Part::Sections) { &report.sections } else { &[] };
    canvas.heading(report, name);
    canvas.sections(sections);
    canvas.wave(report, sections);
    if asked(Part::Beats) {
        canvas.beats(report);
    }
    if asked(Part::Chords) {
        canvas.chords(report);
    }
    if asked(Part::Key) {
        for span in &report.keys {
            canvas.label((span.start, span.end), KEYS, "#f1eee8", &spelled(&span.key.to_string()), 13.0);
        }
    }
    canvas.axis();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
         font-family=\"system-ui, sans-serif\">\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n{}</svg>\n",
        canvas.out
    )
}

struct Canvas {
    out: String,
    duration: f64,
}

impl Canvas {
    fn x(&self, time: f64) -> f64 {
        if self.duration > 0.0 { MARGIN + (time / self.duration).clamp(0.0, 1.0) * INNER } else { MARGIN }
    }

    fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, radius: f64, fill: &str) {
        if width > 0.0 {
            _ = writeln!(
                self.out,
                "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{width:.2}\" height=\"{height:.2}\" rx=\"{radius}\" fill=\"{fill}\"/>"
            );
        }
    }

    fn text(&mut self, x: f64, y: f64, size: f64, weight: u32, fill: &str, words: &str) {
        let words = escaped(&plain(words));
        _ = writeln!(
            self.out,
            "<text x=\"{x:.2}\" y=\"{y:.2}\" font-size=\"{size}\" font-weight=\"{weight}\" fill=\"{fill}\">{words}</text>"
        );
    }

    /// A stretch of a lane with what fits of `words`.
    fn label(
        &mut self,
        (start, end): (f64, f64),
        (y, height): (f64, f64),
        fill: &str,
        words: &str,
        size: f64,
    ) {
        let (left, right) = (self.x(start), self.x(end));
        self.rect(left + 0.5, y, right - left - 1.0, height, 3.0, fill);
        if width(words, size) < right - left - 6.0 {
            self.text(left + 4.0, y + 0.5 * height + 0.36 * size, size, 500, INK, words);
        }
    }

    fn heading(&mut self, report: &Report, name: &str) {
        let tag =
            |name: &str| report.source.tags.get(name).map(|tag| tag.trim()).filter(|tag| !tag.is_empty());
        let title = match (tag("title"), tag("artist")) {
            (Some(title), Some(artist)) => format!("{title} — {artist}"),
            (Some(title), None) => title.to_owned(),
            _ => name.to_owned(),
        };
        let asked = |part| report.include.contains(part);
        let key = report.key_candidates.first().filter(|_| asked(Part::Key));
        let tempo = report.tempo_candidates.first().filter(|_| asked(Part::Tempo));
        let meter = report.time_signature().filter(|_| asked(Part::Meter));
        let facts = [
            key.map(|best| spelled(&best.key.to_string())),
            tempo.map(|best| format!("{:.1} BPM", best.bpm.get())),
            meter.map(|meter| meter.value.to_string()),
            Some(clock(report.duration)),
        ];
        self.text(MARGIN, 46.0, 24.0, 650, INK, &title);
        self.text(
            MARGIN,
            72.0,
            15.0,
            400,
            FAINT,
            &facts.into_iter().flatten().collect::<Vec<_>>().join(" · "),
        );
    }

    fn sections(&mut self, sections: &[Section]) {
        for section in sections {
            let (left, right) = (self.x(section.start), self.x(section.end));
            self.rect(left + 1.0, SECTIONS.0, right - left - 2.0, SECTIONS.1, 6.0, colors(section).0);
            let long = format!("{} {}", section.name, section.group);
            let forms = [&long, &section.name, &section.group];
            if let Some(words) = forms.into_iter().find(|words| width(words, 14.0) < right - left - 14.0) {
                self.text(left + 8.0, SECTIONS.0 + 22.0, 14.0, 600, INK, words);
            }
        }
    }

    /// The loudest of the peaks in each column.
    fn wave(&mut self, report: &Report, sections: &[Section]) {
        let peaks = &report.waveform.peaks;
        let n_columns = (INNER / (COLUMN.0 + COLUMN.1)) as usize;
        for column in 0..n_columns.min(if peaks.is_empty() { 0 } else { n_columns }) {
            let from = column * peaks.len() / n_columns;
            let to = ((column + 1) * peaks.len() / n_columns).max(from + 1).min(peaks.len());
            let peak = peaks.get(from..to).and_then(|peaks| peaks.iter().max()).copied().unwrap_or(0);
            let time = (column as f64 + 0.5) / n_columns as f64 * self.duration;
            let section = sections.iter().find(|section| section.start <= time && time < section.end);
            let height = (f64::from(peak) / 255.0 * WAVE.1).max(1.5);
            let x = MARGIN + column as f64 * (COLUMN.0 + COLUMN.1);
            let fill = section.map_or(SILENCE.1, |section| colors(section).1);
            self.rect(x, WAVE.0 + 0.5 * (WAVE.1 - height), COLUMN.0, height, 0.5, fill);
        }
    }

    /// Bars, and between them the other beats where they are far enough apart.
    fn beats(&mut self, report: &Report) {
        let n_beats = report.beats.len().max(1) as f64;
        let with_beats = INNER / n_beats >= MIN_BEAT;
        let with_bars = INNER / report.downbeats.len().max(1) as f64 >= MIN_BEAT;
        for beat in &report.beats {
            let is_first = beat.position == 1;
            if (is_first && with_bars) || with_beats {
                let height = if is_first { BEATS.1 } else { 0.45 * BEATS.1 };
                let fill = if is_first { INK } else { "#9a9ca8" };
                self.rect(self.x(beat.time) - 0.5, BEATS.0 + BEATS.1 - height, 1.0, height, 0.0, fill);
            }
        }
    }

    fn chords(&mut self, report: &Report) {
        for chord in report.chords.iter().filter(|chord| chord.label != "N") {
            self.label((chord.start, chord.end), CHORDS, "#eef0f4", &spelled(&chord.name), 12.0);
        }
    }

    fn axis(&mut self) {
        if self.duration <= 0.0 {
            return;
        }
        let step = AXIS_STEPS.into_iter().find(|step| step / self.duration * INNER >= MIN_AXIS);
        let step = step.unwrap_or_else(|| (self.duration * MIN_AXIS / INNER / 3600.0).ceil() * 3600.0);
        let n_steps = (self.duration / step) as usize;
        for i in 0..=n_steps {
            let time = i as f64 * step;
            let x = self.x(time).min(WIDTH - MARGIN - 34.0);
            self.text(x, AXIS + 8.0, 12.0, 400, FAINT, &clock(time));
        }
    }
}

fn colors(section: &Section) -> (&'static str, &'static str) {
    if section.label == sectionist_core::structure::SectionLabel::Silence {
        return SILENCE;
    }
    // Letters go on with AA after Z.
    let letters = section.group.bytes().filter(u8::is_ascii_uppercase);
    let number = letters.fold(0usize, |number, letter| 26 * number + usize::from(letter - b'A') + 1);
    COLORS[number.saturating_sub(1) % COLORS.len()]
}

/// About how wide `text` is drawn in letters of `size`.
fn width(text: &str, size: f64) -> f64 {
    text.chars().count() as f64 * size * 0.62
}

/// Keys and chords with ♯ and ♭ for `#` and `b` behind their letters.
fn spelled(name: &str) -> String {
    let mut out = String::new();
    let mut before = ' ';
    for c in name.chars() {
        let is_accidental = ('A'..='G').contains(&before);
        out.push(match c {
            '#' if is_accidental => '♯',
            'b' if is_accidental => '♭',
            other => other,
        });
        before = c;
    }
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use sectionist_core::{AnalysisParams, analyze_samples};

    use super::*;

    #[test]
    fn sections_wave_and_words_are_drawn() {
        let samples: Vec<f32> = (0..8000 * 4).map(|i| (i as f32 * 0.2).sin() * 0.5).collect();
        let mut report = analyze_samples(&samples, 8000, &AnalysisParams::default()).unwrap();
        report.source.tags.insert("title".to_owned(), "Rock & <Roll>".to_owned());
        let svg = draw(&report, "x.wav");
        assert!(svg.contains("Rock &amp; &lt;Roll&gt;") && !svg.contains("<Roll>"), "{svg}");
        assert!(svg.contains(COLORS[0].1), "the waveform has the colour of its section");
        assert!(svg.matches("<rect").count() > 400, "{svg}");
        report.include = "beats".parse().unwrap();
        let less = draw(&report, "x.wav");
        assert!(!less.contains(COLORS[0].0) && less.contains("0:03"));
    }

    #[test]
    fn nothing_is_a_picture_too() {
        let report = analyze_samples(&[], 8000, &AnalysisParams::default()).unwrap();
        assert!(draw(&report, "nothing").ends_with("</svg>\n"));
    }

    #[test]
    fn accidentals_are_signs() {
        assert_eq!([spelled("F#m7b5/Bb"), spelled("C# minor")], ["F♯m7b5/B♭", "C♯ minor"]);
    }
}
