//! Which instruments play together.

use crate::chance::Chance;
use crate::midi::Instrument;
use crate::score::Part;

/// Families of instruments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Palette {
    Pop,
    Rock,
    Electronic,
    Jazz,
    Folk,
    Orchestra,
    Piano,
}

impl Palette {
    /// General MIDI programs that may play a part.
    const fn programs(self, part: Part) -> &'static [u8] {
        match (self, part) {
            (Self::Piano, Part::Keys | Part::Lead | Part::Second) => &[0, 0, 1, 2, 3],
            (Self::Electronic, Part::Drums) => &[24, 25, 0, 16],
            (Self::Rock, Part::Drums) => &[0, 8, 16],
            (Self::Jazz, Part::Drums) => &[32, 40, 0],
            (Self::Orchestra, Part::Drums) => &[48, 0],
            (_, Part::Drums) => &[0, 0, 8, 16],
            (Self::Electronic, Part::Keys) => &[81, 80, 90, 5, 4, 62],
            (Self::Jazz, Part::Keys) => &[0, 0, 26, 4, 11],
            (Self::Folk, Part::Keys) => &[0, 21, 24, 25, 105],
            (Self::Orchestra, Part::Keys) => &[48, 46, 6, 45, 0, 49],
            (Self::Rock, Part::Keys) => &[0, 16, 18, 4],
            (_, Part::Keys) => &[0, 0, 4, 1, 5, 11],
            (Self::Electronic, Part::Bass) => &[38, 39, 87, 33],
            (Self::Jazz | Self::Folk, Part::Bass) => &[32, 32, 33],
            (Self::Orchestra, Part::Bass) => &[43, 42, 58],
            (_, Part::Bass) => &[33, 34, 32, 36, 38],
            (Self::Electronic, Part::Pad) => &[88, 89, 90, 91, 94, 95, 50],
            (Self::Orchestra, Part::Pad) => &[48, 49, 52, 60],
            (_, Part::Pad) => &[48, 49, 50, 52, 89, 16],
            (Self::Jazz, Part::Guitar) => &[26],
            (_, Part::Guitar) => &[24, 25, 27],
            (Self::Electronic, Part::Riff) => &[81, 84, 62],
            (Self::Rock, Part::Riff) => &[29, 30, 30],
            (_, Part::Riff) => &[29, 27, 28],
            (Self::Electronic, Part::Lead) => &[80, 81, 84, 87, 54],
            (Self::Jazz, Part::Lead) => &[65, 66, 56, 57, 71, 11],
            (Self::Folk, Part::Lead) => &[73, 40, 110, 22, 78],
            (Self::Orchestra, Part::Lead) => &[40, 73, 68, 71, 60, 56, 42],
            (Self::Rock, Part::Lead) => &[52, 53, 54, 29, 80],
            (_, Part::Lead) => &[52, 53, 54, 73, 65, 80, 22, 56],
            (Self::Orchestra, Part::Second) => &[41, 70, 60],
            (_, Part::Voice | Part::Speech) => &[53],
            (_, Part::Second) => &[61, 48, 11, 4, 27],
        }
    }

    /// Instruments for every part.
    pub(crate) fn instruments(self, chance: &mut Chance) -> Vec<Instrument> {
        let parts = [
            (Part::Keys, 90.0),
            (Part::Bass, 98.0),
            (Part::Pad, 72.0),
            (Part::Guitar, 92.0),
            (Part::Riff, 68.0),
            (Part::Lead, 88.0),
            (Part::Second, 72.0),
            (Part::Drums, 100.0),
        ];
        parts
            .into_iter()
            .map(|(part, volume)| {
                let volume = volume * chance.range(0.82, 1.18);
                let mut instrument =
                    Instrument::new(part, chance.pick(self.programs(part)), volume.min(127.0) as u8);
                if !matches!(part, Part::Bass | Part::Drums | Part::Lead) {
                    instrument.pan = (64.0 + 30.0 * chance.range(-1.0, 1.0)) as u8;
                }
                instrument
            })
            .collect()
    }
}
