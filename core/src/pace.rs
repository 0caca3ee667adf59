//! Cooperative slicing: how long computations stay responsive without threads or a clock.
//!
//! A stage that may run for more than some 20 ms is an `async fn` that takes a [`Pace`] and calls
//! [`Pace::spend`] in its outer loop with an estimate of the work just done. After about
//! [`SLICE_OPS`] operations `spend` yields once, which ends the current
//! [`Analysis::step`](crate::Analysis::step). Nothing else is ever awaited, so the order of
//! computation, and with it every number, is the same however often the caller steps.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

/// How far an analysis is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// What it works on.
    pub stage: Stage,
    /// Share of the whole analysis that is done, in [0, 1], monotone.
    pub fraction: f32,
}

/// Stage of an analysis, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Decoding and framewise features.
    Features,
    /// Tempo, beats, meter.
    Rhythm,
    /// Tuning, keys, chords.
    Harmony,
    /// Sections.
    Structure,
}

impl Stage {
    pub(crate) const ALL: [Self; 4] = [Self::Features, Self::Rhythm, Self::Harmony, Self::Structure];

    /// Where the stage starts and ends as shares of the whole, from typical run times.
    pub(crate) const fn span(self) -> (f32, f32) {
        match self {
            Self::Features => (0.0, 0.75),
            Self::Rhythm => (0.75, 0.87),
            Self::Harmony => (0.87, 0.96),
            Self::Structure => (0.96, 1.0),
        }
    }

    /// Lower-case name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Features => "features",
            Self::Rhythm => "rhythm",
            Self::Harmony => "harmony",
            Self::Structure => "structure",
        }
    }
}

/// Estimated operations (multiply-adds) between two yields: some 5–10 ms natively.
pub const SLICE_OPS: u64 = 8_000_000;

/// Handle that a stage spends its work on and tells its progress to. Clones share their state.
#[derive(Debug, Clone, Default)]
pub struct Pace(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    spent: AtomicU64,
    stage: AtomicU32,
    /// Within the stage, as the bits of an `f32` in [0, 1].
    fraction: AtomicU32,
}

impl Pace {
    /// Accounts for `ops` operations (multiply-adds, roughly) and yields when a slice is used up.
    pub async fn spend(&self, ops: usize) {
        let spent = self.0.spent.load(Ordering::Relaxed) + ops as u64;
        if spent < SLICE_OPS {
            self.0.spent.store(spent, Ordering::Relaxed);
        } else {
            self.0.spent.store(0, Ordering::Relaxed);
            YieldOnce(false).await;
        }
    }

    /// Tells how much of the current stage is done, in [0, 1].
    pub fn progress(&self, fraction: f32) {
        self.0.fraction.store(fraction.clamp(0.0, 1.0).to_bits(), Ordering::Relaxed);
    }

    /// Ends the current step, so that each stage has steps of its own, and starts `stage`.
    pub(crate) async fn enter(&self, stage: Stage) {
        self.0.spent.store(0, Ordering::Relaxed);
        YieldOnce(false).await;
        self.0.stage.store(stage as u32, Ordering::Relaxed);
        self.progress(0.0);
    }

    pub(crate) fn now(&self) -> (Stage, f32) {
        let stage = Stage::ALL[self.0.stage.load(Ordering::Relaxed) as usize % Stage::ALL.len()];
        (stage, f32::from_bits(self.0.fraction.load(Ordering::Relaxed)))
    }
}

struct YieldOnce(bool);

impl Future for YieldOnce {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// Runs a paced computation to its end.
pub fn complete<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yields_once_a_slice() {
        let pace = Pace::default();
        let mut future = pin!(async {
            for _ in 0..10 {
                pace.spend(SLICE_OPS as usize / 2).await;
            }
        });
        let mut context = Context::from_waker(Waker::noop());
        let mut n_polls = 1;
        while future.as_mut().poll(&mut context).is_pending() {
            n_polls += 1;
        }
        assert_eq!(n_polls, 6);
    }
}
