//! Learned weights, read from the data file beside this module.

/// Weights by name.
#[derive(Debug, Clone)]
pub(super) struct Weights(Vec<(String, f32)>);

impl Weights {
    /// Reads lines `name value`; `#` starts a comment.
    pub(super) fn parse(text: &str) -> Self {
        let mut weights: Vec<(String, f32)> = text
            .lines()
            .map(|line| line.split('#').next().unwrap_or_default())
            .filter_map(|line| {
                let (name, value) = line.trim().split_once(' ')?;
                Some((name.to_owned(), value.trim().parse().ok()?))
            })
            .collect();
        weights.sort_by(|a, b| a.0.cmp(&b.0));
        Self(weights)
    }

    /// The weight called `name`; 0 if there is none.
    pub(super) fn get(&self, name: &str) -> f32 {
        self.0.binary_search_by(|(other, _)| other.as_str().cmp(name)).map_or(0.0, |idx| self.0[idx].1)
    }

    /// Whether there is a weight called `name`.
    #[cfg(test)]
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.binary_search_by(|(other, _)| other.as_str().cmp(name)).is_ok()
    }
}

/// The weights of boundaries, groups and labels.
pub(super) const MODEL: &str = include_str!("structure.weights");
