//! Short songs with progressions that say where home is, in one key or several.

use serde_json::json;

use super::Topic;
use crate::chance::Chance;
use crate::life;
use crate::meter::{Bar, FOUR, Meter, SIX_EIGHT, THREE, bars};
use crate::players::Place;
use crate::players::bass::{self, BassLine};
use crate::players::comp::{Accompanist, Comp};
use crate::players::drums::{Drummer, Groove};
use crate::players::melody::{Tune, TuneStyle};
use crate::progressions::{Idiom, lay, pick};
use crate::score::{Band, Note, Part, Sheet, Touch, perform};
use crate::sets::casting::cast;
use crate::sets::palette::Palette;
use crate::sets::{Draft, TAIL};
use crate::sound::Sound;
use crate::theory::{Key, Mode};
use crate::timeline::{Feel, Motion, Timeline, plan};
use crate::truth;
use crate::{Composition, Split};

/// A stretch in one key.
struct Block {
    key: Key,
    numerals: Vec<&'static str>,
    bars_per_chord: f64,
    bars: usize,
}

/// Share of stretches of pop and rock whose chords are as in life.
const LIFE: f64 = 0.4;

/// Dominants of other degrees, in major and minor.
const TONICISATIONS: [(Mode, &str); 7] = [
    (Mode::Major, "I VI7 ii V I II7 V I"),
    (Mode::Major, "I I7 IV V I III7 vi V"),
    (Mode::Major, "I IV II7 V I vi II7 V7"),
    (Mode::Major, "I V/3 vi III7 vi II7 V7 I"),
    (Mode::Minor, "i I7 iv V i bVI iv V"),
    (Mode::Minor, "i bVII7 bIII V i II7 V7 i"),
    (Mode::Minor, "i iv I7 iv i V7 i V"),
];

const POWER: [(Mode, &str); 6] = [
    (Mode::Minor, "i5 bVI5 bIII5 bVII5"),
    (Mode::Minor, "i5 i5 bVII5 iv5"),
    (Mode::Minor, "i5 bIII5 iv5 v5"),
    (Mode::Major, "I5 IV5 V5 IV5"),
    (Mode::Major, "I5 V5 vi5 IV5"),
    (Mode::Major, "I5 I5 IV5 V5"),
];

pub(super) fn compose(split: Split, topic: Topic, cents: f64, chance: &mut Chance) -> Composition {
    let (palette, idiom) = match topic {
        Topic::Choir => (Palette::Orchestra, Idiom::Classical),
        Topic::PowerChords => (Palette::Rock, Idiom::Rock),
        Topic::Register(_) => (Palette::Piano, Idiom::Classical),
        _ => chance.pick(&[
            (Palette::Pop, Idiom::Pop),
            (Palette::Pop, Idiom::Pop),
            (Palette::Folk, Idiom::Pop),
            (Palette::Rock, Idiom::Rock),
            (Palette::Piano, Idiom::Classical),
            (Palette::Orchestra, Idiom::Classical),
            (Palette::Jazz, Idiom::Jazz),
            (Palette::Electronic, Idiom::Electronic),
        ]),
    };
    let meter: &'static Meter = match topic {
        Topic::PowerChords => &FOUR,
        _ => chance.pick(&[&FOUR, &FOUR, &FOUR, &THREE, &SIX_EIGHT]),
    };
    let blocks = blocks(topic, idiom, meter.beats, chance);
    let bpm = if meter.is_compound() { chance.range(52.0, 80.0) } else { chance.range(80.0, 140.0) };
    let n_bars: usize = blocks.iter().map(|block| block.bars).sum();
    let bars = bars(std::iter::repeat_n(meter, n_bars));
    let mut sheet = Sheet::default();
    let mut changes = Vec::new();
    let mut from = 0;
    for block in &blocks {
        changes.push((bars[from].start as f64, block.key));
        lay_block(&mut sheet, block, &bars[from..from + block.bars]);
        from += block.bars;
    }

    let motion = if chance.often(0.5) { Motion::Drift } else { Motion::Steady };
    let plan = plan(motion, bpm, &bars, chance);
    let line = Timeline::new(chance.range(0.1, 1.2), &plan.periods, Feel::STRAIGHT, meter.is_compound());
    let notes = play(topic, palette, bpm, &bars, &sheet, chance);
    let touch = Touch { timing: chance.range(0.0, 0.01), velocity: 5.0 };
    let sounding = perform(&notes, &line, touch, chance);
    let duration = line.beats[line.beats.len() - 1] + TAIL;

    let style = match palette {
        _ if topic == Topic::Choir => "choir",
        Palette::Pop => "pop",
        Palette::Rock => "rock",
        Palette::Electronic => "electronic",
        Palette::Jazz => "jazz",
        Palette::Folk => "folk",
        Palette::Orchestra => "orchestra",
        Palette::Piano => "piano",
    };
    let mut truth = json!({ "style": style, "kind": kind(topic) });
    if idiom == Idiom::Jazz || topic == Topic::PowerChords {
        truth["params"] = json!({ "chord_vocabulary": "extended" });
    }
    truth::rhythm(&mut truth, &line, &bars, &[], 0);
    truth::chords(&mut truth, &line, &sheet, duration);
    truth::keys(&mut truth, &line, &changes, duration);
    let mut instruments = palette.instruments(chance);
    if topic == Topic::Choir {
        let program = chance.pick(&[52, 53]);
        instruments.iter_mut().for_each(|instrument| instrument.program = program);
    }
    let mut sound =
        if chance.often(0.5) { Sound::varied(split, chance) } else { Sound::clean(split, chance) };
    let notes = cast(sounding, palette, &mut sound, chance);
    Draft { notes, instruments, pedals: Vec::new(), cents, sound, duration, truth }.finish()
}

