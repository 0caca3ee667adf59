//! The network of the rhythm stage that hears beats.

mod descent;

mod examples;

use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use sectionist_core::rhythm::network_training::{Network, parse, to_text};

use self::descent::{Descent, flat, loss_and_gradient, random_network, shaped};
use self::examples::Example;
use crate::Failure;
use crate::dice::Dice;
use crate::folds::{N_FOLDS, fold_of};
use crate::songs::{self, Song};

/// One composed song in so many is held out, to be measured on.
const HELD_OUT: usize = 11;
/// Steps of the descent.
const N_STEPS: usize = 2_400;
/// Excerpts a step.
const BATCH: usize = 8;
/// Share of the excerpts that are recordings, where there are any.
const REAL_SHARE: f32 = 0.6;
/// Length of the first steps, after [`WARM_UP`]; falls to nothing along a cosine (Loshchilov & Hutter 2017).
const RATE: f32 = 4e-3;
/// Steps over which their length rises.
const WARM_UP: usize = 100;

/// The networks that were learned.
#[derive(Debug)]
pub struct Networks {
    /// The text of `rhythm/network.weights`.
    pub whole: String,
    /// For each fold, the weights learned without its recordings; empty where there are no recordings.
    pub folds: Vec<String>,
}

/// Learns from songs.
///
/// # Errors
/// A song cannot be read, or too few have beats.
pub fn learn(songs: &[Song]) -> Result<Networks, Failure> {
    let examples: Vec<Example> = songs::map(songs, Example::of)?.into_iter().flatten().collect();
    let mut report = String::new();
    let mut folds = Vec::new();
    let mut left_out = [[0.0f32; 3]; 2];
    if examples.iter().any(|example| example.is_real) {
        for fold in 0..N_FOLDS {
            let is_left = |example: &&Example| example.is_real && fold_of(&example.group, N_FOLDS) == fold;
            let (unseen, seen): (Vec<&Example>, Vec<&Example>) = examples.iter().partition(is_left);
            let text = descend(&seen)?;
            let own = counts(&parse(&text), &unseen);
            let (beats, downbeats) = (f_measure(own[0]), f_measure(own[1]));
            eprintln!("fold {fold}: {} recordings: beats {beats:.3}, downbeats {downbeats:.3}", unseen.len());
            for (sum, own) in left_out.as_flattened_mut().iter_mut().zip(own.as_flattened()) {
                *sum += own;
            }
            folds.push(text);
        }
        let (beats, downbeats) = (f_measure(left_out[0]), f_measure(left_out[1]));
        let n = examples.iter().filter(|example| example.is_real).count();
        writeln!(
            report,
            "# On {n} recordings, each by a network that knows no other of its repository: beats {beats:.3}, downbeats {downbeats:.3}."
        )?;
    }
    let is_held = |example: &&Example| !example.is_real && fold_of(&example.group, HELD_OUT) == 0;
    let (unseen, seen): (Vec<&Example>, Vec<&Example>) = examples.iter().partition(is_held);
    if seen.is_empty() || unseen.is_empty() {
        return Err("too few songs with beats".into());
    }
    let text = descend(&seen)?;
    // Measured as it is stored.
    let own = counts(&parse(&text), &unseen);
    let (beats, downbeats) = (f_measure(own[0]), f_measure(own[1]));
    writeln!(
        report,
        "# On {} composed songs not seen: beats {beats:.3}, downbeats {downbeats:.3}.",
        unseen.len()
    )?;
    eprint!("{report}");
    Ok(Networks { whole: header(songs, &report)? + &text, folds })
}

/// The head of the data file.
fn header(songs: &[Song], report: &str) -> Result<String, Failure> {
    let mut header = String::from(
        "# Weights of the network that hears beats (network.rs): layer.channel, bias, unit, weights in units.\n\
         # Written by `cargo xtask learn beats`: cross-entropy of beats and downbeats a frame, Adam, excerpts at\n\
         # varied tempi and with bands faded, missing or noisy. Learned from\n",
    );
    let mut sets: Vec<&str> = songs.iter().map(|song| song.set.as_str()).collect();
    sets.dedup();
    for set in sets {
        writeln!(header, "#   {} songs of {set}", songs.iter().filter(|song| song.set == set).count())?;
    }
    header.push_str("# F of peaks above even odds against frames of 20 ms ± 1:\n");
    Ok(header + report)
}

