//! Chance that is the same every time.

/// A small deterministic generator: SplitMix64 (Steele, Lea & Flood 2014).
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    /// A generator of its own for each `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        let mut chance = Self(seed.wrapping_mul(0xd134_2543_de82_ef95) ^ 0x5851_f42d_4c95_7f2d);
        chance.next();
        chance
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Another generator, so that what it is used for does not shift what follows here.
    pub(crate) fn fork(&mut self) -> Self {
        Self::new(self.next())
    }

    /// Uniform in [0, 1).
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform in [low, high).
    pub(crate) fn range(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Uniform in 0 … n − 1; 0 if `n` is 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((self.unit() * n as f64) as usize).min(n.saturating_sub(1))
    }

    /// True with this probability.
    pub(crate) fn often(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Roughly normal with mean 0 and variance 1, within ±3.5: the sum of twelve uniform numbers.
    pub(crate) fn normal(&mut self) -> f64 {
        ((0..12).map(|_| self.unit()).sum::<f64>() - 6.0).clamp(-3.5, 3.5)
    }

    /// One of `choices`, each as likely.
    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// The index of one of `weights`, as likely as its weight.
    pub(crate) fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (idx, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return idx;
            }
        }
        weights.len().saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let draw = |seed| {
            let mut chance = Chance::new(seed);
            (0..50).map(|_| chance.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn numbers_stay_in_their_ranges() {
        let mut chance = Chance::new(1);
        let mut counts = [0; 3];
        for _ in 0..3000 {
            assert!((0.0..1.0).contains(&chance.unit()));
            assert!((-2.0..5.0).contains(&chance.range(-2.0, 5.0)));
            assert!(chance.normal().abs() <= 3.5);
            counts[chance.weighted(&[1.0, 0.0, 3.0])] += 1;
        }
        assert_eq!(counts[1], 0);
        assert!((2050..2450).contains(&counts[2]), "{counts:?}");
        assert_eq!(chance.below(0), 0);
    }
}