const fn kind(topic: Topic) -> &'static str {
    match topic {
        Topic::Key(_) => "key",
        Topic::Modulation(_) => "modulation",
        Topic::ModeChange(true) => "to the relative key",
        Topic::ModeChange(false) => "to the parallel key",
        Topic::Tonicisation => "tonicisation",
        Topic::PowerChords => "power chords",
        Topic::Choir => "choir",
        Topic::Register(true) => "low register",
        Topic::Register(false) => "high register",
        _ => "other",
    }
}

/// The keys of a song with their progressions.
fn blocks(topic: Topic, idiom: Idiom, beats: usize, chance: &mut Chance) -> Vec<Block> {
    let mode = if chance.often(0.55) { Mode::Major } else { Mode::Minor };
    let tonic = chance.below(12) as i32;
    let of = |text: &'static str| text.split(' ').collect::<Vec<_>>();
    let length = |chance: &mut Chance| 4 * (2 + chance.below(3));
    let home = match topic {
        Topic::Key(key) => key,
        _ => Key::new(tonic, mode),
    };
    let plain = |key: Key, bars: usize, chance: &mut Chance| {
        // What both modes know: a blues in a minor key would hardly say which.
        let mut block = Block { key, numerals: pick(idiom, key.mode, chance), bars_per_chord: 1.0, bars };
        if matches!(idiom, Idiom::Pop | Idiom::Rock) && chance.often(LIFE) {
            let drawn = life::progression(key.mode, beats, chance);
            (block.numerals, block.bars_per_chord) = (drawn.numerals, drawn.bars_per_chord);
        }
        block
    };
    match topic {
        Topic::Tonicisation => {
            let (mode, text) = chance.pick(&TONICISATIONS);
            vec![Block { key: Key::new(tonic, mode), numerals: of(text), bars_per_chord: 1.0, bars: 16 }]
        }
        Topic::PowerChords => {
            let (mode, text) = chance.pick(&POWER);
            vec![Block { key: Key::new(tonic, mode), numerals: of(text), bars_per_chord: 1.0, bars: 16 }]
        }
        Topic::Modulation(up) => {
            let away = Key::new(home.tonic + up, home.mode);
            there_and_back(home, away, length, plain, chance)
        }
        Topic::ModeChange(is_relative) => {
            let other = if home.mode == Mode::Major { Mode::Minor } else { Mode::Major };
            let shift = match (is_relative, other) {
                (false, _) => 0,
                (true, Mode::Minor) => -3,
                (true, Mode::Major) => 3,
            };
            there_and_back(home, Key::new(home.tonic + shift, other), length, plain, chance)
        }
        _ => vec![plain(home, 12 + 4 * chance.below(3), chance)],
    }
}

/// A stretch at home, one away, and in some songs one at home again.
fn there_and_back(
    home: Key,
    away: Key,
    length: impl Fn(&mut Chance) -> usize,
    plain: impl Fn(Key, usize, &mut Chance) -> Block,
    chance: &mut Chance,
) -> Vec<Block> {
    let (first, second) = (length(chance), length(chance));
    let mut blocks = vec![plain(home, first, chance), plain(away, second, chance)];
    if chance.often(0.3) {
        blocks.push(plain(home, 8, chance));
    }
    blocks
}

