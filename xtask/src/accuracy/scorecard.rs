//! Measurements → tables.

use std::fmt::Write;

use serde_json::Value;

use super::{Measured, others};

/// The metrics shown, in order, with what they are.
const METRICS: [(&str, &str); 46] = [
    ("tempo_acc1", "tempo within 4 %"),
    ("tempo_acc1_agreed", "the same, where the level is agreed on"),
    ("tempo_acc2", "tempo within 4 %, or of a half, third, double, triple"),
    ("beat_F", "beats within 70 ms, F"),
    ("beat_CMLt", "beats continued at the right level"),
    ("beat_AMLt", "beats continued at an allowed level"),
    ("downbeat_F", "downbeats within 70 ms, F"),
    ("meter", "time signature"),
    ("meter_alike", "the same, if 2/4 may be told as 4/4 and 6/8 as 12/8"),
    ("tempo_null", "no tempo told where there is no pulse"),
    ("tempo_change_found", "tempo changes found within 2 s"),
    ("tempo_change_false", "changes told of in a song that keeps its tempo (best at 0)"),
    ("meter_change_found", "meter changes found within 2 bars"),
    ("meter_change_false", "changes told of in a song that keeps its meter (best at 0)"),
    ("swing", "swing ratio within 15 %"),
    ("tuning", "tuning within 3 cents"),
    ("tuning_cents_error", "mean error of the tuning in cents (best at 0)"),
    ("key_exact", "key, exact"),
    ("key_mirex", "key, MIREX weights"),
    ("keys_time_exact", "key over time, share of time"),
    ("mod_recall5s", "key changes found within 5 s"),
    ("mod_precision5s", "key changes that are right"),
    ("mod_found", "key changes found within 4 bars"),
    ("mod_false", "changes told of in a song that keeps its key (best at 0)"),
    ("key_null", "no key told where there is none"),
    ("chord_root", "chord root"),
    ("chord_majmin", "chord root and third"),
    ("chord_sevenths", "chord with seventh"),
    ("chord_type", "chord root and very type"),
    ("chord_inversions", "root and bass of inverted chords"),
    ("chord_none", "no chord told where there is none"),
    ("chord_overseg", "chords not cut in pieces"),
    ("chord_underseg", "chords not merged"),
    ("sections_HR05F", "section boundaries within 0.5 s, F"),
    ("sections_HR3F", "section boundaries within 3 s, F"),
    ("sections_PFC", "same material, pairwise F"),
    ("sections_NCE_F", "same material, conditional entropies"),
    ("sections_number", "number of sections within 2"),
    ("intro", "intro told where there is one, and only there"),
    ("outro", "outro told where there is one, and only there"),
    ("chorus_F", "time of the chorus, F"),
    ("chorus_false", "time called chorus in songs without one (best at 0)"),
    ("verse_F", "time of the verse, F"),
    ("labels_time", "function of sections, share of time"),
    ("phrases_HR05F", "phrase boundaries within 0.5 s, F"),
    ("phrases_HR3F", "phrase boundaries within 3 s, F"),
];

/// Songs named as the worst of each metric.
const N_WORST: usize = 5;

fn shown<'a>(
    measured: &'a Measured,
    tasks: &'a [String],
) -> impl Iterator<Item = (&'static str, &'static str)> + 'a {
    METRICS.into_iter().filter(move |(metric, _)| {
        let asked = tasks.is_empty() || tasks.iter().any(|task| metric.starts_with(task.as_str()));
        asked && !measured.scores["metrics"][*metric].is_null()
    })
}

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// Everything, for the terminal.
    All,
    /// Without a row for each style, for the documentation.
    Main,
}

