//! A Python environment with the scorer's libraries, at the versions that the figures were made with.

use std::path::PathBuf;

use anyhow::Result;

use crate::python::environment;

/// The libraries. mir_eval is the reference for every metric.
const REQUIREMENTS: &str = "numpy<2\nscipy\nmido\nsoundfile\nmir_eval==0.8.2\n";

/// Makes the environment unless it is there, and says where its Python is.
pub(crate) fn python() -> Result<PathBuf> {
    environment("accuracy", REQUIREMENTS)
}
