//! Meters: how bars divide.

/// A meter.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Meter {
    /// As written, `6/8`.
    pub(crate) signature: &'static str,
    /// Felt beats in a bar: dotted quarters in 6/8, 9/8 and 12/8, eighths in 7/8.
    pub(crate) beats: usize,
    /// Parts that a beat divides into: 3 in compound meters, 2 elsewhere, 1 where the beat is an eighth.
    pub(crate) parts: usize,
}

pub(crate) const TWO: Meter = Meter { signature: "2/4", beats: 2, parts: 2 };
pub(crate) const THREE: Meter = Meter { signature: "3/4", beats: 3, parts: 2 };
pub(crate) const FOUR: Meter = Meter { signature: "4/4", beats: 4, parts: 2 };
pub(crate) const FIVE: Meter = Meter { signature: "5/4", beats: 5, parts: 2 };
pub(crate) const SIX_EIGHT: Meter = Meter { signature: "6/8", beats: 2, parts: 3 };
pub(crate) const NINE_EIGHT: Meter = Meter { signature: "9/8", beats: 3, parts: 3 };
pub(crate) const TWELVE_EIGHT: Meter = Meter { signature: "12/8", beats: 4, parts: 3 };
pub(crate) const SEVEN: Meter = Meter { signature: "7/8", beats: 7, parts: 1 };

impl Meter {
    /// Whether beats divide in three.
    pub(crate) const fn is_compound(&self) -> bool {
        self.parts == 3
    }

    /// Positions in beats at which a bar of it divides into parts, from 0.
    pub(crate) fn grid(&self) -> impl Iterator<Item = f64> + use<> {
        let parts = self.parts;
        (0..self.beats * parts).map(move |k| k as f64 / parts as f64)
    }
}

/// A bar of a song.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bar {
    pub(crate) meter: &'static Meter,
    /// Its first beat, counted from the first of the song.
    pub(crate) start: usize,
}

impl Bar {
    /// The beat after its last.
    pub(crate) const fn end(self) -> usize {
        self.start + self.meter.beats
    }
}

/// Bars one after the other in these meters.
pub(crate) fn bars(meters: impl IntoIterator<Item = &'static Meter>) -> Vec<Bar> {
    let mut start = 0;
    meters
        .into_iter()
        .map(|meter| {
            let bar = Bar { meter, start };
            start = bar.end();
            bar
        })
        .collect()
}
