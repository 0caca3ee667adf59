//! The network of the rhythm stage that hears beats.

mod descent;
mod dice;
mod examples;

use std::fmt::Write as _;

use sectionist_core::rhythm::network_training::{Network, parse, to_text};

use self::descent::{Descent, flat, loss_and_gradient, random_network, shaped};
use self::dice::Dice;
use self::examples::{Example, Excerpt};
use crate::Failure;
use crate::folds::fold_of;
use crate::songs::{self, Song};

/// One song in so many is held out, to be measured on.
const HELD_OUT: usize = 11;
/// Steps of the descent.
const N_STEPS: usize = 2_000;
/// Excerpts a step.
const BATCH: usize = 8;
/// Length of the first steps, after [`WARM_UP`]; falls to nothing along a cosine (Loshchilov & Hutter 2017).
const RATE: f32 = 4e-3;
/// Steps over which their length rises.
const WARM_UP: usize = 100;

/// The text of `rhythm/network.weights`.
///
/// # Errors
/// A song cannot be read, or too few have beats.
pub fn learn(songs: &[Song]) -> Result<String, Failure> {
    let examples: Vec<Example> = songs::map(songs, Example::of)?.into_iter().flatten().collect();
    let (unseen, seen): (Vec<&Example>, Vec<&Example>) =
        examples.iter().partition(|example| fold_of(&example.id, HELD_OUT) == 0);
    if seen.is_empty() || unseen.is_empty() {
        return Err("too few songs with beats".into());
    }
    eprintln!("{} songs to learn from, {} held out", seen.len(), unseen.len());

    let mut dice = Dice::new(1);
    let mut descent = Descent::new(flat(&random_network(&mut dice)));
    let mut recent = 0.0;
    for step in 0..N_STEPS {
        let batch: Vec<Excerpt> =
            (0..BATCH).map(|_| seen[dice.below(seen.len())].varied(&mut dice)).collect();
        let (loss, gradient) = mean_loss_and_gradient(&shaped(&descent.weights), &batch)?;
        let fallen = 0.5 + 0.5 * (std::f32::consts::PI * step as f32 / N_STEPS as f32).cos();
        descent.step(&gradient, RATE * fallen * ((step + 1) as f32 / WARM_UP as f32).min(1.0));
        recent += 0.01 * (loss - recent);
        if step % 100 == 99 {
            eprintln!("step {}: loss {recent:.4}", step + 1);
        }
    }
    let text = to_text(&shaped(&descent.averaged));
    // Measured as it is stored.
    let network = parse(&text);
    let excerpts: Vec<Excerpt> = unseen.iter().map(|example| example.plain()).collect();
    let (beats, downbeats) = scores(&network, &excerpts);

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
    writeln!(
        header,
        "# On {} songs not seen: F of peaks above even odds against frames of 20 ms ± 1: beats {beats:.3}, downbeats {downbeats:.3}.",
        unseen.len()
    )?;
    Ok(header + &text)
}

/// Over the excerpts of a batch, each on a thread of its own; added in order, so that the result is always
/// the same.
fn mean_loss_and_gradient(network: &Network, batch: &[Excerpt]) -> Result<(f32, Vec<f32>), Failure> {
    let n_threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut results = Vec::with_capacity(batch.len());
    for some in batch.chunks(n_threads) {
        std::thread::scope(|scope| -> Result<(), Failure> {
            let running: Vec<_> =
                some.iter().map(|excerpt| scope.spawn(|| loss_and_gradient(network, excerpt))).collect();
            for thread in running {
                results.push(thread.join().map_err(|_| "an excerpt's thread panicked")?);
            }
            Ok(())
        })?;
    }
    let n = results.len().max(1) as f32;
    let mut loss = 0.0;
    let mut gradient = Vec::new();
    for (own_loss, own) in results {
        loss += own_loss / n;
        let own = flat(&own);
        gradient.resize(own.len(), 0.0);
        gradient.iter_mut().zip(own).for_each(|(sum, g)| *sum += g / n);
    }
    Ok((loss, gradient))
}

/// F of the peaks above even odds of beats and of downbeats.
fn scores(network: &Network, excerpts: &[Excerpt]) -> (f32, f32) {
    let mut counts = [[0.0f32; 3]; 2];
    for excerpt in excerpts {
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
    let f = |[right, found, there]: [f32; 3]| 2.0 * right / (found + there).max(1.0);
    (f(counts[0]), f(counts[1]))
}
