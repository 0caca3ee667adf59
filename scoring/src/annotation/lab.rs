//! Label files: a line an event (`TIME` or `TIME LABEL`) or a stretch (`START END LABEL`), in columns separated by tabs, spaces or commas.

use super::{Annotation, Kind, ascending, checked};
use crate::{Span, metrics};

/// A line taken apart.
enum Row {
    Event(f64, String),
    Stretch(Span),
    /// A key stands alone in its file.
    Words(String),
}

pub(super) fn read(text: &str, kind: Option<Kind>) -> Result<Annotation, String> {
    let mut annotation = Annotation::default();
    for (heading, rows) in blocks(text)? {
        let kind = kind.or(heading).or_else(|| guess(&rows)).ok_or(
            "it is not plain what these labels are; say which kind it is: beats, downbeats, tempo, key, chords, sections",
        )?;
        put(&mut annotation, kind, rows)?;
    }
    if annotation.kinds().is_empty() {
        return Err("this label file has no lines".to_owned());
    }
    Ok(annotation)
}

/// Rows, and the kind that a heading says they are.
type Block = (Option<Kind>, Vec<Row>);

/// The rows under each heading like `# chords`; those without one are a block of their own.
fn blocks(text: &str) -> Result<Vec<Block>, String> {
    let mut blocks: Vec<Block> = vec![(None, Vec::new())];
    for (i, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(heading) = line.strip_prefix('#') {
            // Other remarks say nothing.
            if let Some(kind) = Kind::named(heading) {
                blocks.push((Some(kind), Vec::new()));
            }
        } else if !line.is_empty() {
            let row = row(line).ok_or_else(|| {
                format!(
                    "line {}: `{}` is neither `TIME`, `TIME LABEL` nor `START END LABEL`",
                    i + 1,
                    shown(line)
                )
            })?;
            if let Some((_, rows)) = blocks.last_mut() {
                rows.push(row);
            }
        }
    }
    blocks.retain(|(_, rows)| !rows.is_empty());
    Ok(blocks)
}

fn row(line: &str) -> Option<Row> {
    let separators: &[char] = if line.contains('\t') {
        &['\t']
    } else if line.contains(',') && !line.contains(' ') {
        &[',']
    } else {
        &[' ']
    };
    let mut columns = line.splitn(2, separators).map(str::trim);
    let first = columns.next()?;
    let rest = columns.next().unwrap_or_default();
    let Ok(start) = first.parse::<f64>() else {
        return is_key(line).then(|| Row::Words(line.to_owned()));
    };
    let mut columns = rest.splitn(2, separators).map(str::trim);
    let second = columns.next().unwrap_or_default();
    // A number alone is an end where a label follows, else the place in the bar.
    match (second.parse::<f64>(), columns.next()) {
        (Ok(end), Some(label)) => {
            let label = label.trim_matches('"').to_owned();
            Some(Row::Stretch(Span { start, end, label }))
        }
        _ => Some(Row::Event(start, rest.trim_matches('"').to_owned())),
    }
}

fn is_key(text: &str) -> bool {
    let text = key_of(text);
    metrics::same_key(&text, &text)
}

/// `C# minor` of `C#:minor`, `C#\tminor` and the like.
fn key_of(text: &str) -> String {
    let words: Vec<&str> = text.split([' ', '\t', ':']).filter(|word| !word.is_empty()).collect();
    words.join(" ").replace(" Major", " major").replace(" Minor", " minor")
}

/// What the labels are, if they leave no doubt.
fn guess(rows: &[Row]) -> Option<Kind> {
    let spans: Vec<&Span> =
        rows.iter().filter_map(|row| if let Row::Stretch(span) = row { Some(span) } else { None }).collect();
    let n_events = rows.iter().filter(|row| matches!(row, Row::Event(..))).count();
    if rows.iter().all(|row| matches!(row, Row::Words(_))) {
        return Some(Kind::Key);
    }
    if n_events == rows.len() {
        return Some(Kind::Beats);
    }
    if spans.len() != rows.len() {
        return None;
    }
    if spans.iter().all(|span| is_key(&span.label)) {
        return Some(Kind::Key);
    }
    // Letters of sections are roots of chords too; chords have types, or lines of no chord.
    let chords = spans.iter().all(|span| metrics::is_chord(&span.label));
    let typed = spans.iter().any(|span| span.label.contains(':') || span.label == "N");
    Some(if chords && typed { Kind::Chords } else { Kind::Sections })
}

