//! Forms: which sections follow each other.

use crate::chance::Chance;

use super::genres::Genre;

/// A section as it is planned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Planned {
    /// Function.
    pub(super) label: &'static str,
    /// Material: sections with the same letter share harmony and tune.
    pub(super) group: char,
    pub(super) bars: usize,
    /// Semitones above the song's key.
    pub(super) up: i32,
    /// Whether somebody sings, where that is decided by section.
    pub(super) is_sung: Option<bool>,
}

/// Forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    VerseChorus,
    PreChorus,
    PostChorus,
    WithSolo,
    ChorusFirst,
    Aaba,
    Blues,
    Strophic,
    ThroughComposed,
    BuildDrop,
    Rondo,
    Ternary,
    Loop,
    KeyChange,
    RapHook,
    /// As real songs are: see [`super::drawn`].
    Drawn,
}

impl Form {
    /// All that are thought up.
    pub(super) const ALL: [Self; 15] = [
        Self::VerseChorus,
        Self::Blues,
        Self::PreChorus,
        Self::BuildDrop,
        Self::Aaba,
        Self::WithSolo,
        Self::Rondo,
        Self::RapHook,
        Self::PostChorus,
        Self::Strophic,
        Self::KeyChange,
        Self::Loop,
        Self::ChorusFirst,
        Self::ThroughComposed,
        Self::Ternary,
    ];

