//! Bands: one style, with what tempo, meter and feel may do in a song.

use serde_json::json;

use super::styles::{self, Style};
use crate::chance::Chance;
use crate::meter::{Bar, FIVE, FOUR, Meter, NINE_EIGHT, SIX_EIGHT, THREE, TWO, bars};
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
use crate::sound::effects::Effect;
use crate::theory::{Key, Mode};
use crate::timeline::{Feel, Motion, Timeline, plan};
use crate::truth;
use crate::{Composition, Split};

/// What happens to meter or feel in the middle of a song.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Turn {
    None,
    /// Another meter, at the same beat.
    Meter(&'static Meter),
    /// Drums at half or double time over the same beat.
    Feel(Groove),
}

/// Everything about a song but its notes.
struct Outline {
    style: &'static Style,
    bars: Vec<Bar>,
    /// First bar after the turn.
    turn_at: usize,
    turn: Turn,
    has_pickup: bool,
    is_drums_only: bool,
    /// Bars at the start without drums, and where drums rest in the middle.
    drums_from: usize,
    rest: std::ops::Range<usize>,
}

pub(super) fn compose(split: Split, even: f64, as_in_life: bool, chance: &mut Chance) -> Composition {
    let (bpm, style) = styles::pick(even, as_in_life, chance);
    let motion = pick_motion(style, chance);
    let outline = outline(style, bpm, motion, chance);
    let plan = plan(motion, bpm, &outline.bars, chance);
    let feel = pick_feel(style, chance);
    let line = Timeline::new(chance.range(0.05, 1.5), &plan.periods, feel, style.meter.is_compound());

    let mode = if chance.often(0.6) { Mode::Major } else { Mode::Minor };
    let key = Key::new(chance.below(12) as i32, mode);
    let sheet = harmonise(&outline, key, bpm, chance);
    let (notes, has_chords) = play(&outline, &sheet, bpm, chance);
    let is_machine = style.palette == Palette::Electronic;
    let touch = Touch { timing: if is_machine { 0.0 } else { chance.range(0.0, 0.009) }, velocity: 5.0 };
    let sounding = perform(&notes, &line, touch, chance);

    let duration = line.beats[line.beats.len() - 1] + TAIL;
    let mut sound = Sound::varied(split, chance);
    if is_machine && matches!(style.groove, Some(Groove::House)) && chance.often(0.5) {
        let duck = Effect::Duck { times: line.beats.clone(), depth: 0.6, seconds: 0.6 * 60.0 / bpm };
        sound.effects.insert(0, duck);
    }

    let first = if outline.has_pickup { style.meter.beats - 1 } else { 0 };
    let mut truth = json!({ "style": style.name, "kind": kind(&outline, motion) });
    truth["ensemble"] = ensemble(&outline).into();
    truth::rhythm(&mut truth, &line, &outline.bars, &plan.changes, first);
    truth["swing_ratio"] =
        if style.meter.parts == 2 { json!(truth::seconds(feel.swing_ratio())) } else { json!(null) };
    truth["sixteenth_ratio"] = json!(truth::seconds(feel.sixteenth / (1.0 - feel.sixteenth)));
    if outline.is_drums_only {
        truth["key"] = json!(null);
        truth["keys"] = json!([]);
        truth["chords"] = json!([{ "start": 0.0, "end": truth::seconds(duration), "label": "N" }]);
    } else {
        if has_chords {
            truth::chords(&mut truth, &line, &sheet, duration);
        }
        truth::keys(&mut truth, &line, &[(0.0, key)], duration);
    }
    let instruments = style.palette.instruments(chance);
    let cents = if chance.often(0.4) { chance.range(-30.0, 30.0) } else { 0.0 };
    let notes = cast(sounding, style.palette, &mut sound, chance);
    Draft { notes, instruments, pedals: Vec::new(), cents, sound, duration, truth }.finish()
}

fn pick_motion(style: &Style, chance: &mut Chance) -> Motion {
    let motion = [Motion::Steady, Motion::Drift, Motion::Jump, Motion::Ramp];
    if style.palette == Palette::Electronic {
        return motion[chance.weighted(&[0.8, 0.0, 0.14, 0.06])];
    }
    motion[chance.weighted(&[0.47, 0.28, 0.17, 0.08])]
}