/// The weights after the descent, as they are stored.
fn descend(examples: &[&Example]) -> Result<String, Failure> {
    let (real, composed): (Vec<&Example>, Vec<&Example>) =
        examples.iter().copied().partition(|example| example.is_real);
    eprintln!("learning from {} recordings and {} composed songs", real.len(), composed.len());
    let mut dice = Dice::new(1);
    let mut descent = Descent::new(flat(&random_network(&mut dice)));
    let mut recent = 0.0;
    for step in 0..N_STEPS {
        let batch: Vec<(&Example, Dice)> = (0..BATCH)
            .map(|_| {
                let of_real = composed.is_empty() || !real.is_empty() && dice.chance(REAL_SHARE);
                let from = if of_real { &real } else { &composed };
                (from[dice.below(from.len())], dice.fork())
            })
            .collect();
        let (loss, gradient) = mean_loss_and_gradient(&shaped(&descent.weights), &batch)?;
        let fallen = 0.5 + 0.5 * (std::f32::consts::PI * step as f32 / N_STEPS as f32).cos();
        descent.step(&gradient, RATE * fallen * ((step + 1) as f32 / WARM_UP as f32).min(1.0));
        recent += 0.01 * (loss - recent);
        if step % 200 == 199 {
            eprintln!("step {}: loss {recent:.4}", step + 1);
        }
    }
    Ok(to_text(&shaped(&descent.averaged)))
}

/// Over excerpts of a batch's songs, on as many threads as there are processors; added in order, so that the
/// result is always the same.
fn mean_loss_and_gradient(network: &Network, batch: &[(&Example, Dice)]) -> Result<(f32, Vec<f32>), Failure> {
    let next = AtomicUsize::new(0);
    let n_threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut done: Vec<(usize, f32, Network)> = Vec::with_capacity(batch.len());
    std::thread::scope(|scope| -> Result<(), Failure> {
        let work = || {
            let mut own = Vec::new();
            loop {
                let idx = next.fetch_add(1, Ordering::Relaxed);
                let Some((example, dice)) = batch.get(idx) else { break own };
                let (loss, gradient) = loss_and_gradient(network, &example.varied(&mut dice.clone()));
                own.push((idx, loss, gradient));
            }
        };
        let running: Vec<_> = (0..n_threads).map(|_| scope.spawn(work)).collect();
        for thread in running {
            done.extend(thread.join().map_err(|_| "an excerpt's thread panicked")?);
        }
        Ok(())
    })?;
    done.sort_by_key(|(idx, ..)| *idx);
    let n = done.len().max(1) as f32;
    let mut loss = 0.0;
    let mut gradient = Vec::new();
    for (_, own_loss, own) in done {
        loss += own_loss / n;
        let own = flat(&own);
        gradient.resize(own.len(), 0.0);
        gradient.iter_mut().zip(own).for_each(|(sum, g)| *sum += g / n);
    }
    Ok((loss, gradient))
}

/// Peaks above even odds that are right, such peaks, and targets; of beats and of downbeats.
fn counts(network: &Network, examples: &[&Example]) -> [[f32; 3]; 2] {
    let mut counts = [[0.0f32; 3]; 2];
    for example in examples {
        let excerpt = example.plain();
        let heard = sectionist_core::rhythm::network_training::hear(network, &excerpt.frames);
        for (which, targets) in excerpt.targets.iter().enumerate() {
            for (target, odds) in targets.iter().skip(1).zip(heard.windows(3)) {
                let &Some(target) = target else { continue };
                let [before, at, after] = [odds[0][which], odds[1][which], odds[2][which]];
                let is_peak = at > 0.0 && at > before && at >= after;
                counts[which][0] += f32::from(u8::from(is_peak && target > 0.0));
                counts[which][1] += f32::from(u8::from(is_peak));
                counts[which][2] += f32::from(u8::from(target >= 1.0));
            }
        }
    }
    counts
}

fn f_measure([right, found, there]: [f32; 3]) -> f32 {
    2.0 * right / (found + there).max(1.0)
}
