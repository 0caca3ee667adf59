//! Means and deviations of what need not be kept frame by frame.

/// Running mean and standard deviation of `N` values over frames.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments<const N: usize> {
    n: u64,
    /// Means so far, and sums of squared deviations from them.
    means: [f64; N],
    squares: [f64; N],
}

impl<const N: usize> Default for Moments<N> {
    fn default() -> Self {
        Self { n: 0, means: [0.0; N], squares: [0.0; N] }
    }
}

impl<const N: usize> Moments<N> {
    /// Takes the values of a frame (Welford 1962). O(N).
    pub fn push(&mut self, values: &[f32; N]) {
        self.n += 1;
        for ((mean, square), &x) in self.means.iter_mut().zip(&mut self.squares).zip(values) {
            let before = f64::from(x) - *mean;
            *mean += before / self.n as f64;
            *square += before * (f64::from(x) - *mean);
        }
    }

    /// Mean of each value; 0 without frames.
    #[must_use]
    pub const fn means(&self) -> [f64; N] {
        self.means
    }

    /// Population standard deviation of each value; 0 without frames.
    #[must_use]
    pub fn deviations(&self) -> [f64; N] {
        self.squares.map(|square| (square / self.n.max(1) as f64).max(0.0).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_definition() {
        let xs: Vec<[f32; 2]> = (0..1_000).map(|i| [1e4 + (i % 7) as f32, ((i * i) as f32).sin()]).collect();
        let mut moments = Moments::default();
        xs.iter().for_each(|x| moments.push(x));
        for value in 0..2 {
            let mean = xs.iter().map(|x| f64::from(x[value])).sum::<f64>() / xs.len() as f64;
            let variance =
                xs.iter().map(|x| (f64::from(x[value]) - mean).powi(2)).sum::<f64>() / xs.len() as f64;
            assert!((moments.means()[value] - mean).abs() < 1e-9);
            assert!((moments.deviations()[value] - variance.sqrt()).abs() < 1e-9);
        }
        assert_eq!(Moments::<1>::default().deviations(), [0.0]);
    }
}