/// The scores of a set beside those of others, by kinds of songs, then its calibration.
pub(super) fn markdown(measured: &Measured, tasks: &[String], detail: Detail) -> String {
    let peers = others::on(&measured.set);
    let mut text = format!("#### {}\n\n| metric | Sectionist [95 % interval] | n |", measured.set);
    for (name, _) in peers {
        write!(text, " {name} |").expect("writing to a string");
    }
    text += &format!("\n|{}\n", " --- |".repeat(peers.len() + 3));
    for (metric, meaning) in shown(measured, tasks) {
        let score = &measured.scores["metrics"][metric];
        let number = |name: &str| score[name].as_f64().unwrap_or(f64::NAN);
        text += &format!(
            "| {meaning} (`{metric}`) | **{:.3}** [{:.2}, {:.2}] | {} |",
            number("mean"),
            number("lo"),
            number("hi"),
            score["n"]
        );
        for (_, scores) in peers {
            let peer = scores.iter().find(|(name, _)| *name == metric);
            text += &peer.map_or_else(|| "  |".to_owned(), |(_, value)| format!(" {value:.2} |"));
        }
        text.push('\n');
    }
    text + "\n" + &categories(measured, tasks, detail) + &calibration(&measured.calibration)
}

/// Columns of the table by category, where the set has them.
const CATEGORY_METRICS: [(&str, &str); 21] = [
    ("tempo_acc1", "tempo"),
    ("tempo_acc2", "Acc2"),
    ("tempo_null", "no tempo"),
    ("beat_F", "beats"),
    ("beat_AMLt", "AMLt"),
    ("downbeat_F", "downbeats"),
    ("meter", "meter"),
    ("swing", "swing"),
    ("tuning", "tuning"),
    ("key_exact", "key"),
    ("key_null", "no key"),
    ("mod_found", "modulation"),
    ("chord_root", "root"),
    ("chord_majmin", "third"),
    ("chord_type", "type"),
    ("chord_inversions", "inversions"),
    ("sections_HR05F", "boundaries 0.5 s"),
    ("sections_HR3F", "3 s"),
    ("sections_PFC", "groups"),
    ("chorus_F", "chorus"),
    ("labels_time", "labels"),
];

/// Those about form.
const FORMS: [&str; 5] = ["sections_HR05F", "sections_HR3F", "sections_PFC", "chorus_F", "labels_time"];

/// Means of the main metrics for each kind of composed song.
fn categories(measured: &Measured, tasks: &[String], detail: Detail) -> String {
    let rows = items(&measured.categories);
    if rows.is_empty() {
        return String::new();
    }
    let names: Vec<&str> = shown(measured, tasks).map(|(metric, _)| metric).collect();
    // Each set is about its own questions; the others' columns would drown them.
    let asked = |metric: &str| match measured.set.as_str() {
        "forms" => ["beat_F", "key_exact", "chord_majmin"].contains(&metric) || FORMS.contains(&metric),
        _ => true,
    };
    let columns: Vec<(&str, &str)> =
        CATEGORY_METRICS.into_iter().filter(|(metric, _)| names.contains(metric) && asked(metric)).collect();
    let mut text = String::from("| by | songs |");
    text += &columns.iter().map(|(_, name)| format!(" {name} |")).collect::<String>();
    text += &format!("\n|{}\n", " --- |".repeat(columns.len() + 2));
    for row in rows.iter().filter(|row| detail == Detail::All || row[0] != "style") {
        let word = |at: usize| row[at].as_str().unwrap_or_default();
        text += &format!("| {}: {} | {} |", word(0), word(1), row[2]);
        for (metric, _) in &columns {
            let mean = row[3][*metric].as_f64();
            text += &mean.map_or_else(|| "  |".to_owned(), |mean| format!(" {mean:.2} |"));
        }
        text.push('\n');
    }
    text + "\n"
}

