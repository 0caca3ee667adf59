//! `--watch`: what is new or changed is analysed, again and again.
//!
//! Folders are looked through every two seconds: that is the same on every system and on network drives. A file is taken when
//! it has stood still from one look to the next, so that one that is still being copied is left alone.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, SystemTime};

use super::inputs::{Input, Inputs};
use super::{Request, UsageError};

/// Time from one look to the next.
const PAUSE: Duration = Duration::from_secs(2);

/// What tells that a file has changed: when it was, and how long it is.
type Stamp = (SystemTime, u64);

/// Looks for what is new until the program is interrupted; `found` has been analysed.
pub(super) fn run(request: &Request<'_>, found: &Inputs) -> Result<ExitCode, UsageError> {
    if !request.args.quiet {
        eprintln!("watching for new and changed songs; Ctrl-C ends");
    }
    let mut watch = Watch { done: stamps(&found.inputs), seen: HashMap::new() };
    loop {
        thread::sleep(PAUSE);
        let mut found = request.find();
        // What was wrong at the start was said.
        found.failures.clear();
        found.left_out.clear();
        let ready = watch.ready(stamps(&found.inputs));
        if !ready.is_empty() {
            request
                .pass(&found, |input| matches!(input, Input::File { path, .. } if ready.contains(path)))?;
            // Tags that were written in place are no change.
            for path in ready {
                if let Some(stamp) = stamp(&path) {
                    watch.done.insert(path, stamp);
                }
            }
        }
    }
}

#[derive(Debug, Default)]
struct Watch {
    /// What was analysed, as it was then.
    done: HashMap<PathBuf, Stamp>,
    /// What was there at the last look.
    seen: HashMap<PathBuf, Stamp>,
}

impl Watch {
    /// Files that are new or changed and have stood still since the last look.
    fn ready(&mut self, now: HashMap<PathBuf, Stamp>) -> Vec<PathBuf> {
        let is_ready = |path: &PathBuf, stamp: &Stamp| {
            self.done.get(path) != Some(stamp) && self.seen.get(path) == Some(stamp)
        };
        let mut ready: Vec<PathBuf> =
            now.iter().filter(|(path, stamp)| is_ready(path, stamp)).map(|(path, _)| path.clone()).collect();
        ready.sort();
        self.seen = now;
        ready
    }
}

fn stamps(inputs: &[Input]) -> HashMap<PathBuf, Stamp> {
    let of = |input: &Input| match input {
        Input::Stdin => None,
        Input::File { path, .. } => Some((path.clone(), stamp(path)?)),
    };
    inputs.iter().filter_map(of).collect()
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_taken_once_they_stand_still() {
        let at = |seconds: u64, length: u64| (SystemTime::UNIX_EPOCH + Duration::from_secs(seconds), length);
        let now = |list: &[(&str, Stamp)]| list.iter().map(|(name, stamp)| (name.into(), *stamp)).collect();
        let mut watch = Watch { done: now(&[("old.mp3", at(1, 9))]), ..Watch::default() };
        let mut ready = |list: &[(&str, Stamp)]| {
            let paths = watch.ready(now(list));
            for path in &paths {
                let stamp = list.iter().find(|(name, _)| Path::new(name) == path).unwrap().1;
                watch.done.insert(path.clone(), stamp);
            }
            paths
        };
        let old = ("old.mp3", at(1, 9));
        assert!(ready(&[old, ("new.mp3", at(5, 1))]).is_empty(), "it has only come");
        assert!(ready(&[old, ("new.mp3", at(6, 2))]).is_empty(), "it still grows");
        assert_eq!(ready(&[old, ("new.mp3", at(6, 2))]), [PathBuf::from("new.mp3")]);
        assert!(ready(&[old, ("new.mp3", at(6, 2))]).is_empty(), "it is done");
        assert!(ready(&[("old.mp3", at(7, 9))]).is_empty());
        assert_eq!(ready(&[("old.mp3", at(7, 9))]), [PathBuf::from("old.mp3")], "it was changed");
    }
}
