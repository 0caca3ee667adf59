//! BPM and key in the tags of songs.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

use lofty::config::{ParseOptions, WriteOptions};
use lofty::file::{AudioFile, FileType, TaggedFile, TaggedFileExt};
use lofty::mp4::{Atom, AtomData, AtomIdent, DataType, Ilst, Mp4File};
use lofty::probe::Probe;
use lofty::tag::{ItemKey, Tag};
use sectionist_core::Report;
use sectionist_core::decode::SourceInfo;
use sectionist_core::units::{Key, Mode};

use super::outputs;

/// Writes BPM and key of `report` into the tags of `source`, or of a copy of it at `target`: the file is put together beside it
/// and takes its place at the end, so that it is whole at every time. What is not found is not written; where nothing would
/// change, nothing is touched.
///
/// # Errors
/// What is wrong, in words.
pub(super) fn write(source: &Path, target: &Path, report: &Report) -> Result<(), String> {
    let target = target.canonicalize().unwrap_or_else(|_| target.to_owned());
    let is_in_place = source.canonicalize().is_ok_and(|source| source == target);
    let mut file = Tagged::open(source, &report.source)?;
    let is_changed = file.set(report);
    if is_in_place && !is_changed {
        return Ok(());
    }
    outputs::put(&target, |part| {
        fs::copy(source, part).map_err(|error| crate::words_of(&error))?;
        if is_changed {
            let mut options = WriteOptions::default();
            // The older version stays what it was: some programs read no other.
            options.use_id3v23(has_id3v23(source));
            file.save(part, options)?;
            check(source, part, report)?;
        }
        Ok(())
    })
}

/// A file with its tags.
enum Tagged {
    /// MP4, whose BPM is a number and no text.
    Mp4(Box<Mp4File>),
    Other(TaggedFile),
}

impl Tagged {
    fn open(path: &Path, source: &SourceInfo) -> Result<Self, String> {
        let options = ParseOptions::new().read_properties(false);
        let Some(kind) = kind(source) else {
            return Err(
                "tags cannot be written into this format; they can into MP3, MP4, FLAC, Ogg Vorbis, WAV, \
                        AIFF, AAC"
                    .to_owned(),
            );
        };
        let mut file = File::open(path).map_err(|error| crate::words_of(&error))?;
        let words = |error: &dyn std::fmt::Display| format!("its tags cannot be read: {error}");
        if kind == FileType::Mp4 {
            let file = Mp4File::read_from(&mut file, options).map_err(|error| words(&error))?;
            return Ok(Self::Mp4(Box::new(file)));
        }
        let probe = Probe::with_file_type(BufReader::new(file), kind).options(options);
        probe.read().map(Self::Other).map_err(|error| words(&error))
    }

    /// Sets what was found, and says whether that changes anything.
    fn set(&mut self, report: &Report) -> bool {
        let bpm = report.tempo_candidates.first().map(|tempo| tempo.bpm.get().round());
        let key = report.key_candidates.first().map(|candidate| short_key(candidate.key));
        match self {
            Self::Mp4(file) => set_mp4(file, bpm, key),
            Self::Other(file) => set_items(file, bpm, key),
        }
    }

    fn save(&self, path: &Path, options: WriteOptions) -> Result<(), String> {
        let words = |error: &dyn std::fmt::Display| format!("its tags cannot be written: {error}");
        match self {
            Self::Mp4(file) => file.save_to_path(path, options).map_err(|error| words(&error)),
            Self::Other(file) => file.save_to_path(path, options).map_err(|error| words(&error)),
        }
    }
}

/// What the core found the file to be, as lofty calls it. It is not lofty that guesses: in some formats it finds others.
fn kind(source: &SourceInfo) -> Option<FileType> {
    match (source.container.as_str(), source.codec.as_str()) {
        ("mp3", _) => Some(FileType::Mpeg),
        ("m4a" | "mp4", _) => Some(FileType::Mp4),
        ("flac", _) => Some(FileType::Flac),
        ("ogg", "vorbis") => Some(FileType::Vorbis),
        ("wav", _) => Some(FileType::Wav),
        ("aiff", _) => Some(FileType::Aiff),
        ("aac", _) => Some(FileType::Aac),
        _ => None,
    }
}