    /// As truth files say it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::VerseChorus => "verse–chorus",
            Self::PreChorus => "with pre-chorus",
            Self::PostChorus => "with post-chorus",
            Self::WithSolo => "with solo",
            Self::ChorusFirst => "chorus first",
            Self::Aaba => "AABA",
            Self::Blues => "twelve-bar blues",
            Self::Strophic => "strophic",
            Self::ThroughComposed => "through-composed",
            Self::BuildDrop => "build and drop",
            Self::Rondo => "rondo",
            Self::Ternary => "ternary",
            Self::Loop => "loops",
            Self::KeyChange => "key change",
            Self::RapHook => "rap and hook",
            Self::Drawn => "drawn from life",
        }
    }

    /// Music that is written in this form.
    pub(super) const fn genres(self) -> &'static [Genre] {
        match self {
            Self::Aaba => &[Genre::Jazz, Genre::Jazz, Genre::Pop],
            Self::Blues => &[Genre::Blues],
            Self::Strophic => &[Genre::Folk, Genre::FolkInThree, Genre::Rock],
            Self::ThroughComposed => &[Genre::Orchestra, Genre::Piano, Genre::Rock],
            Self::BuildDrop => &[Genre::Dance],
            Self::Rondo | Self::Ternary => &[Genre::Piano, Genre::Orchestra],
            Self::Loop => &[Genre::Dance, Genre::HipHop, Genre::SynthPop],
            Self::KeyChange => &[Genre::Ballad, Genre::Ballad, Genre::BalladInSix, Genre::Pop],
            Self::RapHook => &[Genre::HipHop],
            _ => &[
                Genre::Pop,
                Genre::Rock,
                Genre::SynthPop,
                Genre::Folk,
                Genre::Ballad,
                Genre::BalladInSix,
                Genre::FolkInThree,
                Genre::Reggae,
            ],
        }
    }

    /// Whether it is a song with verses and a chorus.
    const fn has_refrain(self) -> bool {
        matches!(
            self,
            Self::VerseChorus
                | Self::PreChorus
                | Self::PostChorus
                | Self::WithSolo
                | Self::ChorusFirst
                | Self::KeyChange
                | Self::RapHook
        )
    }

    /// The sections of a song in this form.
    pub(super) fn plan(self, chance: &mut Chance) -> Vec<Planned> {
        let mut song = Vec::new();
        let verse = chance.pick(&[8, 8, 16, 12]);
        let chorus = chance.pick(&[8, 8, 16]);
        let intro = chance.pick(&[4, 4, 8]);
        let outro = chance.pick(&[4, 4, 8]);
        let pre = chance.pick(&[4, 4, 8]);
        let mut add = |label: &'static str, group: char, bars: usize| {
            song.push(Planned { label, group, bars, up: 0, is_sung: None });
        };
        let has_intro = chance.often(0.72);
        let has_outro = chance.often(0.48);
        match self {
            Self::VerseChorus => {
                if has_intro {
                    add("intro", 'I', intro);
                }
                add("verse", 'A', verse);
                add("chorus", 'B', chorus);
                add("verse", 'A', verse);
                add("chorus", 'B', chorus);
                if chance.often(0.75) {
                    add("bridge", 'C', 8);
                }
                add("chorus", 'B', chorus);
            }
            Self::PreChorus | Self::PostChorus => {
                let has_post = self == Self::PostChorus;
                if has_intro {
                    add("intro", 'I', intro);
                }
                for _ in 0..2 {
                    add("verse", 'A', verse.min(12));
                    if !has_post || chance.often(0.5) {
                        add("pre-chorus", 'P', pre);
                    }
                    add("chorus", 'B', 8);
                    if has_post {
                        add("post-chorus", 'Q', pre);
                    }
                }
                if chance.often(0.75) {
                    add("bridge", 'C', 8);
                } else {
                    add("breakdown", 'P', pre);
                }
                add("chorus", 'B', chorus);
                if has_post && chance.often(0.5) {
                    add("post-chorus", 'Q', pre);
                }
            }
            Self::WithSolo => {
                if has_intro {
                    add("intro", 'I', intro);
                }
                for _ in 0..2 {
                    add("verse", 'A', verse.min(12));
                    add("chorus", 'B', chorus.min(8));
                }
                let over = if chance.often(0.5) { 'A' } else { 'S' };
                add("solo", over, 8);
                if chance.often(0.5) {
                    add("verse", 'A', 8);
                }
                add("chorus", 'B', chorus);
            }
            Self::ChorusFirst => {
                if has_intro {
                    add("intro", 'I', 4);
                }
                add("chorus", 'B', chorus);
                add("verse", 'A', verse);
                add("chorus", 'B', chorus);
                add("verse", 'A', verse);
                add("chorus", 'B', chorus);
                add("bridge", 'C', 8);
                add("chorus", 'B', chorus);
            }
            Self::Aaba => {
                if has_intro {
                    add("intro", 'I', 4);
                }
                for round in 0..2 {
                    add("verse", 'A', 8);
                    add("verse", 'A', 8);
                    add("bridge", 'B', 8);
                    add("verse", 'A', 8);
                    if round == 0 && chance.often(0.6) {
                        add("solo", 'A', 8);
                        add("solo", 'A', 8);
                    }
                }
            }
            Self::Blues => {
                if has_intro {
                    add("intro", 'I', 4);
                }
                add("verse", 'A', 12);
                add("verse", 'A', 12);
                add("solo", 'A', 12);
                if chance.often(0.5) {
                    add("solo", 'A', 12);
                }
                add("verse", 'A', 12);
            }
            Self::Strophic => {
                if has_intro {
                    add("intro", 'I', intro);
                }
                for round in 0..4 {
                    add("verse", 'A', 16);
                    if round == 1 && chance.often(0.5) {
                        add("instrumental", 'I', 8);
                    }
                }
            }
            Self::ThroughComposed => {
                for group in ['A', 'B', 'C', 'D', 'E', 'F'].into_iter().take(4 + chance.below(3)) {
                    add("section", group, chance.pick(&[8, 12, 16]));
                }
            }
            Self::BuildDrop => {
                add("intro", 'I', chance.pick(&[8, 16]));
                for _ in 0..2 {
                    add("breakdown", 'A', chance.pick(&[8, 16]));
                    add("pre-chorus", 'P', 8);
                    add("chorus", 'B', 16);
                }
            }
            Self::Rondo => {
                for group in ['A', 'B', 'A', 'C', 'A'] {
                    add("section", group, if group == 'A' { 8 } else { chance.pick(&[8, 12, 16]) });
                }
            }
            Self::Ternary => {
                let n = chance.pick(&[8, 16]);
                for group in ['A', 'A', 'B', 'B', 'A'] {
                    add("section", group, n);
                }
            }
            Self::Loop => {
                if has_intro {
                    add("intro", 'A', 8);
                }
                for _ in 0..4 + chance.below(2) {
                    add("section", 'A', chance.pick(&[8, 16]));
                }
            }
            Self::KeyChange => {
                add("intro", 'I', intro);
                add("verse", 'A', 8);
                add("chorus", 'B', 8);
                add("verse", 'A', 8);
                add("chorus", 'B', 8);
                if chance.often(0.7) {
                    add("bridge", 'C', 8);
                }
                add("chorus", 'B', 8);
            }
            Self::Drawn => return super::drawn::plan(chance),
            Self::RapHook => {
                if has_intro {
                    add("intro", 'I', 4);
                }
                if chance.often(0.5) {
                    add("chorus", 'B', 8);
                }
                for _ in 0..2 {
                    add("verse", 'A', 16);
                    add("chorus", 'B', 8);
                }
                if chance.often(0.5) {
                    add("bridge", 'C', 8);
                    add("chorus", 'B', 8);
                }
            }
        }
        if self.has_refrain() {
            vary(&mut song, chance);
        }
        let is_plain = matches!(self, Self::ThroughComposed | Self::Rondo | Self::Ternary);
        if has_outro && !is_plain {
            let group = if matches!(self, Self::Loop | Self::Blues) { 'A' } else { 'I' };
            song.push(Planned { label: "outro", group, bars: outro, up: 0, is_sung: None });
        }
        if self == Self::KeyChange {
            let up = chance.pick(&[1, 2, 2, 3]);
            // After the bridge, or else with the last chorus.
            let bridge = song.iter().rposition(|s| s.label == "bridge").map(|bridge| bridge + 1);
            let from = bridge.or_else(|| song.iter().rposition(|s| s.label == "chorus")).unwrap_or(0);
            song.iter_mut().skip(from).for_each(|section| section.up = up);
        }
        // Now and then a section is a bar or two longer than its like.
        for section in &mut song {
            if !is_plain && section.bars >= 8 && chance.often(0.05) {
                section.bars += chance.pick(&[1, 2, 2, 4]);
            }
        }
        song
    }
}

