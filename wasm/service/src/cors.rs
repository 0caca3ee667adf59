//! Cross-origin requests.

use http::{HeaderMap, HeaderValue, header};

/// Which web origins may read the answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origins {
    /// All of them.
    Any,
    /// Those listed; `localhost` in the list stands for this machine by any name and port.
    Listed(Vec<String>),
}

impl Origins {
    /// Parses origins separated by commas; `*` allows all, and nothing allows none.
    pub(crate) fn parse(text: &str) -> Self {
        let names = text.split(',').map(|name| name.trim().trim_end_matches('/').to_ascii_lowercase());
        let names: Vec<String> = names.filter(|name| !name.is_empty()).collect();
        if names.iter().any(|name| name == "*") { Self::Any } else { Self::Listed(names) }
    }

    fn allow(&self, origin: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Listed(names) => names.iter().any(|name| {
                name.eq_ignore_ascii_case(origin) || (name == "localhost" && is_loopback(origin))
            }),
        }
    }

    /// Adds what lets a page of the request's origin read the response, if it may.
    pub(crate) fn describe(&self, origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
        headers.append(header::VARY, HeaderValue::from_static("origin"));
        let Some(origin) = origin.filter(|origin| origin.to_str().is_ok_and(|name| self.allow(name))) else {
            return;
        };
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("x-request-id, server-timing, retry-after, content-disposition"),
        );
    }

    /// Adds what a preflight request asks for, if its origin may call.
    pub(crate) fn describe_preflight(&self, headers: &mut HeaderMap) {
        if !headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
            return;
        }
        for (name, value) in [
            (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS"),
            (
                header::ACCESS_CONTROL_ALLOW_HEADERS,
                "accept, authorization, content-disposition, content-type, x-api-key, x-request-id",
            ),
            (header::ACCESS_CONTROL_MAX_AGE, "600"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
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
        let local = Origins::parse("localhost");
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
        let listed = Origins::parse("https://a.example/, https://b.example:8443");
        assert!(listed.allow("https://a.example") && listed.allow("https://b.example:8443"));
        assert!(!listed.allow("https://b.example") && !listed.allow("https://aa.example"));
        assert!(Origins::parse("*").allow("https://anything.example"));
        assert!(!Origins::parse("").allow("http://localhost"));
    }
}
