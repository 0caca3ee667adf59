//! Keys that open the service, each with a name and perhaps a limit of its own.

use std::fmt;

use blake3::Hash;
use subtle::ConstantTimeEq;

use crate::quota::Quota;

/// A key's owner and limit. Of the key itself only a hash is kept.
#[derive(Clone)]
pub struct Key {
    /// The name that stands for it in logs and limits; empty for the key of `api_key`.
    pub name: String,
    hash: Hash,
    /// Its own limit, if it has one; the inner `None` is no limit.
    pub quota: Option<Option<Quota>>,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("name", &self.name).field("quota", &self.quota).finish_non_exhaustive()
    }
}

/// The keys that are accepted.
#[derive(Debug, Clone, Default)]
pub struct Keys(Vec<Key>);

impl Keys {
    /// The key `single` if it is not empty, and those of `several`: `name:key` or `name:key:limit`
    /// separated by commas, where `limit` is in requests a minute, 0 for none, with `burst` at once.
    /// `None` if they are not written so, or a name or key is there twice.
    #[must_use]
    pub fn parse(single: &str, several: &str, burst: u32) -> Option<Self> {
        let mut keys = Vec::new();
        if !single.is_empty() {
            keys.push(Key { name: String::new(), hash: hash(single.as_bytes()), quota: None });
        }
        for entry in several.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            let mut fields = entry.split(':');
            let name = fields.next().filter(|name| is_name(name))?;
            let key =
                fields.next().filter(|key| !key.is_empty() && key.bytes().all(|b| b.is_ascii_graphic()))?;
            let quota = match fields.next() {
                Some(limit) => {
                    let limit = limit.parse().ok().filter(|limit| *limit <= 1_000_000)?;
                    Some(Quota::new(limit, burst))
                }
                None => None,
            };
            let key = Key { name: name.to_owned(), hash: hash(key.as_bytes()), quota };
            let taken = keys.iter().any(|other: &Key| other.name == key.name || other.hash == key.hash);
            if taken || fields.next().is_some() {
                return None;
            }
            keys.push(key);
        }
        Some(Self(keys))
    }

    /// Whether no key is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The key that was given, if it is one of these. Takes the same time whichever it is and
    /// wherever it differs: hashes are compared, whole, and with all keys.
    #[must_use]
    pub fn find(&self, given: &[u8]) -> Option<&Key> {
        let given = hash(given);
        let mut found = None;
        for key in &self.0 {
            if bool::from(key.hash.as_bytes().ct_eq(given.as_bytes())) {
                found = Some(key);
            }
        }
        found
    }
}

fn hash(key: &[u8]) -> Hash {
    blake3::hash(key)
}

fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

/// The key in the headers' values: of `Authorization`, whose scheme is `Bearer` in any case, or else
/// of `x-api-key`.
#[must_use]
pub fn given<'a>(authorization: Option<&'a [u8]>, api_key: Option<&'a [u8]>) -> Option<&'a [u8]> {
    let bearer = authorization.and_then(|value| {
        let at = value.iter().position(|&b| b == b' ')?;
        let (scheme, key) = value.split_at(at);
        scheme.eq_ignore_ascii_case(b"bearer").then(|| key.trim_ascii())
    });
    bearer.or(api_key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_whole_and_have_limits() {
        let keys = Keys::parse("secret", "app:abc:60, batch:def:0,guest:ghi", 5).unwrap();
        let found = |given: &str| keys.find(given.as_bytes()).map(|key| (key.name.as_str(), key.quota));
        assert_eq!(found("secret"), Some(("", None)));
        assert_eq!(found("abc"), Some(("app", Some(Quota::new(60, 5)))));
        assert_eq!(found("def"), Some(("batch", Some(None))));
        assert_eq!(found("ghi"), Some(("guest", None)));
        for wrong in ["", "secre", "secret2", "app", "abc:60", "SECRET"] {
            assert_eq!(found(wrong), None, "{wrong}");
        }
        assert!(Keys::parse("", "", 5).unwrap().is_empty());
    }

    #[test]
    fn badly_written_keys_are_refused() {
        for bad in ["a", "a:", ":k", "a:k:x", "a:k:1:2", "a b:k", "a:k,a:l", "a:k,b:k", "a:k k", "a:k:-1"] {
            assert!(Keys::parse("", bad, 5).is_none(), "{bad}");
        }
        assert!(Keys::parse("k", "a:k", 5).is_none(), "one key with two names");
    }

    #[test]
    fn the_scheme_is_bearer_in_any_case() {
        for header in ["Bearer k", "bearer k", "BEARER  k "] {
            assert_eq!(given(Some(header.as_bytes()), None), Some(&b"k"[..]), "{header}");
        }
        assert_eq!(given(Some(b"Basic k"), Some(b"x")), Some(&b"x"[..]));
        assert_eq!(given(Some(b"Bearer k"), Some(b"x")), Some(&b"k"[..]));
        assert_eq!(given(Some(b"Bearer"), None), None);
    }
}