/// What songs with a refrain do now and then: two verses before the first chorus, a break after one, the
/// last chorus twice.
fn vary(song: &mut Vec<Planned>, chance: &mut Chance) {
    let find = |song: &[Planned], label: &str| song.iter().position(|section| section.label == label);
    if let Some(verse) = find(song, "verse").filter(|_| chance.often(0.2)) {
        song.insert(verse, song[verse]);
    }
    if let Some(chorus) = find(song, "chorus").filter(|_| chance.often(0.3)) {
        let pause = Planned {
            label: "instrumental",
            group: 'I',
            bars: chance.pick(&[2, 4, 4, 8]),
            up: 0,
            is_sung: None,
        };
        if song.get(chorus + 1).is_some_and(|next| next.label == "verse") {
            song.insert(chorus + 1, pause);
        }
    }
    if let Some(chorus) = song.iter().rposition(|s| s.label == "chorus").filter(|_| chance.often(0.35)) {
        song.insert(chorus, song[chorus]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_have_sections_with_known_labels() {
        const LABELS: [&str; 11] = [
            "intro",
            "verse",
            "pre-chorus",
            "chorus",
            "post-chorus",
            "bridge",
            "instrumental",
            "solo",
            "breakdown",
            "outro",
            "section",
        ];
        for form in Form::ALL {
            for seed in 0..20 {
                let plan = form.plan(&mut Chance::new(seed));
                assert!(plan.len() >= 4, "{form:?}");
                assert!(plan.iter().all(|s| LABELS.contains(&s.label) && (2..=20).contains(&s.bars)));
                let has_change = plan.iter().any(|section| section.up != 0);
                assert_eq!(has_change, form == Form::KeyChange);
            }
        }
    }
}
