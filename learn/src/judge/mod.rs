//! Fits judges of alternatives (core `rhythm/judge/`): a layer and trees, each to the same choices.

pub mod layer;
pub mod trees;

use sectionist_core::rhythm::training::Model;

use crate::Failure;
use crate::choice::Choice;

/// Learns the judge `name` and puts it into the model, its layer under a `penalty` on half the squares of the weights
/// of its linear part.
///
/// # Errors
/// No choices, or they cannot be fitted.
pub fn fit(choices: &[&Choice], name: &str, penalty: f64, model: &mut Model) -> Result<(), Failure> {
    layer::fit(choices, name, penalty, model)?;
    model.set(&format!("{name}_trees"), trees::fit(choices)?);
    Ok(())
}