fn pick_feel(style: &Style, chance: &mut Chance) -> Feel {
    let mut feel = Feel { eighth: chance.range(style.swing.0, style.swing.1 + 1e-12), ..Feel::STRAIGHT };
    let may_swing = matches!(style.groove, Some(Groove::HipHop | Groove::Funk | Groove::House));
    if may_swing && chance.often(0.35) {
        feel.sixteenth = chance.range(0.53, 0.62);
    }
    feel
}

fn kind(outline: &Outline, motion: Motion) -> &'static str {
    match outline.turn {
        Turn::Meter(_) => "meter change",
        Turn::Feel(_) => "feel change",
        Turn::None => motion.name(),
    }
}

fn ensemble(outline: &Outline) -> &'static str {
    match (outline.style.groove, outline.is_drums_only, outline.style.palette) {
        (_, true, _) => "drums only",
        (None, ..) => "drumless",
        (.., Palette::Electronic) => "electronic",
        _ => "band",
    }
}

/// Meters that another may turn into at the same beat.
fn neighbours(meter: &'static Meter) -> &'static [&'static Meter] {
    match meter.signature {
        "4/4" => &[&THREE, &THREE, &TWO, &FIVE, &SIX_EIGHT],
        "3/4" => &[&FOUR, &FOUR, &TWO],
        "2/4" => &[&THREE, &SIX_EIGHT],
        "6/8" => &[&NINE_EIGHT, &FOUR],
        "5/4" => &[&FOUR],
        _ => &[],
    }
}

fn outline(style: &'static Style, bpm: f64, motion: Motion, chance: &mut Chance) -> Outline {
    let may_turn = matches!(motion, Motion::Steady | Motion::Drift);
    let turn = match chance.unit() {
        x if may_turn && x < 0.09 && !neighbours(style.meter).is_empty() => {
            Turn::Meter(chance.pick(neighbours(style.meter)))
        }
        x if may_turn && x < 0.15 && style.groove == Some(Groove::Rock) && style.meter.beats == 4 => {
            let groove = if bpm > 105.0 || chance.often(0.3) { Groove::HalfTime } else { Groove::DoubleTime };
            Turn::Feel(groove)
        }
        _ => Turn::None,
    };
    let is_long = turn != Turn::None || matches!(motion, Motion::Jump | Motion::Ramp);
    let seconds = if is_long { chance.range(48.0, 62.0) } else { chance.range(32.0, 48.0) };
    let n_beats = seconds * bpm / 60.0;
    let n_bars = ((n_beats / style.meter.beats as f64) as usize / 2 * 2).max(8);
    // The first meter holds for longer, so that it is the song's.
    let turn_at = if turn == Turn::None { n_bars } else { (n_bars as f64 * 0.56) as usize / 2 * 2 };
    let mut meters: Vec<&'static Meter> = vec![style.meter; turn_at];
    if let Turn::Meter(meter) = turn {
        let beats_left = (n_bars - turn_at) * style.meter.beats;
        meters.extend(std::iter::repeat_n(meter, (beats_left / meter.beats).max(4)));
    } else {
        meters.resize(n_bars, style.meter);
    }
    // The bar of the last chord.
    meters.extend(meters.last().copied());
    let is_drums_only = style.groove.is_some() && chance.often(0.1);
    let drums_from = if !is_drums_only && chance.often(0.18) { chance.pick(&[2, 4]) } else { 0 };
    let rest = if chance.often(0.12) && n_bars > 14 { n_bars / 2..n_bars / 2 + 2 } else { 0..0 };
    Outline {
        style,
        bars: bars(meters),
        turn_at,
        turn,
        has_pickup: chance.often(0.22),
        is_drums_only,
        drums_from,
        rest,
    }
}

fn harmonise(outline: &Outline, key: Key, bpm: f64, chance: &mut Chance) -> Sheet {
    let style = outline.style;
    let beats = style.meter.beats;
    let per_chord = if beats >= 4 && style.meter.parts == 2 {
        if bpm < 75.0 {
            chance.pick(&[1.0, 1.0, 0.5])
        } else if bpm > 150.0 {
            chance.pick(&[1.0, 2.0])
        } else {
            chance.pick(&[1.0, 1.0, 1.0, 2.0, 0.5])
        }
    } else if beats == 2 {
        // A longer chord would make a longer bar.
        chance.pick(&[1.0, 1.0, 1.0, 2.0])
    } else {
        chance.pick(&[1.0, 1.0, 2.0])
    };
    let from = usize::from(outline.has_pickup);
    let last = outline.bars.len() - 1;
    let turn_at = outline.turn_at.clamp(from, last);
    let second = if chance.often(0.5) { last.min((last + from) / 16 * 8 + from) } else { turn_at };
    let (a, b) = (pick(style.idiom, key.mode, chance), pick(style.idiom, key.mode, chance));
    let mut sheet = Sheet::default();
    let cut = if outline.turn == Turn::None { second.clamp(from, last) } else { turn_at };
    lay(&mut sheet, &a, key, &outline.bars[from..cut], per_chord);
    lay(&mut sheet, &b, key, &outline.bars[cut..last], per_chord);
    let tonic = if key.mode == Mode::Major { "I" } else { "i" };
    lay(&mut sheet, &[tonic], key, &outline.bars[last..], 1.0);
    sheet
}

/// What plays a meter that a song turns into.
fn groove_in(meter: &Meter, usual: Groove) -> Groove {
    match meter.signature {
        "5/4" => Groove::Five,
        "6/8" | "9/8" | "12/8" => Groove::Compound,
        "2/4" if usual != Groove::Rock => Groove::March,
        "3/4" if usual != Groove::Rock => Groove::Waltz,
        _ => match usual {
            Groove::Compound | Groove::Waltz | Groove::March | Groove::Polka | Groove::Five => Groove::Rock,
            other => other,
        },
    }
}

/// The same for accompaniment and bass, whose patterns may belong to a meter.
fn comp_in(meter: &Meter, usual: Comp) -> Comp {
    match usual {
        Comp::At(_) | Comp::Bossa | Comp::Stabs if meter.signature != "4/4" => Comp::Block,
        Comp::At(_) => Comp::Block,
        other => other,
    }
}

fn bass_in(meter: &Meter, usual: BassLine) -> BassLine {
    match usual {
        BassLine::Kick(_) | BassLine::Bossa | BassLine::At(_) | BassLine::Lilt if meter.parts == 2 => {
            BassLine::Root
        }
        BassLine::Eighths | BassLine::Octaves | BassLine::OffBeats | BassLine::Sixteenths
            if meter.parts == 3 =>
        {
            BassLine::Lilt
        }
        other => other,
    }
}

/// What is played, and whether the chords are heard whole.
fn play(outline: &Outline, sheet: &Sheet, bpm: f64, chance: &mut Chance) -> (Vec<Note>, bool) {
    let style = outline.style;
    let drummer = Drummer::new(bpm, chance);
    let comp = chance.pick(style.comps);
    let mut bass_line = chance.pick(style.bass);
    if style.meter.signature == "7/8" {
        bass_line = BassLine::At(drummer.seven().0);
    } else if style.groove == Some(Groove::Rock) && style.meter.beats == 4 && chance.often(0.3) {
        bass_line = BassLine::Kick(drummer.kick());
    }
    let mut accompanist = Accompanist::new(comp, comp.part());
    accompanist.is_busy = bpm < 100.0 && chance.often(0.3);
    accompanist.centre = chance.range(56.0, 65.0);
    // Where the accompaniment has no notes of its own on the beat, a second one helps.
    let second = chance.often(0.4).then(|| {
        let comp = chance.pick(&[Comp::Pad, Comp::Pad, Comp::Repeated, Comp::Block]);
        Accompanist::new(comp, if comp == Comp::Pad { Part::Pad } else { Part::Second })
    });
    let is_solo = style.groove.is_none() && !matches!(style.idiom, Idiom::Jazz | Idiom::Electronic);
    let has_bass = !is_solo || chance.often(0.45);
    let has_tune = chance.often(0.75);
    let tune_style = TuneStyle {
        density: chance.range(0.25, 0.55) * if bpm > 140.0 { 0.8 } else { 1.0 },
        centre: 72 + chance.below(7) as i32,
        bars: chance.pick(&[2, 4, 4, 8]),
        is_quick: bpm < 90.0 && chance.often(0.4),
        syncopation: chance.range(0.25, 0.6),
        variety: if bpm < 140.0 { chance.range(0.0, 0.6) } else { 0.0 },
    };
    let can_sing = !matches!(style.palette, Palette::Orchestra | Palette::Piano);
    let (lead, centre) = if can_sing && chance.often(0.3) {
        (Part::Voice, 62 + chance.below(7) as i32)
    } else {
        (Part::Lead, tune_style.centre)
    };
    let tune_style = TuneStyle { centre, ..tune_style };
    let tunes = [
        Tune::new(style.meter, tune_style, chance),
        match outline.turn {
            Turn::Meter(meter) => Tune::new(meter, tune_style, chance),
            _ => Tune::new(style.meter, tune_style, chance),
        },
    ];

    let last = outline.bars.len() - 1;
    let pickup = usize::from(outline.has_pickup);
    let mut band = Band::new(sheet, chance.fork());
    for (number, &bar) in outline.bars.iter().enumerate() {
        let is_turned = number >= outline.turn_at;
        let index = if is_turned { number - outline.turn_at } else { number.saturating_sub(pickup) };
        let place = Place::new(bar, index);
        if number < pickup {
            play_pickup(place, outline, &mut band);
            continue;
        }
        if number == last {
            if !outline.is_drums_only {
                accompanist.end(place, &mut band);
                bass::play(BassLine::Long, place, &mut band);
            }
            if style.groove.is_some() {
                Drummer::end(place, &mut band);
            }
            continue;
        }
        let groove = style.groove.map(|usual| match outline.turn {
            Turn::Meter(meter) if is_turned => groove_in(meter, usual),
            Turn::Feel(groove) if is_turned => groove,
            _ => usual,
        });
        let rests = outline.rest.contains(&number) || number < outline.drums_from;
        if let Some(groove) = groove.filter(|_| !rests) {
            drummer.play(groove, place, &mut band);
        }
        if outline.is_drums_only {
            continue;
        }
        let has_turned_meter = is_turned && matches!(outline.turn, Turn::Meter(_));
        let mut player = accompanist;
        let mut line = bass_line;
        if has_turned_meter {
            player.comp = comp_in(bar.meter, player.comp);
            line = bass_in(bar.meter, line);
        }
        player.play(place, &mut band);
        if let Some(second) = second {
            second.play(place, &mut band);
        }
        if has_bass {
            bass::play(line, place, &mut band);
        }
        if has_tune {
            tunes[usize::from(is_turned)].play(place, lead, 84.0, &mut band);
        }
    }
    let has_chords = !matches!(comp, Comp::Drive | Comp::None) || second.is_some();
    (band.notes, has_chords && !outline.is_drums_only)
}

/// The beat before the first bar: a run in the tune, or the drums' count.
fn play_pickup(place: Place, outline: &Outline, band: &mut Band<'_>) {
    let from = place.beats() - 1.0;
    let Some((_, key)) = band.sheet.spans.first().map(|span| (span.chord, span.key)) else { return };
    let parts = outline.style.meter.parts.max(1);
    let is_drummed = outline.is_drums_only || outline.style.groove.is_some() && band.chance.often(0.4);
    for k in 0..parts {
        let at = place.start + from + k as f64 / parts as f64;
        if !outline.is_drums_only {
            let step = band.chance.below(5) as i32 + 2;
            band.play(Part::Lead, at, 1.0 / parts as f64, key.pitch(step, 5), 90.0);
        }
        if is_drummed {
            band.play(Part::Drums, at, 0.1, 38, 88.0);
        }
    }
}
