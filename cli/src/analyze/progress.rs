//! The progress bar, on standard error if that is a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Ticks of the bar that a file is worth.
const TICKS_PER_FILE: u64 = 1000;

/// The bar for all files.
pub(super) struct Progress {
    bar: ProgressBar,
    n_files: usize,
}

impl Progress {
    /// A bar over `n_files`; invisible when `quiet` or without a terminal.
    pub(super) fn new(n_files: usize, quiet: bool) -> Self {
        let target =
            if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr_with_hz(10) };
        let bar = ProgressBar::with_draw_target(Some(n_files as u64 * TICKS_PER_FILE), target);
        let style = ProgressStyle::with_template("{bar:32.cyan/dim} {percent:>3} %  {wide_msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("━╸─"));
        Self { bar, n_files }
    }

    /// Starts to follow a file.
    pub(super) fn file<'a>(&'a self, name: &'a str) -> FileProgress<'a> {
        FileProgress { progress: self, name, ticks: 0 }
    }

    /// Runs `f`, which writes to the terminal, with the bar out of the way.
    pub(super) fn suspend<R>(&self, f: impl FnOnce() -> R) -> R {
        self.bar.suspend(f)
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// The part of the bar that is one file's.
pub(super) struct FileProgress<'a> {
    progress: &'a Progress,
    name: &'a str,
    ticks: u64,
}

impl FileProgress<'_> {
    /// `fraction` of the file, in [0, 1], is done.
    pub(super) fn set(&mut self, fraction: f32, stage: &str) {
        let ticks = ((f64::from(fraction) * TICKS_PER_FILE as f64) as u64).min(TICKS_PER_FILE);
        if ticks <= self.ticks {
            return;
        }
        self.progress.bar.inc(ticks - self.ticks);
        self.ticks = ticks;
        let n_done = self.progress.bar.position() / TICKS_PER_FILE;
        self.progress.bar.set_message(match self.progress.n_files {
            1 => format!("{} ({stage})", self.name),
            n_files => format!("{n_done} of {n_files} files, {}", self.name),
        });
    }
}

impl Drop for FileProgress<'_> {
    /// Done or failed, the file is over.
    fn drop(&mut self) {
        self.progress.bar.inc(TICKS_PER_FILE - self.ticks);
    }
}