fn put(annotation: &mut Annotation, kind: Kind, rows: Vec<Row>) -> Result<(), String> {
    let spans = |rows: Vec<Row>| {
        let span = |row| match row {
            Row::Stretch(span) => Ok(span),
            Row::Event(..) | Row::Words(_) => {
                Err(format!("{} are lines of `START END LABEL`, and some here are not", kind.name()))
            }
        };
        rows.into_iter().map(span).collect::<Result<Vec<_>, _>>().and_then(checked)
    };
    match kind {
        Kind::Beats | Kind::Downbeats => {
            let time = |row: &Row| match row {
                Row::Event(time, _) => Some(*time),
                Row::Stretch(span) => Some(span.start),
                Row::Words(_) => None,
            };
            let times = ascending(rows.iter().filter_map(time).collect())?;
            // The place in the bar, where it is told: `12.5 1`.
            let firsts: Vec<f64> = rows
                .iter()
                .filter_map(|row| match row {
                    Row::Event(time, place) if place.rsplit('.').next() == Some("1") => Some(*time),
                    _ => None,
                })
                .collect();
            if kind == Kind::Downbeats {
                annotation.downbeats = Some(times);
            } else {
                annotation.beats = Some(times);
                if !firsts.is_empty() {
                    annotation.downbeats = Some(ascending(firsts)?);
                }
            }
        }
        Kind::Tempo => {
            let bpm = match rows.first() {
                Some(Row::Event(bpm, _)) => Some(*bpm),
                _ => None,
            };
            annotation.tempo =
                Some(bpm.filter(|bpm| *bpm > 0.0).ok_or("a tempo is a line with a number of BPM")?);
        }
        Kind::Key => {
            let longest = rows.iter().max_by(|a, b| {
                let length =
                    |row: &Row| if let Row::Stretch(span) = row { span.end - span.start } else { 0.0 };
                length(a).total_cmp(&length(b))
            });
            let label = match longest {
                Some(Row::Stretch(span)) => key_of(&span.label),
                Some(Row::Words(words)) => key_of(words),
                _ => String::new(),
            };
            if !is_key(&label) {
                return Err(format!("`{label}` is no key; allowed: like `C major` or `F# minor`"));
            }
            annotation.key = Some(label);
        }
        Kind::Chords => annotation.chords = Some(spans(rows)?),
        Kind::Sections => annotation.sections = Some(spans(rows)?),
    }
    Ok(())
}

/// The start of a line, for a message.
fn shown(line: &str) -> String {
    line.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Kind> {
        read(text, None).unwrap().kinds()
    }

    #[test]
    fn labels_tell_their_kind() {
        assert_eq!(kinds("0.5\n1.0\n"), [Kind::Beats]);
        assert_eq!(kinds("0.5 4\n1.0 1\n"), [Kind::Beats, Kind::Downbeats]);
        assert_eq!(kinds("0\t2\tC:maj\n2\t4\tN\n"), [Kind::Chords]);
        assert_eq!(kinds("0 2 A\n2 4 B\n"), [Kind::Sections]);
        assert_eq!(kinds("0,2,verse\n2,4,chorus\n"), [Kind::Sections]);
        assert_eq!(kinds("C# minor\n"), [Kind::Key]);
        assert_eq!(kinds("0 9 C#:minor\n9 10 E:major\n"), [Kind::Key]);
        assert_eq!(
            kinds("# sections\n0 2 A\n# beats\n0.5\n# a remark\n1.0\n"),
            [Kind::Beats, Kind::Sections]
        );
        assert_eq!(read("0 2 A\n", Some(Kind::Chords)).unwrap().kinds(), [Kind::Chords]);
    }

    #[test]
    fn names_with_spaces_are_whole() {
        let spans = read("0 2 Guitar solo 2\n", None).unwrap().sections.unwrap();
        assert_eq!(spans[0].label, "Guitar solo 2");
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, words) in [
            ("", "no lines"),
            ("verse\n", "line 1"),
            ("5 2 verse\n", "no stretch"),
            ("0 2 A\n0.5\n", "which kind"),
        ] {
            let error = read(text, None).unwrap_err();
            assert!(error.contains(words), "{text:?}: {error}");
        }
        assert!(read("0 1 x\n", Some(Kind::Key)).unwrap_err().contains("no key"));
    }
}
