//! From notes to samples: soundfonts, effects, textures, files.

pub(crate) mod drum_machine;
pub(crate) mod effects;
pub(crate) mod fluid;
pub(crate) mod guitar;
pub(crate) mod kit;
pub(crate) mod layer;
mod record;
pub(crate) mod synth;
pub(crate) mod texture;
pub(crate) mod voice;
pub(crate) mod wav;

use crate::Split;
use crate::chance::Chance;
use effects::Effect;
use layer::Layer;
use texture::Texture;

/// Rate of everything rendered, in Hz: what the analysis works at.
pub(crate) const RATE: f64 = 22_050.0;

/// What a composition is made to sound like.
#[derive(Debug, Clone)]
pub(crate) struct Sound {
    pub(crate) soundfont: Soundfont,
    /// Whether the synthesiser adds its room.
    pub(crate) has_room: bool,
    /// Sound that is not made of notes.
    pub(crate) texture: Option<Texture>,
    /// What the soundfont does not play.
    pub(crate) layers: Vec<Layer>,
    /// What is done to the mix, in order.
    pub(crate) effects: Vec<Effect>,
    /// Peak of the result.
    pub(crate) peak: f32,
    /// Seed of noises.
    pub(crate) seed: u64,
}

/// Soundfonts of Debian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Soundfont {
    /// `fluid-soundfont-gm`, 140 MB.
    Fluid,
    /// `timgm6mb-soundfont`, 6 MB.
    Tim,
    /// `musescore-general-soundfont-small`, 40 MB.
    MuseScore,
    /// `opl3-soundfont`, 135 MB: a sound card of 1990.
    Opl3,
}

impl Soundfont {
    pub(crate) const fn of(split: Split) -> Self {
        match split {
            Split::Train => Self::Fluid,
            Split::Test => Self::Tim,
            Split::First => Self::MuseScore,
        }
    }

    pub(crate) const fn file(self) -> &'static str {
        match self {
            Self::Fluid => "FluidR3_GM.sf2",
            Self::Tim => "TimGM6mb.sf2",
            Self::MuseScore => "MuseScore_General_Lite.sf3",
            Self::Opl3 => "OPL-3_FM_128M.sf2",
        }
    }

    pub(crate) const fn package(self) -> &'static str {
        match self {
            Self::Fluid => "fluid-soundfont-gm",
            Self::Tim => "timgm6mb-soundfont",
            Self::MuseScore => "musescore-general-soundfont-small",
            Self::Opl3 => "opl3-soundfont",
        }
    }
}

impl Sound {
    /// A clean sound: what comes out of the synthesiser.
    pub(crate) fn clean(split: Split, chance: &mut Chance) -> Self {
        Self {
            soundfont: Soundfont::of(split),
            has_room: chance.often(0.5),
            texture: None,
            layers: Vec::new(),
            effects: Vec::new(),
            peak: chance.range(0.3, 0.9) as f32,
            seed: chance.fork().below(usize::MAX) as u64,
        }
    }

    /// A sound of which some are clean and some went through tape, amplifiers, telephones, rooms.
    pub(crate) fn varied(split: Split, chance: &mut Chance) -> Self {
        let mut sound = Self::clean(split, chance);
        if chance.often(0.5) {
            sound.effects.push(Effect::Tilt { db: chance.range(-9.0, 9.0) });
        }
        if chance.often(0.35) {
            let (seconds, wet) = (chance.range(0.4, 2.2), chance.range(0.05, 0.3) as f32);
            sound.effects.push(Effect::Reverb { seconds, wet });
        }
        if chance.often(0.35) {
            sound.effects.push(Effect::Compress {
                threshold_db: chance.range(-30.0, -14.0),
                ratio: chance.range(2.0, 8.0),
                release: chance.range(0.05, 0.3),
            });
        }
        if chance.often(0.35) {
            sound.effects.push(Effect::Drive(chance.range(1.0, 4.0) as f32));
        }
        if chance.often(0.45) {
            sound.effects.push(Effect::Noise { level: 10f64.powf(chance.range(-4.0, -2.1)) as f32 });
        }
        if chance.often(0.06) {
            sound.effects.push(Effect::Crackle { rate: chance.range(2.0, 12.0) });
        }
        if chance.often(0.3) {
            sound
                .effects
                .push(Effect::Band { low: chance.range(40.0, 180.0), high: chance.range(2500.0, 9500.0) });
        }
        if chance.often(0.04) {
            // A telephone.
            sound.effects.push(Effect::Band { low: 300.0, high: 3400.0 });
        }
        sound.record(chance);
        if chance.often(0.08) {
            sound.effects.push(Effect::Fade {
                seconds_in: chance.range(0.0, 3.0),
                seconds_out: chance.range(1.0, 6.0),
            });
        }
        sound.peak = 10f64.powf(chance.range(-1.1, -0.05)) as f32;
        if sound.effects.iter().any(|effect| matches!(effect, Effect::Limit { .. })) {
            // What was limited was meant to be loud.
            sound.peak = sound.peak.max(0.85);
        }
        sound
    }

    /// Tape, vinyl, today's loudness, lossy files.
    fn record(&mut self, chance: &mut Chance) {
        if chance.often(0.12) {
            // Tape: saturation, wow, flutter, hiss.
            self.effects.push(Effect::Drive(chance.range(1.2, 2.5) as f32));
            self.effects
                .push(Effect::Wow { depth: chance.range(0.0003, 0.002), rate: chance.range(0.4, 1.5) });
            self.effects
                .push(Effect::Wow { depth: chance.range(0.0002, 0.001), rate: chance.range(5.0, 9.0) });
            self.effects.push(Effect::Noise { level: 10f64.powf(chance.range(-3.3, -2.4)) as f32 });
        } else if chance.often(0.06) {
            // Vinyl, 33 1/3 turns a minute.
            self.effects.push(Effect::Wow { depth: chance.range(0.0005, 0.003), rate: 0.555 });
            self.effects.push(Effect::Crackle { rate: chance.range(1.0, 8.0) });
        }
        if chance.often(0.4) {
            let (gain_db, release) = (chance.range(3.0, 12.0), chance.range(0.03, 0.2));
            self.effects.push(Effect::Limit { gain_db, release });
        }
        if chance.often(0.4) {
            self.effects.push(Effect::Code {
                snr_db: chance.range(6.0, 20.0),
                cut: chance.range(5500.0, 11_000.0),
                floor_db: chance.range(45.0, 80.0),
            });
        }
    }
}
