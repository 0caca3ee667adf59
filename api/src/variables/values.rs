//! Texts → values of variables; `None` for what cannot be used.

use std::time::Duration;

use crate::client::Network;

/// Bytes: a number, or one with `KiB`, `MiB` or `GiB`.
pub(super) fn size(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let shift = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "kib" => 10,
        "mib" => 20,
        "gib" => 30,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(1 << shift).filter(|&bytes| bytes > 0)
}

/// Seconds above 0.
pub(super) fn seconds(text: &str) -> Option<f64> {
    text.parse().ok().filter(|seconds: &f64| seconds.is_finite() && *seconds > 0.0)
}

/// A time above 0 in seconds.
pub(super) fn time(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds(text)?).ok()
}

/// A time in seconds; 0 is none.
pub(super) fn optional_time(text: &str) -> Option<Option<Duration>> {
    match text.parse::<f64>() {
        Ok(0.0) => Some(None),
        _ => time(text).map(Some),
    }
}

/// A whole number from `min` to `max`.
pub(super) fn whole(text: &str, min: u32, max: u32) -> Option<u32> {
    text.parse().ok().filter(|number| (min..=max).contains(number))
}

/// Requests a minute.
pub(super) fn limit(text: &str) -> Option<u32> {
    whole(text, 0, 1_000_000)
}

/// A key, or nothing: what a header can carry without doubt.
pub(super) fn key(text: &str) -> Option<String> {
    text.bytes().all(|b| b.is_ascii_graphic() && b != b',').then(|| text.to_owned())
}

/// Networks separated by commas.
pub(super) fn networks(text: &str) -> Option<Vec<Network>> {
    text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(Network::parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        assert_eq!(size("1024"), Some(1024));
        assert_eq!(size("10 MiB"), Some(10 << 20));
        assert_eq!(size("1gib"), Some(1 << 30));
        for bad in ["", "0", "MiB", "-1", "10 MB of music", "99999999999GiB"] {
            assert_eq!(size(bad), None, "{bad}");
        }
    }

    #[test]
    fn times_are_positive_and_finite() {
        assert_eq!(time("0.5"), Some(Duration::from_millis(500)));
        for bad in ["0", "-1", "inf", "NaN", "5 s", "1e300", ""] {
            assert_eq!(time(bad), None, "{bad}");
        }
        assert_eq!(optional_time("0"), Some(None));
        assert_eq!(optional_time("60"), Some(Some(Duration::from_secs(60))));
        assert_eq!(optional_time("-1"), None);
    }
}
