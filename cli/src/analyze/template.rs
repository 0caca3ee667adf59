//! Templates of paths: `{artist}/{title}.{ext}`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lofty::config::ParseOptions;
use lofty::file::TaggedFileExt;
use lofty::probe::Probe;
use lofty::tag::ItemKey;

use super::inputs::Input;

/// Where results go.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Destination {
    /// Into a folder, in its structure.
    Folder(PathBuf),
    /// Where a template says.
    Template(Template),
}

impl Destination {
    /// A folder, or, with a brace, a template.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text.contains('{') {
            return Template::parse(text).map(Self::Template);
        }
        Ok(Self::Folder(text.into()))
    }

    /// As it was written.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Folder(folder) => folder.display().to_string(),
            Self::Template(template) => template.text.clone(),
        }
    }
}

/// A path with fields in it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Template {
    pieces: Vec<Piece>,
    text: String,
}

#[derive(Debug, Clone, PartialEq)]
enum Piece {
    Text(String),
    Field(&'static str),
}

/// Fields that are tags of the song, and how they are found.
const TAGS: [(&str, ItemKey); 7] = [
    ("artist", ItemKey::TrackArtist),
    ("title", ItemKey::TrackTitle),
    ("album", ItemKey::AlbumTitle),
    ("album_artist", ItemKey::AlbumArtist),
    ("track", ItemKey::TrackNumber),
    ("date", ItemKey::RecordingDate),
    ("genre", ItemKey::Genre),
];

/// Fields that are not.
const OTHERS: [&str; 4] = ["name", "folder", "format", "ext"];

/// What stands for a tag that a song lacks.
const UNKNOWN: &str = "Unknown";

/// Longest value in a path, in bytes: names of files end at 255.
const MAX_VALUE: usize = 120;

impl Template {
    /// Parses a template.
    ///
    /// # Errors
    /// What is wrong, and which fields there are.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let known = || TAGS.iter().map(|(name, _)| *name).chain(OTHERS);
        let allowed = || known().map(|name| format!("{{{name}}}")).collect::<Vec<_>>().join(", ");
        let stray = || format!("`{text}` closes a brace that is not open; fields: {}", allowed());
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            if before.contains('}') {
                return Err(stray());
            }
            let Some((name, after)) = after.split_once('}') else {
                return Err(format!("`{text}` has a brace that is not closed; fields: {}", allowed()));
            };
            let Some(field) = known().find(|known| *known == name.trim()) else {
                return Err(format!("`{{{name}}}` is no field; allowed: {}", allowed()));
            };
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(Piece::Field(field));
            rest = after;
        }
        if rest.contains('}') {
            return Err(stray());
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Ok(Self { pieces, text: text.to_owned() })
    }

    /// Whether it has a field.
    pub(super) fn has(&self, name: &str) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Field(field) if *field == name))
    }

    /// Whether songs can differ in their paths.
    pub(super) fn tells_songs_apart(&self) -> bool {
        self.pieces
            .iter()
            .any(|piece| matches!(piece, Piece::Field(field) if !["format", "ext", "folder"].contains(field)))
    }

    /// Whether tags have to be read.
    pub(super) fn needs_tags(&self) -> bool {
        TAGS.iter().any(|(name, _)| self.has(name))
    }

    /// The path of an input's result in `format`, whose files end in `extension`.
    pub(super) fn path(&self, song: &Fields, format: &str, extension: &str) -> PathBuf {
        let value = |field: &str| match field {
            "ext" => extension.to_owned(),
            "format" => format.to_owned(),
            "folder" => song.folder.clone(),
            "name" => safe(&song.name),
            "title" => safe(song.tags.get("title").unwrap_or(&song.name)),
            field => safe(song.tags.get(field).map_or(UNKNOWN, String::as_str)),
        };
        let path: String = self
            .pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Field(field) => value(field),
            })
            .collect();
        // An empty folder leaves two separators, or one at the start.
        let path = if self.text.starts_with("{folder}") { path.trim_start_matches('/') } else { &path };
        path.into()
    }
}

/// What templates say of a song.
#[derive(Debug, Default)]
pub(super) struct Fields {
    name: String,
    folder: String,
    tags: BTreeMap<&'static str, String>,
}

