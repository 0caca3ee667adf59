//! Where the key-value store is.

use std::convert::Infallible;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Where the key-value store is.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum KeyValuePlace {
    /// In this process, at most 64 MiB, and gone with it.
    #[default]
    Memory,
    /// In a file, made when first used, at most 1 GiB. One process at a time.
    File(PathBuf),
    /// In a Redis or Valkey at an address like `redis://:password@host:6379/0`, which any number of hosts
    /// share. Its keys are those that Spin's own Redis store uses.
    Redis(String),
}

impl FromStr for KeyValuePlace {
    type Err = Infallible;

    /// What starts like the address of a Redis is one, anything else is a path.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text.split_once("://") {
            Some(("redis" | "rediss" | "valkey" | "redis+unix" | "unix", _)) => Self::Redis(text.to_owned()),
            _ => Self::File(text.into()),
        })
    }
}

/// Without passwords.
impl fmt::Debug for KeyValuePlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => formatter.write_str("Memory"),
            Self::File(path) => formatter.debug_tuple("File").field(path).finish(),
            Self::Redis(_) => formatter.write_str("Redis(…)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_paths_and_kept_quiet() {
        let place = |text: &str| text.parse::<KeyValuePlace>().unwrap();
        assert_eq!(place("a/b.redb"), KeyValuePlace::File("a/b.redb".into()));
        let address = "redis://:secret@localhost:6379";
        assert_eq!(place(address), KeyValuePlace::Redis(address.to_owned()));
        assert!(!format!("{:?}", place(address)).contains("secret"));
    }
}
