//! Whole songs in many forms, whose sections are known by function and material.

mod drawn;
mod genres;
mod layers;
mod plan;

use serde_json::json;

use crate::chance::Chance;
use crate::life;
use crate::meter::{Bar, bars};
use crate::players::Place;
use crate::players::bass;
use crate::players::comp::{Accompanist, Comp};
use crate::players::drums::Drummer;
use crate::players::melody::{Tune, TuneStyle};
use crate::progressions::{Idiom, lay, pick};
use crate::score::{Band, Note, Part, Sheet, Touch, perform};
use crate::sets::casting::cast;
use crate::sets::{Draft, TAIL};
use crate::sound::Sound;
use crate::sound::effects::Effect;
use crate::theory::{Key, Mode};
use crate::timeline::{Timeline, plan as plan_tempo};
use crate::truth;
use crate::{Composition, Split};
use genres::{Genre, Manner};
use layers::{Drums, Layers, Tunes};
use plan::{Form, Planned};

/// Longest song in seconds, before its last chord.
const LONGEST: f64 = 225.0;

/// What sections of one letter share.
struct Material {
    group: char,
    key: Key,
    numerals: Vec<&'static str>,
    bars_per_chord: f64,
    tune: Tune,
    /// Who plays, by function; the first is the letter's own.
    layers: Vec<(&'static str, Layers)>,
}

impl Material {
    fn layers(&self, label: &str) -> &Layers {
        let own = self.layers.iter().find(|(of, _)| *of == label);
        &own.unwrap_or(&self.layers[0]).1
    }
}

pub(super) fn compose(split: Split, index: usize, chance: &mut Chance) -> Composition {
    // Two of three are as in life; the forms that are thought up take turns in the third.
    let form = if index % 3 == 2 { Form::ALL[index / 3 % Form::ALL.len()] } else { Form::Drawn };
    let (genre, manner, planned) = if form == Form::Drawn {
        let (genre, manner) = drawn::manner(chance);
        let planned = drawn::plan_for(&manner, chance);
        (genre, manner, planned)
    } else {
        let genre = chance.pick(form.genres());
        let manner = genre.manner(chance);
        let mut planned = form.plan(chance);
        shorten(&mut planned, &manner);
        (genre, manner, planned)
    };
    let n_bars: usize = planned.iter().map(|section| section.bars).sum();
    let bars = bars(std::iter::repeat_n(manner.meter, n_bars));

    let mode = if form == Form::Drawn { drawn::mode(genre, chance) } else { even_mode(&manner, chance) };
    let home = Key::new(chance.below(12) as i32, mode);
    let is_rap =
        genre == Genre::HipHop && (form == Form::RapHook || form == Form::Drawn && chance.often(0.7));
    let materials = materials(form, is_rap, &planned, home, &manner, chance);
    let (sheet, keys) = harmonise(&planned, &materials, &bars);

    let tempo = plan_tempo(manner.motion, manner.bpm, &bars, chance);
    let silence = if chance.often(0.15) { chance.range(2.0, 5.0) } else { 0.0 };
    let lead = if silence > 0.0 { silence } else { chance.range(0.02, 0.8) };
    let line = Timeline::new(lead, &tempo.periods, manner.feel, manner.meter.is_compound());

    let is_faded = chance.often(0.2);
    let casting = Casting::new(is_rap, &manner, chance);
    let notes = play(&planned, &materials, &manner, &casting, &bars, &sheet, is_faded, chance);
    let is_machine = matches!(genre, Genre::Dance | Genre::SynthPop | Genre::HipHop);
    let timing = if is_machine { 0.0 } else { chance.range(0.002, 0.01) };
    let sounding = perform(&notes, &line, Touch { timing, velocity: 5.0 }, chance);
    let duration = line.beats[line.beats.len() - 1] + TAIL;

    let mut sound = Sound::varied(split, chance);
    if is_faded {
        sound.effects.push(Effect::Fade { seconds_in: 0.0, seconds_out: chance.range(5.0, 11.0) });
    }
    if genre == Genre::Dance && chance.often(0.5) {
        let duck = Effect::Duck { times: line.beats.clone(), depth: 0.5, seconds: 0.6 * 60.0 / manner.bpm };
        sound.effects.insert(0, duck);
    }
    let is_sung = sounding.iter().any(|note| matches!(note.part, Part::Voice | Part::Speech));
    let played = cast(sounding, manner.palette, &mut sound, chance);

    let mut truth = json!({ "style": genre.name(), "kind": form.name() });
    truth["ensemble"] = if is_sung { "sung".into() } else { "instrumental".into() };
    truth::rhythm(&mut truth, &line, &bars, &tempo.changes, 0);
    if manner.comps.0 != Comp::Drive && manner.comps.1 != Comp::Drive {
        truth::chords(&mut truth, &line, &sheet, duration);
    }
    truth::keys(&mut truth, &line, &keys, duration);
    truth::sections(&mut truth, &line, &named(&planned, &bars), silence, duration);
    let instruments = manner.palette.instruments(chance);
    let cents = if chance.often(0.4) { chance.range(-25.0, 25.0) } else { 0.0 };
    Draft { notes: played, instruments, pedals: Vec::new(), cents, sound, duration, truth }.finish()
}

fn even_mode(manner: &Manner, chance: &mut Chance) -> Mode {
    if chance.often(if manner.idiom == Idiom::Electronic { 0.3 } else { 0.65 }) {
        Mode::Major
    } else {
        Mode::Minor
    }
}

/// Halves the long sections of songs that would go on and on.
fn shorten(planned: &mut [Planned], manner: &Manner) {
    let seconds = |planned: &[Planned]| {
        let bars: usize = planned.iter().map(|section| section.bars).sum();
        (bars * manner.meter.beats) as f64 * 60.0 / manner.bpm
    };
    for longest in [16, 12, 8] {
        if seconds(planned) > LONGEST {
            for section in
                planned.iter_mut().filter(|section| section.bars >= longest && section.bars % 12 != 0)
            {
                section.bars = section.bars.div_ceil(2);
            }
        }
    }
}

fn named(planned: &[Planned], bars: &[Bar]) -> Vec<truth::Section> {
    let mut from = 0;
    planned
        .iter()
        .map(|section| {
            let start = bars[from].start as f64;
            from += section.bars;
            truth::Section { start, label: section.label, group: section.group, bars: section.bars }
        })
        .collect()
}

/// Who sings and plays the tunes.
struct Casting {
    /// Part of the tune in verses, and elsewhere.
    verse: Part,
    chorus: Part,
    /// Whether tunes begin a beat before their section.
    has_pickups: bool,
    drummer: Drummer,
    centre: f64,
}

impl Casting {
    fn new(is_rap: bool, manner: &Manner, chance: &mut Chance) -> Self {
        let is_sung = manner.is_sung && chance.often(0.7);
        let lead = if is_sung { Part::Voice } else { Part::Lead };
        Self {
            verse: if is_rap { Part::Speech } else { lead },
            chorus: lead,
            has_pickups: chance.often(0.35),
            drummer: Drummer::new(manner.bpm, chance),
            centre: chance.range(56.0, 63.0),
        }
    }
}

/// Harmony, tune and arrangement of every letter.
fn materials(
    form: Form,
    is_rap: bool,
    planned: &[Planned],
    home: Key,
    manner: &Manner,
    chance: &mut Chance,
) -> Vec<Material> {
    let contrast = chance.range(0.3, 1.0);
    let voice = 60 + chance.below(10) as i32;
    let mut materials: Vec<Material> = Vec::new();
    for section in planned {
        if let Some(known) = materials.iter_mut().find(|material| material.group == section.group) {
            if form == Form::Drawn && known.layers.iter().all(|(label, _)| *label != section.label) {
                let layers = Layers::new(section.label, manner.meter, contrast, chance);
                known.layers.push((section.label, layers));
            }
            continue;
        }
        let key = match (form, section.group) {
            (Form::Rondo | Form::Ternary, 'B') => neighbour(home, chance),
            (Form::Rondo, 'C') => neighbour(home, chance),
            (Form::ThroughComposed, 'B'..='F') if chance.often(0.5) => neighbour(home, chance),
            _ => home,
        };
        let mut numerals = pick(manner.idiom, key.mode, chance);
        for _ in 0..6 {
            let is_used =
                materials.iter().any(|material| material.numerals == numerals && material.key == key);
            // An intro often has the chords of what it introduces.
            if !is_used || section.group == 'I' && chance.often(0.4) {
                break;
            }
            numerals = pick(manner.idiom, key.mode, chance);
        }
        if form == Form::Blues && section.group == 'I' {
            numerals = if key.mode == Mode::Major {
                vec!["V7", "IV7", "I7", "V7"]
            } else {
                vec!["bVI7", "V7", "i7", "V7"]
            };
        }
        let mut bars_per_chord =
            if manner.bpm < 75.0 && manner.meter.beats == 4 { chance.pick(&[1.0, 0.5]) } else { 1.0 };
        // What jazz and blues play is not among the counts.
        let has_own = matches!(manner.idiom, Idiom::Jazz | Idiom::Blues | Idiom::Classical);
        if form == Form::Drawn && !has_own && chance.often(drawn::PROGRESSIONS) {
            let drawn = life::progression(key.mode, manner.meter.beats, chance);
            (numerals, bars_per_chord) = (drawn.numerals, drawn.bars_per_chord);
        }
        let is_chorus = matches!(section.label, "chorus" | "post-chorus");
        let is_rap = is_rap && section.label == "verse";
        let style = TuneStyle {
            density: match section.label {
                _ if is_rap => 0.85,
                "solo" => 0.65,
                "chorus" => chance.range(0.3, 0.5),
                _ => chance.range(0.35, 0.6),
            },
            centre: match section.label {
                _ if is_rap => 50,
                "chorus" => voice + 4,
                "pre-chorus" | "bridge" => voice + 2,
                _ => voice,
            },
            bars: if is_chorus { chance.pick(&[4, 4, 8]) } else { chance.pick(&[4, 8]) },
            is_quick: manner.bpm < 100.0,
            syncopation: chance.range(0.3, 0.55),
            variety: if manner.bpm < 140.0 { chance.range(0.0, 0.5) } else { 0.0 },
        };
        materials.push(Material {
            group: section.group,
            key,
            numerals,
            bars_per_chord,
            tune: Tune::new(manner.meter, style, chance),
            layers: vec![(section.label, Layers::new(section.label, manner.meter, contrast, chance))],
        });
    }
    materials
}

/// A key close by: of the dominant, the subdominant, the relative or the parallel.
fn neighbour(key: Key, chance: &mut Chance) -> Key {
    let (other, relative) = match key.mode {
        Mode::Major => (Mode::Minor, 9),
        Mode::Minor => (Mode::Major, 3),
    };
    chance.pick(&[
        Key::new(key.tonic + 7, key.mode),
        Key::new(key.tonic + 5, key.mode),
        Key::new(key.tonic + relative, other),
        Key::new(key.tonic, other),
    ])
}

fn material_of(materials: &[Material], group: char) -> &Material {
    materials.iter().find(|material| material.group == group).unwrap_or(&materials[0])
}

fn harmonise(planned: &[Planned], materials: &[Material], bars: &[Bar]) -> (Sheet, Vec<(f64, Key)>) {
    let mut sheet = Sheet::default();
    let mut keys: Vec<(f64, Key)> = Vec::new();
    let mut from = 0;
    for (idx, section) in planned.iter().enumerate() {
        let material = material_of(materials, section.group);
        let key = Key::new(material.key.tonic + section.up, material.key.mode);
        let own = &bars[from..from + section.bars];
        if keys.last().is_none_or(|last| last.1 != key) {
            keys.push((own[0].start as f64, key));
        }
        let is_last = idx + 1 == planned.len();
        let cut = if is_last { own.len() - 1 } else { own.len() };
        lay(&mut sheet, &material.numerals, key, &own[..cut], material.bars_per_chord);
        let tonic = if key.mode == Mode::Major { "I" } else { "i" };
        lay(&mut sheet, &[tonic], key, &own[cut..], 1.0);
        from += section.bars;
    }
    (sheet, keys)
}

#[expect(clippy::too_many_arguments, reason = "everything that was decided comes together here")]
fn play(
    planned: &[Planned],
    materials: &[Material],
    manner: &Manner,
    casting: &Casting,
    bars: &[Bar],
    sheet: &Sheet,
    is_faded: bool,
    chance: &mut Chance,
) -> Vec<Note> {
    let mut band = Band::new(sheet, chance.fork());
    let mut from = 0;
    for (idx, section) in planned.iter().enumerate() {
        let material = material_of(materials, section.group);
        let pass = planned[..idx].iter().filter(|other| other.group == section.group).count();
        // The same letter may be sung here and played there.
        let layers = material.layers(section.label).at(section.label, pass, chance).sung(section.is_sung);
        band.level = layers.level;
        for k in 0..section.bars {
            let place = Place::new(bars[from + k], k);
            let is_end = idx + 1 == planned.len() && k + 1 == section.bars && !is_faded;
            let is_last_bar = k + 1 == section.bars;
            play_bar(place, is_end, section, &layers, material, manner, casting, &mut band);
            let next = planned.get(idx + 1).filter(|next| matches!(next.label, "verse" | "chorus"));
            if let (true, true, Some(next)) = (is_last_bar, casting.has_pickups, next) {
                play_pickup(
                    place,
                    if next.label == "verse" { casting.verse } else { casting.chorus },
                    &mut band,
                );
            }
        }
        from += section.bars;
    }
    band.notes
}

#[expect(clippy::too_many_arguments, reason = "everything that was decided comes together here")]
fn play_bar(
    place: Place,
    is_end: bool,
    section: &Planned,
    layers: &Layers,
    material: &Material,
    manner: &Manner,
    casting: &Casting,
    band: &mut Band<'_>,
) {
    let comp = if layers.is_big { manner.comps.1 } else { manner.comps.0 };
    let mut accompanist = Accompanist::new(comp, comp.part());
    accompanist.centre = casting.centre;
    if is_end {
        accompanist.end(place, band);
        bass::play(bass::BassLine::Long, place, band);
        if manner.grooves.is_some() && layers.drums != Drums::None {
            Drummer::end(place, band);
        }
        return;
    }
    if let Some((usual, big)) = manner.grooves {
        let mut at = place;
        if place.index + 1 == section.bars && section.bars < 8 {
            // The bar in which drummers fill.
            at.index = 7;
        }
        match layers.drums {
            Drums::None => {}
            Drums::Soft => casting.drummer.soft().play(usual, at, band),
            Drums::Full => casting.drummer.play(if layers.is_big { big } else { usual }, at, band),
            Drums::Loud => casting.drummer.loud().play(big, at, band),
            Drums::Half => casting.drummer.play(layers::half_time(usual), at, band),
            Drums::Roll => Drummer::roll(place, section.bars, band),
        }
    }
    if layers.comp {
        accompanist.play(place, band);
    }
    if layers.pad || !layers.comp {
        Accompanist::new(Comp::Pad, Part::Pad).play(place, band);
    }
    if layers.bass {
        bass::play(manner.bass, place, band);
    }
    let tune = &material.tune;
    match layers.tunes {
        Tunes::None => {}
        Tunes::Sung => {
            let part = if section.label == "verse" { casting.verse } else { casting.chorus };
            tune.play(place, part, 88.0, band);
        }
        Tunes::Solo => layers.second.play(place, Part::Second, 92.0, band),
        Tunes::Riff => layers.second.play(place, Part::Second, 74.0, band),
        Tunes::SungWithRiff => {
            tune.play(place, casting.chorus, 90.0, band);
            layers.second.play(place, Part::Second, 62.0, band);
        }
    }
}

/// A note or two that lead into the next bar.
fn play_pickup(place: Place, part: Part, band: &mut Band<'_>) {
    let end = place.start + place.beats();
    let Some((chord, _)) = band.harmony(end) else { return };
    let pitch = chord.bass_pitch(62);
    for k in 0..2 {
        let at = end - 1.0 + 0.5 * f64::from(k);
        band.play(part, at, 0.45, pitch, 84.0);
    }
}
