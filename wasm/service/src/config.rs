//! Configuration by Spin variables.

use std::time::Duration;

use http::StatusCode;
use spin_sdk::variables::{self, Error};

use crate::cors::Origins;
use crate::error::ApiError;
use crate::log::Level;

/// What the operator may set. Each field is the Spin variable of its name, so the environment
/// variable `SPIN_VARIABLE_…`.
#[derive(Debug)]
pub(crate) struct Config {
    /// Largest upload in bytes: a number, or one with `KiB`, `MiB` or `GiB`. Default: 100 MiB.
    pub(crate) max_file_size: u64,
    /// Longest audio in seconds. Default: 7200.
    pub(crate) max_duration: f64,
    /// Longest analysis in seconds, the upload not counted. Default: 300.
    pub(crate) analysis_timeout: Duration,
    /// `debug`, `info`, `warn`, `error` or `off`. Default: info.
    pub(crate) log_level: Level,
    /// Which web origins may call. Default: those of this machine.
    pub(crate) cors_origins: Origins,
    /// The key that `POST /analyze` asks for, if not empty.
    pub(crate) api_key: Option<String>,
}

impl Config {
    /// Reads the variables.
    ///
    /// # Errors
    /// A 500 `bad_configuration` that names the variable whose value cannot be used.
    pub(crate) async fn load() -> Result<Self, ApiError> {
        Ok(Self {
            max_file_size: read("max_file_size", "100MiB", "a size such as 100MiB", size).await?,
            max_duration: read("max_duration", "7200", "seconds", seconds).await?,
            analysis_timeout: read("analysis_timeout", "300", "seconds", |text| {
                Duration::try_from_secs_f64(seconds(text)?).ok()
            })
            .await?,
            log_level: read("log_level", "info", "debug, info, warn, error or off", Level::parse).await?,
            cors_origins: read(
                "cors_origins",
                "localhost",
                "origins separated by commas, `localhost` or `*`",
                |text| Some(Origins::parse(text)),
            )
            .await?,
            api_key: read("api_key", "", "any text", |text| Some(text.to_owned()))
                .await
                .map(|key| Some(key).filter(|key| !key.is_empty()))?,
        })
    }
}

async fn read<T>(
    name: &'static str,
    default: &str,
    wanted: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, ApiError> {
    let wrong = |message| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "bad_configuration", message);
    let value = match variables::get(name).await {
        Ok(value) => value,
        Err(Error::Undefined(_)) => default.to_owned(),
        Err(error) => return Err(wrong(format!("the variable `{name}` cannot be read: {error}"))),
    };
    parse(value.trim()).ok_or_else(|| wrong(format!("the variable `{name}` must be {wanted}")))
}

fn size(text: &str) -> Option<u64> {
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

fn seconds(text: &str) -> Option<f64> {
    text.parse().ok().filter(|seconds: &f64| seconds.is_finite() && *seconds > 0.0)
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
        assert_eq!(seconds("0.5"), Some(0.5));
        for bad in ["0", "-1", "inf", "NaN", "5 s"] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }
}
