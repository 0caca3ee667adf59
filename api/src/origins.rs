//! Web origins that may call.

/// Which web origins may read the answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origins {
    /// All of them.
    Any,
    /// Those listed; `localhost` in the list stands for this machine by any name and port.
    Listed(Vec<String>),
}

impl Origins {
    /// Parses origins separated by commas; `*` allows all, and nothing allows none. `None` if one
    /// of them is no origin.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let names = text.split(',').map(|name| name.trim().trim_end_matches('/').to_ascii_lowercase());
        let names: Vec<String> = names.filter(|name| !name.is_empty()).collect();
        if !names.iter().all(|name| name == "*" || name == "localhost" || is_origin(name)) {
            return None;
        }
        Some(if names.iter().any(|name| name == "*") { Self::Any } else { Self::Listed(names) })
    }

    /// Whether `origin`, as a browser sends it, may call.
    #[must_use]
    pub fn allow(&self, origin: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Listed(names) => names.iter().any(|name| {
                name.eq_ignore_ascii_case(origin) || (name == "localhost" && is_loopback(origin))
            }),
        }
    }
}

/// Whether `name` is scheme, host and perhaps a port, without a path.
fn is_origin(name: &str) -> bool {
    name.split_once("://").is_some_and(|(scheme, host)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
            && !host.is_empty()
            && host.bytes().all(|b| b.is_ascii_graphic() && !b"/?#@".contains(&b))
    })
}

fn is_loopback(origin: &str) -> bool {
    let Some((scheme, rest)) = origin.split_once("://") else { return false };
    let host = match rest.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => rest,
    };
    matches!(scheme, "http" | "https") && matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn localhost_is_this_machine_and_nothing_else() {
        let local = Origins::parse("localhost").unwrap();
        for origin in
            ["http://localhost", "http://localhost:8080", "https://127.0.0.1:3000", "http://[::1]:1"]
        {
            assert!(local.allow(origin), "{origin}");
        }
        for origin in
            ["https://example.org", "http://localhost.example.org", "http://localhost:x", "null", ""]
        {
            assert!(!local.allow(origin), "{origin}");
        }
    }

    #[test]
    fn listed_origins_match_whole() {
        let listed = Origins::parse("https://a.example/, https://b.example:8443").unwrap();
        assert!(listed.allow("https://a.example") && listed.allow("https://b.example:8443"));
        assert!(!listed.allow("https://b.example") && !listed.allow("https://aa.example"));
        assert!(Origins::parse("*").unwrap().allow("https://anything.example"));
        assert!(!Origins::parse("").unwrap().allow("http://localhost"));
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for bad in ["music.example", "https://music.example/page", "https://", "://x", "a, https://b.example"]
        {
            assert_eq!(Origins::parse(bad), None, "{bad}");
        }
    }
}
