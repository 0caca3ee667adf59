//! Reports that were made before.

use std::time::Duration;

use sectionist_api::cache::Fingerprint;
use sectionist_core::params::{Format, Parts};
use sectionist_core::{Report, export};

use crate::clock::since_epoch;
use crate::context::Context;
use crate::store;

/// The report of `fingerprint` and its age, if it was kept and is young enough.
pub(crate) async fn find(context: &Context, fingerprint: &Fingerprint) -> Option<(Report, Duration)> {
    let ttl = context.settings.cache_ttl?;
    let value = store::get(&fingerprint.key(context.settings.cache_entries), &context.entry).await?;
    let (json, age) = fingerprint.unpack(&value, since_epoch(), ttl)?;
    Some((Report::from_json(&json).ok()?, age))
}

/// Keeps `report`, if reports are kept, and gives it back as it will be found where it is to be exported: with
/// the precision of its JSON.
pub(crate) async fn keep(
    context: &Context,
    fingerprint: &Fingerprint,
    mut report: Report,
    format: Format,
) -> Report {
    report.include = Parts::ALL;
    let json = export(&report, Format::Json).bytes;
    if context.settings.cache_ttl.is_some()
        && let Some(value) = fingerprint.pack(&json, since_epoch())
    {
        store::set(&fingerprint.key(context.settings.cache_entries), &value, &context.entry).await;
    }
    match format {
        // Nothing of it would change, and reading takes memory.
        Format::Json => report,
        _ => Report::from_json(&json).unwrap_or(report),
    }
}