impl Fields {
    /// Of an input, with its tags where they are asked for and there are any.
    pub(super) fn of(input: &Input, with_tags: bool) -> Self {
        let Input::File { path, relative } = input else {
            return Self { name: "stdin".to_owned(), ..Self::default() };
        };
        let text = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
        Self {
            name: text(relative.file_stem()),
            folder: relative
                .parent()
                .map(|folder| folder.to_string_lossy().replace('\\', "/"))
                .unwrap_or_default(),
            tags: if with_tags { tags(path) } else { BTreeMap::new() },
        }
    }
}

/// The tags of a file; none where it has none that can be read, or is no file: the analysis says what is wrong.
fn tags(path: &Path) -> BTreeMap<&'static str, String> {
    let options = ParseOptions::new().read_properties(false).read_cover_art(false);
    let read = Probe::open(path)
        .and_then(|probe| probe.options(options).guess_file_type().map_err(Into::into))
        .and_then(lofty::probe::Probe::read);
    let Ok(file) = read else { return BTreeMap::new() };
    let Some(tag) = file.primary_tag().or_else(|| file.first_tag()) else { return BTreeMap::new() };
    let value = |key: ItemKey| tag.get_string(key).map(str::trim).filter(|value| !value.is_empty());
    let found = TAGS.iter().filter_map(|&(name, key)| {
        let year = || (name == "date").then(|| value(ItemKey::Year)).flatten();
        Some((name, value(key).or_else(year)?.to_owned()))
    });
    found.collect()
}

/// `value` as a part of a file's name on every system: without separators and what else some forbid, not hidden, not
/// a name that stands for a device, not too long, never empty.
fn safe(value: &str) -> String {
    let forbidden = ['/', '\\', ':', '*', '?', '"', '<', '>', '|'];
    let mut name: String = value
        .chars()
        .map(|c| if c.is_control() || forbidden.contains(&c) { '_' } else { c })
        .collect::<String>()
        .trim_matches(|c: char| c.is_whitespace())
        .trim_end_matches(['.', ' '])
        .to_owned();
    if name.starts_with('.') {
        name.replace_range(..1, "_");
    }
    while name.len() > MAX_VALUE {
        name.pop();
    }
    let stem = name.split('.').next().unwrap_or_default().to_ascii_uppercase();
    let device = ["CON", "PRN", "AUX", "NUL"].contains(&stem.as_str())
        || (stem.len() == 4
            && (stem.starts_with("COM") || stem.starts_with("LPT"))
            && stem.ends_with(|c: char| c.is_ascii_digit()));
    if device {
        name.insert(0, '_');
    }
    if name.is_empty() { "_".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn song() -> Fields {
        let tags = [("artist", "AC/DC"), ("title", "..hidden: part?")];
        Fields {
            name: "01 song".to_owned(),
            folder: "a/b".to_owned(),
            tags: tags.map(|(name, tag)| (name, tag.to_owned())).into(),
        }
    }

    #[test]
    fn fields_become_safe_names() {
        let path = |template: &str| {
            Template::parse(template).unwrap().path(&song(), "jams", "jams").to_string_lossy().into_owned()
        };
        assert_eq!(path("out/{artist}/{title}.{ext}"), "out/AC_DC/_.hidden_ part_.jams");
        assert_eq!(path("{folder}/{name}-{format}.{ext}"), "a/b/01 song-jams.jams");
        assert_eq!(path("{album}/{title}"), "Unknown/_.hidden_ part_");
    }

    #[test]
    fn no_value_leaves_its_place() {
        for (value, name) in [
            ("..", "_"),
            ("a/../b", "a_.._b"),
            ("CON", "_CON"),
            ("com1.txt", "_com1.txt"),
            ("x. ", "x"),
            ("", "_"),
        ] {
            assert_eq!(safe(value), name, "{value:?}");
        }
        assert!(safe(&"é".repeat(400)).len() <= MAX_VALUE);
    }

    #[test]
    fn what_is_no_template_is_said() {
        for (wrong, words) in [("{artst}", "{artist}"), ("{title", "not closed"), ("title}{ext}", "not open")]
        {
            let error = Template::parse(wrong).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
        assert!(!Template::parse("out/{format}.{ext}").unwrap().tells_songs_apart());
    }
}
