//! How an annotation of a song compares with another: mir_eval's [`metrics`] (Raffel et al. 2014), and the files
//! that annotations come in ([`Annotation`]). No I/O.
//!
//! ```
//! use sectionist_scoring::{Annotation, Kind, compare};
//!
//! let truth = Annotation::read(b"0 10 verse\n10 20 chorus\n", None)?;
//! let told = Annotation::read(b"0 9.8 verse\n9.8 20 chorus\n", None)?;
//! let score = compare(&truth, &told).into_iter().find(|score| score.metric == "F-measure@0.5");
//! assert_eq!(score.map(|score| (score.kind, score.value)), Some((Kind::Sections, 1.0)));
//! # Ok::<(), String>(())
//! ```

mod annotation;
mod compare;
pub mod metrics;

pub use annotation::{Annotation, Kind};
pub use compare::{Score, compare};

/// A stretch of time with a label.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// Start in seconds.
    pub start: f64,
    /// End in seconds.
    pub end: f64,
    /// What it is.
    pub label: String,
}