/// For each confidence, what share of its answers is right.
pub(super) fn calibration(tables: &Value) -> String {
    let mut text = String::from(
        "| confidence | expected error | share right where it says … (share of the answers) |\n| --- | --- | --- |\n",
    );
    // What the truth says nothing of has no error.
    for table in items(tables).iter().filter(|table| !table["error"].is_null()) {
        let bins = items(&table["bins"]);
        let number = |value: &Value| value.as_f64().unwrap_or(0.0);
        let all: f64 = bins.iter().map(|bin| number(&bin["weight"])).sum();
        let cells: Vec<String> = bins
            .iter()
            .map(|bin| {
                format!(
                    "{:.2}: {:.2} ({:.0} %)",
                    number(&bin["confidence"]),
                    number(&bin["right"]),
                    100.0 * number(&bin["weight"]) / all
                )
            })
            .collect();
        let error = number(&table["error"]);
        text += &format!(
            "| {} | {error:.3} | {} |\n",
            table["task"].as_str().unwrap_or_default(),
            cells.join("; ")
        );
    }
    text
}

/// The songs that score worst, for the terminal only.
pub(super) fn worst(measured: &Measured, tasks: &[String]) -> String {
    let mut text = String::from("worst songs:\n");
    let Some(songs) = measured.scores["per_song"].as_object() else { return text };
    for (metric, _) in shown(measured, tasks) {
        let mut scores: Vec<(f64, &String)> =
            songs.iter().filter_map(|(id, scores)| Some((scores[metric].as_f64()?, id))).collect();
        scores.sort_by(|a, b| a.0.total_cmp(&b.0));
        let is_best_at_0 = metric.ends_with("_false") || metric.ends_with("_error");
        if is_best_at_0 {
            scores.reverse();
        }
        let worst: Vec<String> = scores
            .iter()
            .take(N_WORST)
            .filter(|(score, _)| if is_best_at_0 { *score > 0.0 } else { *score < 1.0 })
            .map(|(score, id)| format!("{id} {score:.2}"))
            .collect();
        if !worst.is_empty() {
            text += &format!("  {metric:18} {}\n", worst.join("  "));
        }
    }
    text
}

/// What is said of composed songs.
const COMPOSED: &str = "\
### Composed songs

Songs that `songbook/` composes from seeds with all that is true of them known, played by a soundfont (TimGM6mb) and by \
seeds that nothing is learned from: anyone can measure these, `cargo xtask accuracy --set rhythm|harmony|forms`. They are \
made to be hard where the corpus is easy: `rhythm` has tempi evenly from 50 to 200, eight meters, changes of tempo and \
meter, swing, rubato, no drums or only drums, and sound without a pulse; `harmony` has every chord type on every root and \
inverted, all keys, modulations by every interval, detunings up to 48 cents, extreme registers and music without a key; \
`forms` has whole songs, two of three in forms drawn from counts of real songs, the rest in fifteen others, many of them sung. They are no music that anybody loves: what is right here may be \
wrong on recordings, and the other way round.

Metrics are our own implementations of mir_eval's definitions. A song without a tempo or key scores in its own rows only. \
Where the tempo jumps or ramps, any tempo that is kept or passed is right.

";

/// The parts of docs/ACCURACY.md, in order; each is measured by a command of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Of recordings.
    Recordings,
    /// Of rendered and composed songs.
    Rendered,
}

impl Part {
    const fn heading(self) -> &'static str {
        match self {
            Self::Recordings => "## Recordings\n\n",
            Self::Rendered => "## Rendered songs\n\n",
        }
    }
}

/// All of docs/ACCURACY.md: as it was `before`, with one part replaced.
pub(super) fn document(before: &str, part: Part, text: &str) -> String {
    let kept = |other: Part| {
        let from = before.find(other.heading()).map(|at| at + other.heading().len());
        let to = before.find(Part::Rendered.heading()).filter(|_| other == Part::Recordings);
        from.map_or("not measured yet", |from| before[from..to.unwrap_or(before.len()).max(from)].trim())
    };
    let of = |other: Part| if other == part { text.trim() } else { kept(other) };
    format!(
        "# Accuracy\n\nWritten by `cargo xtask accuracy` (rendered songs) and `cargo xtask accuracy --real DIR` (recordings); not to \
         be edited by hand.\n\n{}{}\n\n{}{}\n",
        Part::Recordings.heading(),
        of(Part::Recordings),
        Part::Rendered.heading(),
        of(Part::Rendered),
    )
}

