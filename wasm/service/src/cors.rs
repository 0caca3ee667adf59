//! Cross-origin requests.

use http::{HeaderMap, HeaderValue, header};
use sectionist_api::origins::Origins;

/// Adds what lets a page of the request's origin read the response, if it may.
pub(crate) fn describe(origins: &Origins, origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    let Some(origin) = origin.filter(|origin| origin.to_str().is_ok_and(|name| origins.allow(name))) else {
        return;
    };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static(
            "content-disposition, etag, ratelimit, ratelimit-policy, retry-after, server-timing, x-cache, \
             x-request-id",
        ),
    );
}

/// Adds what a preflight request asks for, if its origin may call.
pub(crate) fn describe_preflight(headers: &mut HeaderMap) {
    if !headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
        return;
    }
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS"),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "accept, authorization, content-disposition, content-encoding, content-type, if-none-match, \
             x-api-key, x-request-id",
        ),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_allowed_origins_are_described() {
        let origins = Origins::parse("https://a.example").expect("an origin");
        for (origin, allowed) in [("https://a.example", true), ("https://b.example", false)] {
            let mut headers = HeaderMap::new();
            describe(&origins, Some(&HeaderValue::from_static(origin)), &mut headers);
            describe_preflight(&mut headers);
            assert_eq!(headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN), allowed, "{origin}");
            assert_eq!(headers.contains_key(header::ACCESS_CONTROL_ALLOW_METHODS), allowed, "{origin}");
            assert_eq!(headers[header::VARY], "origin");
        }
    }
}
