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
//! # From a file
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
//!
//! # From bytes, with parameters
//!
//! Parameters have the same names and values in every host. What is wrong with them, or with the bytes, is an [`Error`] that says so.
//!
//! ```
//! # fn song() -> Vec<u8> {
//! #     let samples = (0..8000 * 12).map(|i| ((i % 4000) as f32 / 400.0).exp().recip() * (i as f32 * 0.35).sin());
//! #     let data: Vec<u8> = samples.flat_map(|x| ((x * 2e4) as i16).to_le_bytes()).collect();
//! #     let mut wav = b"RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00".to_vec();
//! #     wav.extend([8000u32.to_le_bytes(), 16_000u32.to_le_bytes()].concat());
//! #     wav.extend(b"\x02\x00\x10\x00data");
//! #     wav.extend((data.len() as u32).to_le_bytes());
//! #     wav.extend(data);
//! #     let size = (wav.len() as u32 - 8).to_le_bytes();
//! #     wav[4..8].copy_from_slice(&size);
//! #     wav
//! # }
//! use sectionist_core::{AnalysisParams, Error, FileHint, analyze};
//!
//! let params = AnalysisParams::from_pairs([("quality", "fast"), ("style", "electronic")])?;
//! let report = analyze(song(), &FileHint::default(), &params)?;
//! assert_eq!(report.source.container, "wav");
//! assert_eq!(report.tempo_candidates[0].bpm.get().round(), 120.0);
//!
//! assert!(matches!(
//!     analyze(b"no audio at all".to_vec(), &FileHint::default(), &params),
//!     Err(Error::Unsupported { .. })
//! ));
//! # Ok::<(), Error>(())
//! ```
//!
//! # From samples
//!
//! ```
//! use sectionist_core::{AnalysisParams, analyze_samples};
//!
//! let silence = vec![0.0; 22_050 * 3];
//! let report = analyze_samples(&silence, 22_050, &AnalysisParams::default())?;
//! assert_eq!(report.duration, 3.0);
//! assert!(report.key_candidates.is_empty(), "silence has no key");
//! # Ok::<(), sectionist_core::Error>(())
//! ```
//!
//! # Step by step
//!
//! [`Analysis::step`] does some ten milliseconds of work, so that a caller can show progress, keep a deadline, or let go of it.
//!
//! ```
//! # fn song() -> Vec<u8> {
//! #     let samples = (0..8000 * 12).map(|i| ((i % 4000) as f32 / 400.0).exp().recip() * (i as f32 * 0.35).sin());
//! #     let data: Vec<u8> = samples.flat_map(|x| ((x * 2e4) as i16).to_le_bytes()).collect();
//! #     let mut wav = b"RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00".to_vec();
//! #     wav.extend([8000u32.to_le_bytes(), 16_000u32.to_le_bytes()].concat());
//! #     wav.extend(b"\x02\x00\x10\x00data");
//! #     wav.extend((data.len() as u32).to_le_bytes());
//! #     wav.extend(data);
//! #     let size = (wav.len() as u32 - 8).to_le_bytes();
//! #     wav[4..8].copy_from_slice(&size);
//! #     wav
//! # }
//! use sectionist_core::{Analysis, AnalysisParams, FileHint, Step};
//!
//! let mut analysis = Analysis::new(song(), &FileHint::default(), &AnalysisParams::default())?;
//! let mut fractions = Vec::new();
//! let report = loop {
//!     match analysis.step()? {
//!         Step::Working(progress) => fractions.push(progress.fraction),
//!         Step::Done(report) => break report,
//!     }
//! };
//! assert!(fractions.is_sorted());
//! assert_eq!(report.duration, 12.0);
//! # Ok::<(), sectionist_core::Error>(())
//! ```
//!
//! # In other formats, and corrected
//!
//! ```
//! use sectionist_core::params::Format;
//! use sectionist_core::{AnalysisParams, Corrections, Report, analyze_samples, export};
//!
//! let report = analyze_samples(&[0.1; 22_050 * 8], 22_050, &AnalysisParams::default())?;
//! let midi = export(&report, Format::Midi);
//! assert!(midi.bytes.starts_with(b"MThd"));
//!
//! // What is written is read again, and a listener's corrections are applied to it.
//! let json = serde_json::to_vec(&report)?;
//! let edits = br#"{ "version": 1, "edits": [{ "edit": "add_boundary", "at": 4.0 }] }"#;
//! let corrected = Corrections::from_json(edits)?.apply(&Report::from_json(&json)?);
//! assert_eq!(corrected.sections.len(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! None is on by default. `schema`: the report as a JSON schema (`schemars`). `wasm_simd`: 128-bit SIMD in the FFTs, for WebAssembly.
//! `training`: what fitting the learned numbers has to see of the stages; no part of the stable interface.
//!
//! # Rust version
//!
//! The oldest Rust that compiles this crate is the `rust-version` of its manifest; raising it is no breaking change.

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

pub use analyze::{Analysis, Step, analyze, analyze_samples};
pub use decode::{FileHint, Limits};
pub use error::Error;
pub use pace::{Progress, Stage};
pub use params::AnalysisParams;
pub use report::{Corrections, Exported, Report, export, export_files, with_cues};

/// Version of the numbers: rises whenever the same file may give another report.
pub const ANALYSIS_VERSION: &str = env!("CARGO_PKG_VERSION");
