//! Sectionist for web pages: the analysis as a JavaScript class, for use in a Worker.
//!
//! ```js
//! import init, { Analysis, check_size } from './pkg/sectionist_browser.js';
//!
//! await init();
//! check_size(file.size);                    // throws before a huge file is read
//! const bytes = new Uint8Array(await file.arrayBuffer());
//! const analysis = new Analysis(bytes, { name: file.name, mime: file.type }, { quality: 'fast' });
//! let step;
//! do { step = analysis.step(); } while (!step.report);
//! ```
//!
//! `Song` keeps a report: `corrected` applies corrections to it, `export` writes it in every format.
//!
//! What is thrown is an `Error` with `code` and `details`, the same as in the service's JSON.

#[cfg(feature = "analysis")]
mod analysis;
mod error;
#[cfg(feature = "analysis")]
mod options;
#[cfg(feature = "song")]
mod song;

#[cfg(feature = "analysis")]
pub use analysis::{Analysis, analysis_version, check_size};
#[cfg(feature = "song")]
pub use song::Song;