/// The part about rendered songs.
pub(super) fn rendered(measured: &[Measured]) -> String {
    let mut text = String::from(
        "Annotated pop songs, rendered from MIDI: `band` with drums, bass, pads, lead, tempo wander, detuning, noise,\n\
         reverb and drive; `plain` as solo piano. Scores are means over songs by mir_eval 0.8.2's definitions, with\n\
         bootstrap intervals over songs; an unanswered question counts as wrong. The other systems' figures were\n\
         measured once on other songs of the same kind (`band`: 14 to 20 songs, msaf 3; `plain`: 10), each at its\n\
         defaults; \"people\" is one annotator against the other.\n\n\
         The learned numbers (tempo octave, chords, keys, segmentation) were fitted on these same songs, so the\n\
         figures flatter; cross-validated ones, where they are known, stand in docs/CROSS-VALIDATION.md.\n\
         \n\
         How far to trust it: the music is 4/4 pop with General MIDI sounds and no voice, so real recordings are\n\
         harder; bass and pads follow the chord labels, so chords are easier than in life; arrangements change at\n\
         the annotators' boundaries, so boundaries are more audible than in life. The metrical level is debatable in\n\
         about a fifth of the songs: read `tempo_acc2` and `beat_AMLt` first. The fixtures, which are other music,\n\
         have floors of their own in `tests/tests/accuracy_floors.rs`.\n\n\
         Calibration: answers by their confidence in tenths; the expected error is the mean distance between\n\
         confidence and share right (tempo and key by song, beats and boundaries each, chords by time; boundaries\n\
         within 0.5 s of either annotator's, by halves).\n\n",
    );
    let mut has_composed = false;
    for one in measured {
        if !one.categories.is_null() && !has_composed {
            text += COMPOSED;
            has_composed = true;
        }
        text += &markdown(one, &[], Detail::Main);
        text.push('\n');
    }
    text.trim_end().to_owned() + "\n"
}

fn items(list: &Value) -> &[Value] {
    list.as_array().map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn songs_are_named_on_the_terminal_only() {
        let measured = Measured {
            set: "band".to_owned(),
            scores: json!({
                "metrics": { "beat_F": { "mean": 0.75, "lo": 0.5, "hi": 1.0, "n": 2 } },
                "per_song": { "song-a": { "beat_F": 0.5 }, "song-b": { "beat_F": 1.0 } },
            }),
            calibration: json!([{ "task": "tempo", "error": 0.05, "bins": [
                { "weight": 3.0, "confidence": 0.95, "right": 0.9 }
            ] }]),
            categories: Value::Null,
        };
        let document = document("", Part::Rendered, &rendered(&[measured]));
        assert!(document.contains("**0.750** [0.50, 1.00] | 2 |"), "{document}");
        assert!(document.contains("| tempo | 0.050 | 0.95: 0.90 (100 %) |"), "{document}");
        assert!(!document.contains("song-a"));
    }

    #[test]
    fn a_part_is_replaced_and_the_other_stays() {
        let first = document("", Part::Rendered, "rendered 1");
        let both = document(&first, Part::Recordings, "recordings 1");
        assert_eq!(document(&both, Part::Recordings, "recordings 1"), both);
        let again = document(&both, Part::Rendered, "rendered 2");
        assert!(
            again.contains("recordings 1") && again.contains("rendered 2") && !again.contains("rendered 1")
        );
        assert!(again.find("recordings 1") < again.find("rendered 2"));
    }

    #[test]
    fn peers_are_measured_by_known_metrics() {
        for (_, scores) in ["band", "plain"].into_iter().flat_map(others::on) {
            for (metric, value) in *scores {
                assert!(METRICS.iter().any(|(known, _)| known == metric), "{metric}");
                assert!((0.0..=1.0).contains(value));
            }
        }
    }
}
