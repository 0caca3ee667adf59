//! Sleep between slices of work: the more there are to work, the longer.
//!
//! A host without a queue takes every upload at once, and runs as many slices at a time as it has
//! processors; what else it has to do waits for its turn among them. An analysis that is woken late
//! tells by it how many others wait, and sleeps longer, until only about as many as there are
//! processors are awake.

use std::time::{Duration, Instant};

use crate::clock::sleep;

/// The shortest sleep after which the host has had its turn.
const SHORTEST: Duration = Duration::from_millis(1);

/// The longest: what one analysis may lose by a burst of others.
const LONGEST: Duration = Duration::from_millis(1500);

/// So late may one be woken before others are thought to wait.
const PUNCTUAL: Duration = Duration::from_millis(15);

/// Most sleeps before the first slice, when many start at once.
const PATIENCE: u32 = 10;

/// How an analysis sleeps.
#[derive(Debug)]
pub(crate) struct Rest {
    pause: Duration,
    /// Whether a slice was worked already.
    started: bool,
    /// State of a generator of random numbers, so that those that were woken together part.
    dice: u32,
}

impl Default for Rest {
    fn default() -> Self {
        Self { pause: SHORTEST, started: false, dice: getrandom::u32().unwrap_or(1) }
    }
}

impl Rest {
    /// Sleeps, and learns from when it was woken.
    pub(crate) async fn take(&mut self) {
        let n_sleeps = if std::mem::replace(&mut self.started, true) { 1 } else { PATIENCE };
        for _ in 0..n_sleeps {
            let (start, pause) = (Instant::now(), self.scattered());
            sleep(pause).await;
            if self.learn(start.elapsed().saturating_sub(pause)) {
                break;
            }
        }
    }

    /// Adapts to having been woken `late`. Whether that was punctual.
    fn learn(&mut self, late: Duration) -> bool {
        let punctual = late <= PUNCTUAL;
        let pause = if punctual { self.pause * 9 / 10 } else { self.pause + late - PUNCTUAL };
        self.pause = pause.clamp(SHORTEST, LONGEST);
        punctual
    }

    /// The pause, up to a quarter shorter or longer.
    fn scattered(&mut self) -> Duration {
        // Constants of Numerical Recipes' quick generator.
        self.dice = self.dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.pause * (768 + (self.dice >> 23)) / 1024
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Analyses that work in slices of 20 ms on `n_processors`, first come, first served. The mean
    /// number of those that wait after the first second, and the share of time that is worked.
    fn simulate(n_analyses: usize, n_processors: usize) -> (f64, f64) {
        const SLICE: u64 = 20_000;
        const END: u64 = 20_000_000;
        let mut rests: Vec<Rest> =
            (0..n_analyses).map(|_| Rest { started: true, ..Rest::default() }).collect();
        let mut wake: Vec<u64> = vec![1000; n_analyses];
        let mut free = vec![0u64; n_processors];
        let (mut n_waiting, mut n_slices, mut worked) = (0, 0, 0);
        loop {
            let (next, &at) = wake.iter().enumerate().min_by_key(|(_, wake)| **wake).unwrap();
            if at > END {
                break;
            }
            let processor = free.iter_mut().min().unwrap();
            let start = at.max(*processor);
            *processor = start + SLICE;
            if at > 1_000_000 {
                n_waiting += wake.iter().filter(|&&wake| wake > at && wake <= start).count();
                n_slices += 1;
                worked += SLICE;
            }
            rests[next].learn(Duration::from_micros(start - at));
            wake[next] = start + SLICE + rests[next].scattered().as_micros() as u64;
        }
        let time = (END - 1_000_000) as f64 * n_processors as f64;
        (f64::from(n_waiting as u32) / f64::from(n_slices), worked as f64 / time)
    }

    #[test]
    fn few_wait_and_processors_are_busy() {
        for (n_analyses, n_processors) in [(1, 1), (1, 2), (4, 2), (32, 2), (64, 2), (16, 8)] {
            let (waiting, busy) = simulate(n_analyses, n_processors);
            println!("{n_analyses} on {n_processors}: {waiting:.1} wait, {busy:.2} busy");
            assert!(waiting < 2.0 * n_processors as f64 + 1.0, "{n_analyses} on {n_processors}: {waiting}");
            let possible = (n_analyses as f64 / n_processors as f64).min(1.0);
            assert!(busy > 0.8 * possible, "{n_analyses} on {n_processors}: {busy}");
        }
    }
}
