//! Music structure analysis: encoded audio in, a [`Report`] out.
//!
//! The modules are declared in data-flow order; each uses only those before it, plus the
//! foundations ([`error`], [`units`], [`matrix`], [`sequence`], [`pace`], [`params`]).
//!
//! ```text
//! decode → signal → features → rhythm → harmony → structure → report
//! ```
//!
//! The crate does no I/O and reads no clock, environment or global state. The same bytes and
//! parameters give the same report.
//!
//! ```no_run
//! use sectionist_core::{AnalysisParams, FileHint, analyze};
//!
//! let bytes = std::fs::read("song.mp3")?;
//! let report = analyze(bytes, &FileHint::from_name("song.mp3"), &AnalysisParams::default())?;
//! for section in &report.sections {
//!     println!("{:7.2}  {}", section.start, section.name);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod error;
pub mod matrix;
pub mod pace;
pub mod params;
pub mod sequence;
pub mod units;

pub mod decode;
pub mod features;
pub mod harmony;
pub mod report;
pub mod rhythm;
pub mod signal;
pub mod structure;

mod analyze;
#[cfg(feature = "training")]
pub mod training;

pub use analyze::{Analysis, Progress, Stage, Step, analyze, analyze_samples};
pub use decode::{FileHint, Limits};
pub use error::Error;
pub use params::AnalysisParams;
pub use report::{Corrections, Exported, Report, export, export_files, with_cues};

/// Version of the numbers: rises whenever the same file may give another report.
pub const ANALYSIS_VERSION: &str = env!("CARGO_PKG_VERSION");
