//! What a listener knows better: edits over a report, never in it.
//!
//! [`Corrections`] are a list of edits, applied in order to what was found; each names its place by a
//! time, and whatever depends on it (bars, numbering, Roman numerals, spelling) is decided anew
//! at the end. An edit whose place is not there changes nothing, so a list made for one analysis can be
//! applied to another.

mod beats;
mod chords;
mod keys;
mod sections;

use serde::{Deserialize, Serialize};

use super::Report;
use super::read::malformed;
use crate::error::Error;
use crate::harmony::Tuning;

/// Version of the shape of corrections.
pub const CORRECTIONS_VERSION: u32 = 1;

/// Most edits that are read, and most taps in one.
const MAX_EDITS: usize = 100_000;

/// What a listener said is certain.
const CERTAIN: f32 = 1.0;

/// Edits over a report, in the order in which they were made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Corrections {
    /// [`CORRECTIONS_VERSION`].
    pub version: u32,
    /// The edits.
    pub edits: Vec<Edit>,
}

/// One edit. Times are in seconds from the first sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "edit", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Edit {
    /// Every second beat goes.
    HalveTempo,
    /// A beat comes between every two.
    DoubleTempo,
    /// Bars are counted in another meter from the first downbeat on.
    SetMeter {
        /// Like `6/8`.
        value: String,
    },
    /// Every bar starts so many beats later, or earlier where that is below 0.
    MoveDownbeat {
        /// Beats.
        by: i32,
    },
    /// Beats are where somebody tapped; before and after they go on in the same way. The first tap
    /// is the first beat of a bar.
    Tap {
        /// At least four, rising.
        times: Vec<f64>,
    },
    /// A section starts here too.
    AddBoundary {
        /// Where.
        at: f64,
    },
    /// The section that starts here belongs to the one before.
    RemoveBoundary {
        /// Where.
        at: f64,
    },
    /// The section that starts here starts elsewhere, between its neighbours.
    MoveBoundary {
        /// Where it starts.
        from: f64,
        /// Where it should.
        to: f64,
    },
    /// The section that sounds here is another one.
    SetSection {
        /// A time in it.
        at: f64,
        /// Its function.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label: Option<String>,
        /// Its name; an empty one takes a name back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// Its letter.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        group: Option<String>,
        /// Whether the function or letter is meant for all sections with its letter.
        #[serde(default)]
        repeats: bool,
    },
    /// Another chord sounds from one time to another.
    SetChord {
        /// From.
        start: f64,
        /// To.
        end: f64,
        /// Harte syntax; `N` for none.
        label: String,
    },
    /// The chord that sounds here becomes two.
    SplitChord {
        /// Where the second starts.
        at: f64,
    },
    /// The chord that sounds here goes on through the next.
    JoinChord {
        /// A time in it.
        at: f64,
    },
    /// The song, or the part around a time, is in this key.
    SetKey {
        /// Like `C# minor`.
        key: String,
        /// A time in the part; the whole song without one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<f64>,
    },
    /// The song changes to this key here, until it changes again.
    ChangeKey {
        /// Where.
        at: f64,
        /// Like `C# minor`.
        key: String,
    },
    /// The change of key here is elsewhere, between its neighbours.
    MoveKey {
        /// Where it is.
        from: f64,
        /// Where it should be.
        to: f64,
    },
    /// The instruments are tuned to this A.
    SetTuning {
        /// Frequency of A4 in Hz, 390–490.
        a4_hz: f64,
    },
}

impl Corrections {
    /// Reads corrections.
    ///
    /// # Errors
    /// [`Error::Malformed`] if it is no JSON of this shape and version.
    pub fn from_json(json: &[u8]) -> Result<Self, Error> {
        let read: Self = serde_json::from_slice(json).map_err(|error| malformed(&error))?;
        if read.version != CORRECTIONS_VERSION {
            return Err(malformed(&format!("corrections of version {}; version 1 is known", read.version)));
        }
        if read.edits.len() > MAX_EDITS {
            return Err(malformed(&"too many corrections"));
        }
        Ok(read)
    }