fn set_items(file: &mut TaggedFile, bpm: Option<f64>, key: Option<String>) -> bool {
    let kind = file.primary_tag_type();
    if file.tag(kind).is_none() {
        file.insert_tag(Tag::new(kind));
    }
    let Some(tag) = file.tag_mut(kind) else { return false };
    let mut is_changed = false;
    let mut put = |keys: &[ItemKey], value: String| {
        // The first key that the format has.
        let Some(&key) = keys.iter().find(|key| key.map_key(kind).is_some()) else { return };
        if tag.get_string(key) != Some(&value) {
            is_changed |= tag.insert_text(key, value);
        }
    };
    if let Some(bpm) = bpm {
        put(&[ItemKey::IntegerBpm, ItemKey::Bpm], bpm.to_string());
    }
    if let Some(key) = key {
        put(&[ItemKey::InitialKey], key);
    }
    is_changed
}

/// BPM in `tmpo`, two bytes; the key where others write it.
fn set_mp4(file: &mut Mp4File, bpm: Option<f64>, key: Option<String>) -> bool {
    if file.ilst().is_none() {
        file.set_ilst(Ilst::new());
    }
    let Some(tags) = file.ilst_mut() else { return false };
    let mut is_changed = false;
    let mut put = |ident: AtomIdent<'static>, data: AtomData, same: &dyn Fn(&AtomData) -> bool| {
        if !tags.get(&ident).and_then(|atom| atom.data().next()).is_some_and(same) {
            tags.replace_atom(Atom::new(ident, data));
            is_changed = true;
        }
    };
    if let Some(bpm) = bpm {
        let bpm = (bpm as i16).max(1);
        let data = AtomData::Unknown { code: DataType::BeSignedInteger, data: bpm.to_be_bytes().to_vec() };
        put(AtomIdent::Fourcc(*b"tmpo"), data, &|data| match data {
            AtomData::SignedInteger(value) => *value == i32::from(bpm),
            AtomData::UnsignedInteger(value) => *value == u32::from(bpm.unsigned_abs()),
            _ => false,
        });
    }
    if let Some(key) = key {
        let ident = AtomIdent::Freeform { mean: "com.apple.iTunes".into(), name: "initialkey".into() };
        let same = |data: &AtomData| matches!(data, AtomData::UTF8(text) if *text == key);
        put(ident, AtomData::UTF8(key.clone()), &same);
    }
    is_changed
}

/// `F#m`, as ID3's `TKEY` has it.
fn short_key(key: Key) -> String {
    let mode = if key.mode == Mode::Minor { "m" } else { "" };
    format!("{}{mode}", key.tonic_name())
}

fn has_id3v23(path: &Path) -> bool {
    let mut head = [0; 4];
    let read = File::open(path).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut head));
    read.is_ok() && head == *b"ID3\x03"
}

/// Whether what was written says what it should, of the same sound.
fn check(source: &Path, written: &Path, report: &Report) -> Result<(), String> {
    if Tagged::open(written, &report.source)?.set(report) {
        return Err("its tags do not keep what is written into them".to_owned());
    }
    let sound = |path: &Path| {
        let bytes = fs::read(path).map_err(|error| crate::words_of(&error))?;
        let limits = sectionist_core::Limits { max_bytes: u64::MAX, ..Default::default() };
        let stream = sectionist_core::decode::AudioStream::open(
            bytes.into(),
            &sectionist_core::FileHint::default(),
            &limits,
        );
        let stream = stream.map_err(|error| format!("with tags it could not be read any more: {error}"))?;
        let source = stream.source();
        Ok::<_, String>((source.container.clone(), source.codec.clone(), source.sample_rate, source.channels))
    };
    if sound(source)? == sound(written)? {
        Ok(())
    } else {
        Err("with tags it would be another file".to_owned())
    }
}
