//! Smooth minimisation: limited-memory BFGS (Nocedal 1980), from the crate argmin.

use argmin::core::{CostFunction, Error, Executor, Gradient, State};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;

use std::cell::RefCell;

use crate::Failure;

/// Pairs of steps and gradients that stand for the curvature.
const MEMORY: usize = 10;

/// A value and its gradient.
type Slope = (f64, Vec<f64>);

/// A function, with its value and gradient where it was last asked for: the solver asks for them one by one.
struct Problem<F> {
    f: F,
    last: RefCell<Option<(Vec<f64>, Slope)>>,
}

impl<F: Fn(&[f64]) -> Slope> Problem<F> {
    fn at(&self, x: &[f64]) -> Slope {
        if let Some((_, known)) = self.last.borrow().as_ref().filter(|(other, _)| other == x) {
            return known.clone();
        }
        let found = (self.f)(x);
        *self.last.borrow_mut() = Some((x.to_vec(), found.clone()));
        found
    }
}

impl<F: Fn(&[f64]) -> (f64, Vec<f64>)> CostFunction for Problem<F> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, x: &Vec<f64>) -> Result<f64, Error> {
        Ok(self.at(x).0)
    }
}

impl<F: Fn(&[f64]) -> (f64, Vec<f64>)> Gradient for Problem<F> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, x: &Vec<f64>) -> Result<Vec<f64>, Error> {
        Ok(self.at(x).1)
    }
}

/// The `x` near `start` at which `f`, which returns its value and gradient, is smallest.
///
/// # Errors
/// `f` is not smooth enough for a line search, or not finite.
pub fn minimise(
    f: impl Fn(&[f64]) -> (f64, Vec<f64>),
    start: Vec<f64>,
    max_iterations: u64,
) -> Result<Vec<f64>, Failure> {
    let solver = LBFGS::new(MoreThuenteLineSearch::new(), MEMORY);
    let run = Executor::new(Problem { f, last: RefCell::new(None) }, solver)
        .configure(|state| state.param(start).max_iters(max_iterations))
        .run()
        .map_err(|error| error.to_string())?;
    Ok(run.state().get_best_param().cloned().ok_or("no step was made")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_valley_has_its_bottom() {
        // Rosenbrock's.
        let f = |x: &[f64]| {
            let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
            (a * a + 100.0 * b * b, vec![-2.0 * a - 400.0 * x[0] * b, 200.0 * b])
        };
        let x = minimise(f, vec![-1.2, 1.0], 200).unwrap_or_default();
        assert!((x[0] - 1.0).abs() < 1e-4 && (x[1] - 1.0).abs() < 1e-4, "{x:?}");
    }
}
