//! What is said of a song, and the files in which it is said.

mod jams;
mod lab;
mod report;

use crate::Span;

/// What an annotation may tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Beats and tempo.
    Beats,
    /// First beats of bars.
    Downbeats,
    /// The song's tempo.
    Tempo,
    /// The song's key.
    Key,
    /// Chords.
    Chords,
    /// Sections with functions or letters.
    Sections,
}

impl Kind {
    /// Every kind, in order.
    pub const ALL: [Self; 6] =
        [Self::Beats, Self::Downbeats, Self::Tempo, Self::Key, Self::Chords, Self::Sections];

    /// Lower-case name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Beats => "beats",
            Self::Downbeats => "downbeats",
            Self::Tempo => "tempo",
            Self::Key => "key",
            Self::Chords => "chords",
            Self::Sections => "sections",
        }
    }

    /// The kind of that name, if it is one.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name.trim()))
    }
}

/// What is said of a song. Times are seconds; what is not told is `None`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Annotation {
    /// Beats, ascending.
    pub beats: Option<Vec<f64>>,
    /// First beats of bars, ascending.
    pub downbeats: Option<Vec<f64>>,
    /// Tempo in BPM.
    pub tempo: Option<f64>,
    /// The song's key, like `C# minor`.
    pub key: Option<String>,
    /// Chords in Harte syntax.
    pub chords: Option<Vec<Span>>,
    /// Sections with their functions.
    pub sections: Option<Vec<Span>>,
    /// The same sections with the letters of what is repeated, where they are told.
    pub groups: Option<Vec<Span>>,
}

impl Annotation {
    /// Reads a report (JSON), a JAMS file, or a label file. A label file holds one kind: `kind`, or, without it, what its
    /// labels are; several where each follows a line like `# chords`.
    ///
    /// # Errors
    /// What is wrong with the file, and what would be read, in words.
    pub fn read(bytes: &[u8], kind: Option<Kind>) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes)
            .map_err(|_| "this is no text; read are reports in JSON, JAMS, and label files".to_owned())?;
        let text = text.trim_start_matches('\u{feff}');
        if !text.trim_start().starts_with('{') {
            return lab::read(text, kind);
        }
        let value: serde_json::Value =
            serde_json::from_str(text).map_err(|error| format!("this is no JSON: {error}"))?;
        if value.get("schema_version").is_some() {
            report::read(&value)
        } else if value.get("annotations").is_some() {
            jams::read(&value)
        } else {
            Err("this JSON is neither a report (it has no `schema_version`) nor JAMS (it has no `annotations`)"
                .to_owned())
        }
    }

    /// What it tells.
    #[must_use]
    pub fn kinds(&self) -> Vec<Kind> {
        let tells = |kind: &Kind| match kind {
            Kind::Beats => self.beats.is_some(),
            Kind::Downbeats => self.downbeats.is_some(),
            Kind::Tempo => self.tempo.is_some(),
            Kind::Key => self.key.is_some(),
            Kind::Chords => self.chords.is_some(),
            Kind::Sections => self.sections.is_some(),
        };
        Kind::ALL.into_iter().filter(tells).collect()
    }
}

/// Spans in order of time that are some time long, with finite ends; an error names the first that is not.
fn checked(mut spans: Vec<Span>) -> Result<Vec<Span>, String> {
    if let Some(wrong) = spans.iter().find(|s| !(s.start >= 0.0 && s.end >= s.start && s.end.is_finite())) {
        return Err(format!(
            "`{}` from {} to {} s is no stretch of time",
            wrong.label, wrong.start, wrong.end
        ));
    }
    spans.retain(|span| span.end > span.start);
    spans.sort_by(|a, b| a.start.total_cmp(&b.start));
    Ok(spans)
}

/// Times in order; an error names the first that is none.
fn ascending(mut times: Vec<f64>) -> Result<Vec<f64>, String> {
    if let Some(wrong) = times.iter().find(|time| !(**time >= 0.0 && time.is_finite())) {
        return Err(format!("{wrong} is no time in seconds"));
    }
    times.sort_by(f64::total_cmp);
    Ok(times)
}