/// Writes a block that ends with a cadence.
fn lay_block(sheet: &mut Sheet, block: &Block, bars: &[Bar]) {
    let is_power = block.numerals.iter().all(|numeral| numeral.ends_with('5') && !numeral.contains('/'));
    let cadence: &[&str] = match (block.key.mode, is_power) {
        (Mode::Major, false) => &["V", "I"],
        (Mode::Minor, false) => &["V", "i"],
        (_, true) => &["V5", "I5"],
    };
    let cut = bars.len() - cadence.len();
    lay(sheet, &block.numerals, block.key, &bars[..cut], block.bars_per_chord);
    lay(sheet, cadence, block.key, &bars[cut..], 1.0);
}

fn play(
    topic: Topic,
    palette: Palette,
    bpm: f64,
    bars: &[Bar],
    sheet: &Sheet,
    chance: &mut Chance,
) -> Vec<Note> {
    let meter = bars[0].meter;
    let comp = match (topic, palette) {
        (Topic::Choir, _) => Comp::Chorale,
        (Topic::PowerChords, _) => Comp::Drive,
        (Topic::Register(_), _) => chance.pick(&[Comp::Block, Comp::Chorale, Comp::Repeated]),
        (_, Palette::Piano) => chance.pick(&[Comp::Block, Comp::Arpeggio, Comp::Alberti, Comp::Nocturne]),
        (_, Palette::Orchestra) => chance.pick(&[Comp::Strings, Comp::Repeated, Comp::Block]),
        (_, Palette::Jazz) => chance.pick(&[Comp::Jazz, Comp::Block]),
        (_, Palette::Electronic) => chance.pick(&[Comp::Pad, Comp::Sequence, Comp::OffBeat]),
        (_, Palette::Folk) => chance.pick(&[Comp::Strum, Comp::Arpeggio]),
        _ => chance.pick(&[Comp::Block, Comp::Strum, Comp::Pad, Comp::Arpeggio, Comp::Repeated]),
    };
    let part = match comp {
        Comp::Strum => Part::Guitar,
        Comp::Drive => Part::Riff,
        Comp::Pad | Comp::Strings => Part::Pad,
        _ => Part::Keys,
    };
    let mut accompanist = Accompanist::new(comp, part);
    accompanist.centre = match topic {
        Topic::Register(true) => chance.range(41.0, 47.0),
        Topic::Register(false) => chance.range(80.0, 90.0),
        _ => chance.range(56.0, 65.0),
    };
    let is_bare = matches!(topic, Topic::Choir | Topic::Register(_));
    let has_bass = matches!(topic, Topic::Choir | Topic::PowerChords) || !is_bare && chance.often(0.75);
    let line = match palette {
        Palette::Jazz if meter.beats > 2 => BassLine::Walking,
        Palette::Rock if meter.parts == 2 => BassLine::Eighths,
        _ => chance.pick(&[BassLine::Root, BassLine::Long]),
    };
    let has_drums = !is_bare && !matches!(palette, Palette::Piano | Palette::Orchestra) && chance.often(0.6);
    let groove = match (meter.signature, palette) {
        ("6/8", _) => Groove::Compound,
        ("3/4", _) => Groove::Waltz,
        (_, Palette::Jazz) => Groove::Jazz,
        (_, Palette::Electronic) => Groove::House,
        _ => Groove::Rock,
    };
    let drummer = Drummer::new(bpm, chance);
    let has_tune = topic == Topic::PowerChords || !is_bare && chance.often(0.65);
    let is_sung = !matches!(palette, Palette::Orchestra | Palette::Piano) && chance.often(0.3);
    let (lead, centre) = if is_sung { (Part::Voice, 64) } else { (Part::Lead, 73) };
    let tune_style = TuneStyle {
        density: chance.range(0.25, 0.5),
        centre,
        bars: 4,
        is_quick: false,
        syncopation: chance.range(0.3, 0.5),
        variety: chance.range(0.0, 0.5),
    };
    let tune = Tune::new(meter, tune_style, chance);
    let mut band = Band::new(sheet, chance.fork());
    for (index, &bar) in bars.iter().enumerate() {
        let place = Place::new(bar, index);
        if index + 1 == bars.len() {
            accompanist.end(place, &mut band);
        } else {
            accompanist.play(place, &mut band);
            if has_drums {
                drummer.play(groove, place, &mut band);
            }
        }
        if has_bass {
            bass::play(if topic == Topic::Choir { BassLine::Root } else { line }, place, &mut band);
        } else {
            bass::left_hand(part, accompanist.centre, place, &mut band);
        }
        if has_tune && index + 1 < bars.len() {
            tune.play(place, lead, 80.0, &mut band);
        }
    }
    band.notes
}