    /// `report` as corrected. O(edits · report).
    ///
    /// ```
    /// use sectionist_core::report::{Corrections, Edit};
    /// # use sectionist_core::{AnalysisParams, analyze_samples};
    /// # let report = analyze_samples(&[0.0; 8000], 8000, &AnalysisParams::default())?;
    /// let corrections = Corrections { version: 1, edits: vec![Edit::AddBoundary { at: 0.5 }] };
    /// assert_eq!(corrections.apply(&report).sections.len(), report.sections.len() + 1);
    /// # Ok::<(), sectionist_core::Error>(())
    /// ```
    #[must_use]
    pub fn apply(&self, report: &Report) -> Report {
        let mut corrected = report.clone();
        if self.edits.is_empty() {
            return corrected;
        }
        let mut named = Vec::new();
        for edit in &self.edits {
            make(edit, &mut corrected, &mut named);
        }
        corrected.downbeats = beats::downbeats(&corrected.beats);
        chords::respell(&mut corrected);
        sections::describe(&mut corrected, report, &named);
        corrected
    }
}

fn make(edit: &Edit, report: &mut Report, named: &mut Vec<sections::Named>) {
    match edit {
        Edit::HalveTempo => beats::halve(report),
        Edit::DoubleTempo => beats::double(report),
        Edit::SetMeter { value } => {
            if let Ok(meter) = value.parse() {
                beats::set_meter(report, meter);
            }
        }
        Edit::MoveDownbeat { by } => beats::move_downbeat(report, *by),
        Edit::Tap { times } => beats::tap(report, times.get(..MAX_EDITS).unwrap_or(times)),
        Edit::AddBoundary { at } => sections::add(report, *at),
        Edit::RemoveBoundary { at } => sections::remove(report, *at, named),
        Edit::MoveBoundary { from, to } => sections::shift(report, *from, *to, named),
        Edit::SetSection { at, label, name, group, repeats } => {
            let change = sections::Change {
                label: label.as_deref().and_then(|label| label.parse().ok()),
                name: name.as_deref(),
                group: group.as_deref(),
                repeats: *repeats,
            };
            sections::set(report, *at, &change, named);
        }
        Edit::SetChord { start, end, label } => chords::set(report, *start, *end, label),
        Edit::SplitChord { at } => chords::split(report, *at),
        Edit::JoinChord { at } => chords::join(report, *at),
        Edit::SetKey { key, at } => keys::set(report, key, *at),
        Edit::ChangeKey { at, key } => keys::change(report, *at, key),
        Edit::MoveKey { from, to } => keys::shift(report, *from, *to),
        Edit::SetTuning { a4_hz } => {
            if (390.0..=490.0).contains(a4_hz) {
                // 1200 cents/octave · log2(Hz ÷ Hz) = cents
                report.tuning = Some(Tuning { cents: 1200.0 * (a4_hz / 440.0).log2(), a4_hz: *a4_hz });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::export::samples;
    use super::*;
    use crate::export;
    use crate::params::Format;

    pub(super) fn corrected(edits: &[Edit]) -> Report {
        Corrections { version: 1, edits: edits.to_vec() }.apply(&samples::song())
    }

    fn every_edit() -> Vec<Edit> {
        let edits = r#"[
            {"edit":"halve_tempo"}, {"edit":"double_tempo"}, {"edit":"set_meter","value":"3/4"},
            {"edit":"move_downbeat","by":-1}, {"edit":"tap","times":[1,1.5,2,2.5,3]},
            {"edit":"add_boundary","at":13}, {"edit":"remove_boundary","at":17},
            {"edit":"move_boundary","from":9,"to":11},
            {"edit":"set_section","at":12,"label":"chorus","name":"Hook","group":"C","repeats":true},
            {"edit":"set_chord","start":3,"end":5,"label":"D:min7"}, {"edit":"split_chord","at":4},
            {"edit":"join_chord","at":4}, {"edit":"set_key","key":"D major"},
            {"edit":"set_key","key":"F minor","at":40}, {"edit":"change_key","at":20,"key":"E major"},
            {"edit":"move_key","from":20,"to":22}, {"edit":"set_tuning","a4_hz":442}
        ]"#;
        serde_json::from_str(edits).unwrap()
    }

    #[test]
    fn nothing_corrected_is_what_was_found() {
        let json = |report: &Report| serde_json::to_string(report).unwrap();
        assert_eq!(json(&corrected(&[])), json(&samples::song()));
    }

    #[test]
    fn every_edit_survives_json_and_is_total() {
        let corrections = Corrections { version: 1, edits: every_edit() };
        let json = serde_json::to_vec(&corrections).unwrap();
        assert_eq!(Corrections::from_json(&json).unwrap(), corrections);
        for report in [samples::song(), samples::silence(), samples::broken()] {
            for edit in every_edit() {
                let alone = Corrections { version: 1, edits: vec![edit] };
                let report = alone.apply(&report);
                for &format in Format::ALL {
                    let _ = export(&report, format);
                }
            }
            let report = corrections.apply(&report);
            for &format in Format::ALL {
                let _ = export(&report, format);
            }
        }
    }

    #[test]
    fn places_that_are_not_there_change_nothing() {
        let nowhere = 1e9;
        let edits = [
            Edit::RemoveBoundary { at: nowhere },
            Edit::RemoveBoundary { at: 0.0 },
            Edit::AddBoundary { at: nowhere },
            Edit::AddBoundary { at: f64::NAN },
            Edit::MoveBoundary { from: nowhere, to: 3.0 },
            Edit::SplitChord { at: nowhere },
            Edit::JoinChord { at: nowhere },
            Edit::SetChord { start: 5.0, end: 4.0, label: "C:maj".to_owned() },
            Edit::SetChord { start: 4.0, end: 5.0, label: "Q".to_owned() },
            Edit::SetKey { key: "H minor".to_owned(), at: None },
            Edit::ChangeKey { at: nowhere, key: "D major".to_owned() },
            Edit::ChangeKey { at: f64::NAN, key: "D major".to_owned() },
            Edit::ChangeKey { at: 10.0, key: "H minor".to_owned() },
            Edit::MoveKey { from: nowhere, to: 3.0 },
            Edit::MoveKey { from: 0.0, to: 3.0 },
            Edit::MoveKey { from: 33.0, to: f64::NAN },
            Edit::SetMeter { value: "0/4".to_owned() },
            Edit::SetTuning { a4_hz: 3.0 },
            Edit::Tap { times: vec![3.0] },
        ];
        let (found, left) = (samples::song(), corrected(&edits));
        assert_eq!(left.sections.len(), found.sections.len());
        assert_eq!(left.chords, found.chords);
        assert_eq!(left.beats, found.beats);
        assert_eq!(left.keys, found.keys);
    }

    #[test]
    fn a_key_respells_chords_and_renumbers_them() {
        let report = corrected(&[Edit::SetKey { key: "F major".to_owned(), at: None }]);
        assert_eq!(report.key_candidates[0].key.to_string(), "F major");
        let chord = &report.chords[1];
        assert_eq!((&*chord.name, chord.roman.as_deref()), ("C", Some("V")));
        assert_eq!(report.sections[1].key.map(|key| key.to_string()).as_deref(), Some("F major"));
    }

    #[test]
    fn a_file_of_another_kind_is_refused() {
        for text in ["", "{}", r#"{"version":2,"edits":[]}"#, r#"{"version":1,"edits":[{"edit":"dance"}]}"#] {
            assert!(Corrections::from_json(text.as_bytes()).is_err(), "{text}");
        }
    }
}
