//! Logistic regression for pieces: are they songs, whose sections have functions?

use std::fmt::Write as _;

use sectionist_core::structure::training::{Seen, song_names};

use crate::Failure;
use crate::folds::fold_of;
use crate::logistic::{self, Observation};
use crate::songs::Song;

/// Penalty on the squares of the weights.
const PENALTY: f64 = 2.0;
/// How many songs there are to one piece that is none, before anything is heard.
const SONGS_TO_OTHERS: f64 = 2.0;
/// Composed music that is played and not sung, and has no verses.
const UNSUNG: [&str; 2] = ["orchestra", "piano"];

/// A piece that is known to be a song, or to be none.
pub(super) struct Piece {
    set: String,
    group: String,
    fold: usize,
    observation: Observation,
}

/// Whether a piece is a song: what its truth says (`functions`), else its style if it was composed; recordings
/// with a tempo are songs. `None` where that is not known: of songs that are played as piano solos, and of no music.
fn is_song(song: &Song) -> Option<bool> {
    let truth = &song.truth;
    if let Some(has_functions) = truth["functions"].as_bool() {
        return Some(has_functions);
    }
    match (truth["style"].as_str(), song.repository()) {
        (Some(style), None) => Some(!UNSUNG.contains(&style)),
        (_, Some(_)) => truth["tempo"].as_f64().map(|_| true),
        _ => (song.set == "band").then_some(true),
    }
}

/// What there is to learn from a song.
pub(super) fn piece(song: &Song, seen: &Seen, n_folds: usize) -> Option<Piece> {
    let yes = f64::from(u8::from(is_song(song)?));
    let x = seen.song().iter().map(|&x| f64::from(x)).collect();
    Some(Piece {
        set: song.set.clone(),
        group: song.group().to_owned(),
        fold: fold_of(song.group(), n_folds),
        observation: Observation { x, yes, weight: 1.0 },
    })
}

/// Lines `name weight`, fitted to pieces of all folds but one.
pub(super) fn fit(pieces: &[Piece], left_out: Option<usize>) -> Result<String, Failure> {
    let weights = weights(pieces, |piece| Some(piece.fold) != left_out)?;
    let mut text = String::new();
    for (name, weight) in song_names().iter().zip(weights) {
        writeln!(text, "{name} {weight:.4}")?;
    }
    Ok(text)
}

/// Weights by some pieces, in which songs count [`SONGS_TO_OTHERS`] times as much as others.
fn weights(pieces: &[Piece], is_known: impl Fn(&Piece) -> bool) -> Result<Vec<f64>, Failure> {
    let mut known: Vec<Observation> =
        pieces.iter().filter(|piece| is_known(piece)).map(|piece| piece.observation.clone()).collect();
    let n = known.len() as f64;
    let n_songs: f64 = known.iter().map(|piece| piece.yes).sum();
    if n_songs == 0.0 || n_songs == n {
        return Ok(vec![0.0; song_names().len()]);
    }
    for piece in &mut known {
        let share = SONGS_TO_OTHERS / (1.0 + SONGS_TO_OTHERS);
        piece.weight = n * if piece.yes > 0.5 { share / n_songs } else { (1.0 - share) / (n - n_songs) };
    }
    logistic::fit(&known.iter().collect::<Vec<_>>(), PENALTY)
}

/// How often pieces are taken for what they are by weights that do not know their maker, a line a set.
pub(super) fn compare(pieces: &[Piece]) -> Result<String, Failure> {
    let mut groups: Vec<(&str, bool)> =
        pieces.iter().map(|piece| (piece.set.as_str(), piece.observation.yes > 0.5)).collect();
    groups.sort_unstable();
    groups.dedup();
    let mut makers: Vec<&str> = pieces.iter().map(|piece| piece.group.as_str()).collect();
    makers.sort_unstable();
    makers.dedup();
    // Makers of a single piece go by fold: there are too many of them.
    let size = |maker: &str| pieces.iter().filter(|piece| piece.group == maker).count();
    let mut told: Vec<(usize, f64)> = Vec::new();
    let mut tell = |weights: &[f64], is_asked: &dyn Fn(&Piece) -> bool| {
        for (idx, piece) in pieces.iter().enumerate().filter(|(_, piece)| is_asked(piece)) {
            let score: f64 = weights.iter().zip(&piece.observation.x).map(|(w, x)| w * x).sum();
            told.push((idx, 1.0 / (1.0 + (-score).exp())));
        }
    };
    for maker in makers.iter().filter(|maker| size(maker) > 1) {
        tell(&weights(pieces, |piece| piece.group != *maker)?, &|piece| piece.group == *maker);
    }
    let n_folds = pieces.iter().map(|piece| piece.fold + 1).max().unwrap_or(0);
    for fold in 0..n_folds {
        let is_asked = |piece: &Piece| piece.fold == fold && size(&piece.group) == 1;
        tell(&weights(pieces, |piece| piece.fold != fold)?, &is_asked);
    }
    let mut text = String::from(
        "# Pieces by weights that do not know their maker: taken for a song, mean probability.\n",
    );
    for (set, yes) in groups {
        let own: Vec<f64> = told
            .iter()
            .filter(|(idx, _)| pieces[*idx].set == set && (pieces[*idx].observation.yes > 0.5) == yes)
            .map(|(_, p)| *p)
            .collect();
        let n = own.len();
        let share = own.iter().filter(|p| **p > 0.5).count() as f64 / n.max(1) as f64;
        let mean = own.iter().sum::<f64>() / n.max(1) as f64;
        let kind = if yes { "songs" } else { "others" };
        writeln!(text, "#   {set}, {n} {kind}: {share:.2}, {mean:.2}")?;
    }
    Ok(text)
}
