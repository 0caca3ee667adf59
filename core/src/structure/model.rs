//! Learned weights, read from the data file beside this module.

/// Weights by name.
#[derive(Debug, Clone)]
pub(super) struct Weights(Vec<(&'static str, f32)>);

impl Weights {
    /// Reads lines `name value`; `#` starts a comment.
    pub(super) fn parse(text: &'static str) -> Self {
        let mut weights: Vec<(&str, f32)> = text
            .lines()
            .map(|line| line.split('#').next().unwrap_or_default())
            .filter_map(|line| {
                let (name, value) = line.trim().split_once(' ')?;
                Some((name, value.trim().parse().ok()?))
            })
            .collect();
        weights.sort_by_key(|(name, _)| *name);
        Self(weights)
    }

    /// The weight called `name`; 0 if there is none.
    pub(super) fn get(&self, name: &str) -> f32 {
        self.0.binary_search_by_key(&name, |(name, _)| name).map_or(0.0, |idx| self.0[idx].1)
    }

    /// Whether there is a weight called `name`.
    #[cfg(test)]
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.binary_search_by_key(&name, |(name, _)| name).is_ok()
    }
}

/// The weights of boundaries and segments.
pub(super) const SEGMENTATION: &str = include_str!("segmentation.weights");
