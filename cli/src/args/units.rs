//! Quantities on the command line.

/// Bytes, with a decimal (`MB`) or binary (`MiB`, `M`) unit.
pub(super) fn parse_size(text: &str) -> Result<u64, String> {
    let wrong = || {
        format!("`{text}` is no size; allowed: a number of bytes, or one with B, kB, MB, GB, KiB, MiB, GiB")
    };
    let text = text.trim();
    let unit_at = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let factor = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "kb" => 1e3,
        "mb" => 1e6,
        "gb" => 1e9,
        "k" | "kib" => 1024.0,
        "m" | "mib" => 1024.0 * 1024.0,
        "g" | "gib" => 1024.0 * 1024.0 * 1024.0,
        _ => return Err(wrong()),
    };
    let bytes = number * factor;
    if (1.0..=1e15).contains(&bytes) { Ok(bytes as u64) } else { Err(wrong()) }
}

/// Seconds, from 1 to a million.
pub(super) fn parse_seconds(text: &str) -> Result<f64, String> {
    let seconds = text.trim().parse().ok().filter(|seconds| (1.0..=1e6).contains(seconds));
    seconds.ok_or_else(|| format!("`{text}` is no length; allowed: a number of seconds from 1 to 1000000"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        assert_eq!(parse_size("100"), Ok(100));
        assert_eq!(parse_size("1.5 MB"), Ok(1_500_000));
        assert_eq!(parse_size("2GiB"), Ok(2 << 30));
        for wrong in ["", "MB", "-1", "1 TBx", "1e3", "0", "NaN"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
    }
}
