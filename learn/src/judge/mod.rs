//! Fits judges of alternatives (core `rhythm/judge/`): a layer and trees, each to the same choices.

pub mod layer;
pub mod trees;

use sectionist_core::rhythm::training::Model;

use crate::Failure;
use crate::choice::Choice;

/// Learns the judge `name` of features that have `names` and puts it into the model, its layer under a `penalty` on
/// half the squares of the weights of its linear part.
///
/// # Errors
/// No choices, others than of so many features, or they cannot be fitted.
pub fn fit(
    choices: &[&Choice],
    name: &str,
    names: &[String],
    penalty: f64,
    model: &mut Model,
) -> Result<(), Failure> {
    layer::fit(choices, name, names, penalty, model)?;
    model.set(&format!("{name}_trees"), trees::fit(choices)?);
    Ok(())
}

#[cfg(test)]
mod example {
    use crate::choice::Choice;
    use crate::dice::Dice;

    /// Names of the features of [`choices`].
    pub(super) fn names() -> [String; 3] {
        ["one", "other", "nothing"].map(str::to_owned)
    }

    /// Choices where right is what has exactly one of two features large, which no linear score tells; the third
    /// feature says nothing.
    pub(super) fn choices() -> Vec<Choice> {
        (0..200)
            .map(|idx| {
                let mut dice = Dice::new(idx);
                let mut corner = |a: f64, b: f64| {
                    vec![
                        a + 0.2 * f64::from(dice.normal()),
                        b + 0.2 * f64::from(dice.normal()),
                        f64::from(dice.normal()),
                    ]
                };
                let odd = if idx % 2 == 0 { corner(1.0, -1.0) } else { corner(-1.0, 1.0) };
                Choice {
                    alternatives: vec![corner(1.0, 1.0), odd, corner(-1.0, -1.0)],
                    right: vec![false, true, false],
                    weight: 3.0,
                }
            })
            .collect()
    }
}
