//! The K-weighting of ITU-R BS.1770: how loudly each frequency counts.

use std::f64::consts::PI;

/// Two channels side by side, so that they share a register.
pub(super) type Pair = [f64; 2];

/// The two filters of BS.1770, annex 1, at one rate, over two channels: a shelf for the head, and a high-pass.
#[derive(Debug, Clone)]
pub(super) struct KWeighting {
    /// `b0`, `b1`, `b2`, `a1`, `a2` of the shelf.
    shelf: [f64; 5],
    /// `a1`, `a2` of the high-pass, whose numerator is 1, −2, 1.
    high_pass: [f64; 2],
    state: State,
}

/// The last two samples before, between and behind the filters, the latest first.
#[derive(Debug, Clone, Copy, Default)]
struct State {
    input: [Pair; 2],
    between: [Pair; 2],
    output: [Pair; 2],
}

impl KWeighting {
    /// Plans the filters for `sample_rate` Hz, above 4 kHz: those of the standard at 48 kHz, by the bilinear
    /// transform of the same analogue filters at others.
    pub(super) fn new(sample_rate: u32) -> Self {
        let warped = |hz: f64| (PI * hz / f64::from(sample_rate)).tan();
        let (k, q) = (warped(1_681.974_450_955_533), 0.707_175_236_955_419_6);
        let high = 10f64.powf(3.999_843_853_973_347 / 20.0);
        let band = high.powf(0.499_666_774_154_541_6);
        let norm = 1.0 + k / q + k * k;
        let shelf = [
            (high + band * k / q + k * k) / norm,
            2.0 * (k * k - high) / norm,
            (high - band * k / q + k * k) / norm,
            2.0 * (k * k - 1.0) / norm,
            (1.0 - k / q + k * k) / norm,
        ];
        let (k, q) = (warped(38.135_470_876_024_44), 0.500_327_037_323_877_3);
        let norm = 1.0 + k / q + k * k;
        let high_pass = [2.0 * (k * k - 1.0) / norm, (1.0 - k / q + k * k) / norm];
        Self { shelf, high_pass, state: State::default() }
    }

    /// Filters the next samples of two channels, of the same length; the sums of the squares. O(n).
    pub(super) fn energy(&mut self, left: &[f32], right: &[f32]) -> Pair {
        let [b0, b1, b2, a1, a2] = self.shelf;
        let [c1, c2] = self.high_pass;
        let State { input: [mut x1, mut x2], between: [mut y1, mut y2], output: [mut z1, mut z2] } =
            self.state;
        let mut sum = [0.0; 2];
        for (&left, &right) in left.iter().zip(right) {
            let x = [f64::from(left), f64::from(right)];
            // What hangs on the latest output comes last: it is what the next sample waits for.
            let y = each(|i| b0 * x[i] + b1 * x1[i] + b2 * x2[i] - a2 * y2[i] - a1 * y1[i]);
            let z = each(|i| y[i] - 2.0 * y1[i] + y2[i] - c2 * z2[i] - c1 * z1[i]);
            sum = each(|i| sum[i] + z[i] * z[i]);
            (x2, x1, y2, y1, z2, z1) = (x1, x, y1, y, z1, z);
        }
        self.state = State { input: [x1, x2], between: [y1, y2], output: [z1, z2] };
        self.state.settle();
        sum
    }
}

impl State {
    /// Lets what has died away be zero: numbers too small for the processor's quick ways would follow.
    fn settle(&mut self) {
        const INAUDIBLE: f64 = 1e-30;
        for value in self.between.iter_mut().chain(&mut self.output).flatten() {
            if value.abs() < INAUDIBLE {
                *value = 0.0;
            }
        }
    }
}

fn each(value: impl Fn(usize) -> f64) -> Pair {
    [value(0), value(1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The coefficients that the standard prints for 48 kHz.
    #[test]
    fn filters_are_the_standards() {
        let filters = KWeighting::new(48_000);
        let shelf = [
            1.535_124_859_586_97,
            -2.691_696_189_406_38,
            1.198_392_810_852_85,
            -1.690_659_293_182_41,
            0.732_480_774_215_85,
        ];
        let high_pass = [-1.990_047_454_833_98, 0.990_072_250_366_21];
        for (found, expected) in
            filters.shelf.iter().zip(shelf).chain(filters.high_pass.iter().zip(high_pass))
        {
            assert!((found - expected).abs() < 1e-7, "{found} vs {expected}");
        }
    }

    #[test]
    fn channels_do_not_touch_and_blocks_do_not_show() {
        let noise: Vec<f32> = (0..5_000).map(|i| ((i * i) as f32 * 0.37).sin()).collect();
        let silent = vec![0.0; noise.len()];
        let mut whole = KWeighting::new(44_100);
        let [left, right] = whole.energy(&noise, &silent);
        assert_eq!(right, 0.0);
        let mut parts = KWeighting::new(44_100);
        let sum: f64 = noise.chunks(77).zip(silent.chunks(77)).map(|(a, b)| parts.energy(b, a)[1]).sum();
        assert!((left - sum).abs() < 1e-9 * left, "{left} vs {sum}");
    }

    #[test]
    fn what_dies_away_becomes_zero() {
        let mut filters = KWeighting::new(44_100);
        filters.energy(&[1.0; 100], &[-1.0; 100]);
        for _ in 0..100 {
            filters.energy(&[0.0; 4_410], &[0.0; 4_410]);
        }
        assert_eq!(filters.state.output, [[0.0; 2]; 2]);
    }
}
