//! Who plays in a section, by its function.

use crate::chance::Chance;
use crate::meter::Meter;
use crate::players::drums::Groove;
use crate::players::melody::{Tune, TuneStyle};

/// How drums are played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Drums {
    None,
    Soft,
    Full,
    Loud,
    Half,
    /// A roll up to the next section.
    Roll,
}

/// Whose the tune is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tunes {
    None,
    Sung,
    Solo,
    Riff,
    SungWithRiff,
}

/// What plays in a section.
#[derive(Debug, Clone)]
pub(super) struct Layers {
    pub(super) drums: Drums,
    pub(super) bass: bool,
    pub(super) comp: bool,
    /// Whether accompaniment and drums are those of loud sections.
    pub(super) is_big: bool,
    pub(super) pad: bool,
    pub(super) tunes: Tunes,
    /// Factor on loudness.
    pub(super) level: f64,
    /// Riff or solo.
    pub(super) second: Tune,
    /// How much sections differ, 0–1.
    contrast: f64,
}

/// The half-time form of a groove.
pub(super) const fn half_time(groove: Groove) -> Groove {
    match groove {
        Groove::Rock => Groove::HalfTime,
        other => other,
    }
}

impl Layers {
    /// Layers for a function; the less `contrast`, the more alike those of other functions.
    pub(super) fn new(label: &str, meter: &'static Meter, contrast: f64, chance: &mut Chance) -> Self {
        use Drums as D;
        use Tunes as T;
        let mut flip = |p: f64| chance.often(p);
        let (bass, comp, is_big, pad) = match label {
            "intro" | "outro" => (flip(0.55), flip(0.85), flip(0.3), flip(0.3)),
            "verse" => (flip(0.9), true, false, flip(0.2)),
            "pre-chorus" => (flip(0.8), true, flip(0.4), flip(0.6)),
            "chorus" => (true, true, true, flip(0.8)),
            "post-chorus" => (true, true, true, flip(0.6)),
            "bridge" => (flip(0.7), flip(0.8), flip(0.3), flip(0.8)),
            "breakdown" => (flip(0.3), flip(0.5), false, true),
            _ => (flip(0.9), true, flip(0.5), flip(0.35)),
        };
        let drums = match label {
            "intro" => chance.pick(&[D::None, D::None, D::Soft, D::Full]),
            "outro" => chance.pick(&[D::None, D::Soft, D::Full, D::Full]),
            "verse" => chance.pick(&[D::Soft, D::Soft, D::Full]),
            "pre-chorus" => chance.pick(&[D::Full, D::Soft, D::Roll]),
            "chorus" | "post-chorus" => chance.pick(&[D::Loud, D::Loud, D::Full]),
            "bridge" => chance.pick(&[D::None, D::Soft, D::Half, D::Full]),
            "breakdown" => chance.pick(&[D::None, D::None, D::Soft]),
            _ => D::Full,
        };
        let tunes = match label {
            "intro" | "outro" | "instrumental" => chance.pick(&[T::None, T::Riff, T::Riff]),
            "post-chorus" => chance.pick(&[T::Riff, T::SungWithRiff]),
            "solo" => T::Solo,
            "breakdown" => chance.pick(&[T::None, T::None, T::Sung]),
            "chorus" => chance.pick(&[T::Sung, T::Sung, T::SungWithRiff]),
            _ => T::Sung,
        };
        let level = match label {
            "intro" | "outro" => chance.range(0.7, 0.95),
            "verse" => chance.range(0.78, 0.92),
            "pre-chorus" => chance.range(0.85, 0.97),
            "chorus" | "post-chorus" => 1.0,
            "breakdown" => chance.range(0.65, 0.85),
            _ => chance.range(0.8, 1.0),
        };
        let style = TuneStyle {
            density: if tunes == T::Solo { 0.65 } else { chance.range(0.4, 0.7) },
            centre: 70 + chance.below(8) as i32,
            bars: if tunes == T::Solo { 8 } else { 2 },
            is_quick: tunes == T::Solo,
            syncopation: chance.range(0.3, 0.6),
            variety: chance.range(0.0, 0.5),
        };
        Self {
            drums,
            bass,
            comp,
            is_big,
            pad,
            tunes,
            level: 1.0 - contrast * (1.0 - level),
            second: Tune::new(meter, style, chance),
            contrast,
        }
    }

    /// The layers of a section of this function, heard for the time `pass` (from 0): material that was
    /// sung may now be played, and what returns is often fuller.
    pub(super) fn at(&self, label: &str, pass: usize, chance: &mut Chance) -> Self {
        let mut layers = self.clone();
        match label {
            "solo" => layers.tunes = Tunes::Solo,
            "intro" | "outro" | "instrumental" if layers.tunes == Tunes::Sung => {
                layers.tunes = chance.pick(&[Tunes::None, Tunes::Riff]);
            }
            "verse" | "chorus" | "bridge" | "pre-chorus"
                if matches!(layers.tunes, Tunes::None | Tunes::Riff | Tunes::Solo) =>
            {
                layers.tunes = Tunes::Sung;
            }
            // A loop: players come and go.
            "section" if pass > 0 => {
                layers.tunes = chance.pick(&[Tunes::None, Tunes::Riff, Tunes::Sung, Tunes::Solo]);
                layers.drums = chance.pick(&[Drums::None, Drums::Soft, Drums::Full, Drums::Loud]);
                layers.bass = chance.often(0.8);
                layers.pad = chance.often(0.5);
            }
            _ => {}
        }
        if pass > 0 {
            if layers.drums == Drums::Soft && chance.often(0.3) {
                layers.drums = Drums::Full;
            }
            layers.pad |= chance.often(0.2);
            layers.bass |= chance.often(0.6);
            layers.level = (layers.level + 0.03).min(1.0);
        }
        if label == "outro" && layers.drums == Drums::Roll {
            layers.drums = Drums::Soft;
        }
        // Where sections hardly differ, drums go on through the song.
        if chance.often(0.6 * (1.0 - self.contrast))
            && matches!(layers.drums, Drums::None | Drums::Soft | Drums::Loud)
        {
            layers.drums = Drums::Full;
        }
        layers
    }

    /// The same with or without a singer, if that is decided.
    pub(super) fn sung(mut self, is_sung: Option<bool>) -> Self {
        self.tunes = match (is_sung, self.tunes) {
            (Some(true), Tunes::None) => Tunes::Sung,
            (Some(true), Tunes::Riff | Tunes::Solo) => Tunes::SungWithRiff,
            (Some(false), Tunes::Sung) => Tunes::None,
            (Some(false), Tunes::SungWithRiff) => Tunes::Riff,
            (_, tunes) => tunes,
        };
        self
    }
}
