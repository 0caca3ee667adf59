//! The names of the features that each table of learned numbers weighs.

#![cfg_attr(
    not(feature = "training"),
    expect(
        unreachable_pub,
        reason = "public for the fitting of the numbers, which is built with `training`"
    )
)]

use super::accents::accent_names;
use super::bars::meter_names;
use super::beats::BEAT_FEATURES;
use super::candidates::reading_names;
use super::confidence::{PULSE_FEATURES, tempo_confidence_names};
use super::frame::first_names;
use super::meter::{METER_CONFIDENCE_FEATURES, division_names};
use super::tempo::metrical_names;

/// Tables of weights, learned by binary logistic regression.
pub const ODDS: [&str; 6] = ["pulse", "downbeat", "division", "tempo_confidence", "beat", "meter_confidence"];
/// Tables of judges, learned from choices (judge/).
pub const JUDGES: [&str; 4] = ["tempo", "reading", "meter", "first"];

/// The features of a table, in the order that they are found in; none of an unknown one.
#[must_use]
pub fn names_of(table: &str) -> Vec<String> {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    match table {
        "pulse" => owned(&PULSE_FEATURES),
        "downbeat" => accent_names(),
        "division" => division_names(),
        "tempo_confidence" => owned(&tempo_confidence_names()),
        "beat" => owned(&BEAT_FEATURES),
        "meter_confidence" => owned(&METER_CONFIDENCE_FEATURES),
        "tempo" => metrical_names(),
        "reading" => reading_names(),
        "meter" => meter_names(),
        "first" => first_names(),
        _ => Vec::new(),
    }
}
