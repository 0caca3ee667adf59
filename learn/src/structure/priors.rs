//! What is believed of labels before any song is seen: places and frequencies after 912 pop songs (chorus
//! 32 %, verse 21 %, intro 9 %, pre-chorus 7.5 %, bridge 7 % of sections; the first is an intro in 66 %,
//! the last an outro in 42 % and a chorus in 33 %), what follows what after songwriters' practice.

use sectionist_core::structure::SectionLabel;
use sectionist_core::structure::training::{label_feature_names, labels};

use SectionLabel::{
    Breakdown, Bridge, Chorus, Instrumental, Intro, Outro, PostChorus, PreChorus, Section, Solo, Verse,
};

/// How readily a label follows another, as relative weights; rows from, columns to, in the order of
/// [`ORDER`].
const FOLLOWS: [[f64; 11]; 11] = [
    [0.1, 6.0, 0.5, 2.0, 0.1, 0.2, 1.0, 0.2, 0.3, 0.1, 1.0],
    [0.02, 1.5, 3.0, 6.0, 0.1, 0.6, 0.8, 0.3, 0.4, 0.4, 0.5],
    [0.02, 0.3, 0.2, 8.0, 0.1, 0.2, 0.2, 0.1, 0.2, 0.1, 0.3],
    [0.02, 4.0, 0.6, 1.5, 1.2, 2.0, 2.0, 0.6, 0.6, 3.0, 0.5],
    [0.02, 4.0, 0.5, 1.0, 0.1, 1.5, 1.0, 0.3, 0.5, 2.0, 0.3],
    [0.02, 0.8, 0.8, 6.0, 0.2, 0.3, 1.0, 0.5, 0.5, 0.8, 0.3],
    [0.02, 4.0, 0.6, 3.0, 0.2, 1.0, 0.6, 0.4, 0.4, 1.0, 0.6],
    [0.02, 3.0, 0.5, 3.0, 0.2, 1.0, 0.5, 0.3, 0.4, 1.0, 0.3],
    [0.02, 1.5, 0.8, 4.0, 0.2, 0.6, 0.8, 0.3, 0.2, 0.6, 0.5],
    [0.02, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.1],
    [0.02, 1.0, 0.4, 1.0, 0.1, 0.5, 0.6, 0.2, 0.3, 0.6, 6.0],
];
const ORDER: [SectionLabel; 11] =
    [Intro, Verse, PreChorus, Chorus, PostChorus, Bridge, Instrumental, Solo, Breakdown, Outro, Section];
/// How readily a label opens a song, and how readily it closes one.
const OPENS: [f64; 11] = [6.6, 1.6, 0.05, 0.9, 0.02, 0.05, 0.3, 0.05, 0.05, 0.02, 0.8];
const CLOSES: [f64; 11] = [0.02, 0.6, 0.05, 3.3, 0.5, 0.2, 0.6, 0.3, 0.1, 4.2, 0.8];

/// The weights that say so, in the order of the labels' chain.
pub(super) fn weights() -> Vec<f64> {
    let (labels, features) = (labels(), label_feature_names());
    let place =
        |label: SectionLabel| ORDER.iter().position(|other| *other == label).unwrap_or(ORDER.len() - 1);
    let mut weights = Vec::new();
    for label in labels {
        weights.extend(features.map(|name| match name {
            "first" => OPENS[place(label)].ln(),
            "last" => CLOSES[place(label)].ln(),
            _ => 0.0,
        }));
    }
    for from in labels {
        let row = FOLLOWS[place(from)];
        let sum: f64 = row.iter().sum();
        weights.extend(labels.map(|to| (row[place(to)] / sum).ln()));
    }
    weights.extend(labels.map(|_| 0.0));
    weights
}
