//! What the players of a band do in a bar.

pub(crate) mod bass;
pub(crate) mod comp;
pub(crate) mod drums;
pub(crate) mod melody;

use crate::meter::{Bar, Meter};

/// A bar within its song.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) meter: &'static Meter,
    /// First beat of the bar, from the start of the song.
    pub(crate) start: f64,
    /// Bars since the song or its section began.
    pub(crate) index: usize,
}

impl Place {
    pub(crate) const fn new(bar: Bar, index: usize) -> Self {
        Self { meter: bar.meter, start: bar.start as f64, index }
    }

    /// Beats in the bar.
    pub(crate) const fn beats(self) -> f64 {
        self.meter.beats as f64
    }

    /// Positions in the bar, from 0, that are `step` beats apart.
    pub(crate) fn every(self, step: f64) -> impl Iterator<Item = f64> + use<> {
        let n = (self.beats() / step - 1e-6).ceil().max(0.0) as usize;
        (0..n).map(move |k| k as f64 * step)
    }
}
