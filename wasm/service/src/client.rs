//! Who calls, whether they may, and how often.

use std::net::IpAddr;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use sectionist_api::client::{Key, client_address, counted, given};
use sectionist_api::failure::{Code, Details};
use sectionist_api::quota::{Place, Quota, Verdict, whole_seconds};
use sectionist_api::variables::Settings;

use crate::clock;
use crate::error::ApiError;
use crate::log::Entry;
use crate::store;

/// What every limited response carries.
pub(crate) type LimitHeaders = Vec<(HeaderName, HeaderValue)>;

/// The client's address, as the host and trusted proxies tell it.
pub(crate) fn address(headers: &HeaderMap, settings: &Settings) -> Option<IpAddr> {
    let peer = headers.get("spin-client-addr")?.to_str().ok()?;
    let forwarded = headers.get_all("x-forwarded-for").iter().map(|value| value.to_str().unwrap_or_default());
    client_address(peer, forwarded.collect::<Vec<_>>().into_iter(), &settings.trusted_proxies)
}

/// The key that was sent, where one is asked for.
///
/// # Errors
/// 401 `unauthorized` if none that is known was sent.
pub(crate) fn authorise<'a>(
    headers: &HeaderMap,
    settings: &'a Settings,
) -> Result<Option<&'a Key>, ApiError> {
    if settings.keys.is_empty() {
        return Ok(None);
    }
    let value = |name: HeaderName| headers.get(name).map(HeaderValue::as_bytes);
    let key = given(value(header::AUTHORIZATION), value(HeaderName::from_static("x-api-key")));
    let known = key.and_then(|key| settings.keys.find(key));
    known.map(Some).ok_or_else(|| {
        ApiError::new(
            Code::Unauthorized,
            "this service asks for an API key, as `Authorization: Bearer …` or `x-api-key`",
        )
    })
}

/// Counts a request of the owner of `key`, or else of `address`, against their limit. The headers
/// that tell of it, and the refusal if it is one too many.
pub(crate) async fn count(
    settings: &Settings,
    key: Option<&Key>,
    address: Option<IpAddr>,
    entry: &Entry,
) -> (LimitHeaders, Option<ApiError>) {
    let Some(quota) = key.and_then(|key| key.quota).unwrap_or(settings.quota) else {
        return (Vec::new(), None);
    };
    // Requests of unknown origin share one allowance.
    let place = Place::of(&match (key, address) {
        (Some(key), _) => format!("key {}", key.name),
        (None, Some(address)) => format!("address {}", counted(address)),
        (None, None) => "unknown".to_owned(),
    });
    let full_at = store::get(&place.key(), entry).await.and_then(|value| place.unpack(&value));
    let now = u64::try_from(clock::since_epoch().as_micros()).unwrap_or(u64::MAX);
    let verdict = quota.judge(full_at, now);
    let refusal = verdict.retry_after.map(|time| {
        let (limit, retry_after) = (quota.per_minute(), whole_seconds(time));
        ApiError::new(
            Code::RateLimited,
            format!(
                "more requests than the {limit} a minute that a client may send; try again in {retry_after} s"
            ),
        )
        .with(Details::Rate { limit, retry_after })
    });
    if refusal.is_none() {
        store::set(&place.key(), &place.pack(verdict.full_at), entry).await;
    }
    (describe(quota, verdict), refusal)
}

/// The headers of draft-ietf-httpapi-ratelimit-headers.
fn describe(quota: Quota, verdict: Verdict) -> LimitHeaders {
    let policy = format!("\"client\";q={};w=60", quota.per_minute());
    let limit = format!("\"client\";r={};t={}", verdict.remaining, whole_seconds(verdict.reset));
    [("ratelimit-policy", policy), ("ratelimit", limit)]
        .into_iter()
        .filter_map(|(name, value)| {
            Some((HeaderName::from_static(name), HeaderValue::from_str(&value).ok()?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn settings(pairs: &[(&str, &str)]) -> Settings {
        let values: BTreeMap<String, String> =
            pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        Settings::parse(&values).unwrap()
    }

    #[test]
    fn keys_are_asked_for_where_there_are_some() {
        let mut headers = HeaderMap::new();
        assert!(authorise(&headers, &settings(&[])).unwrap().is_none());
        let settings = settings(&[("api_key", "secret"), ("api_keys", "app:other")]);
        assert_eq!(authorise(&headers, &settings).unwrap_err().0.code, Code::Unauthorized);
        headers.insert("x-api-key", HeaderValue::from_static("other"));
        assert_eq!(authorise(&headers, &settings).unwrap().unwrap().name, "app");
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static("bearer secret"));
        assert_eq!(authorise(&headers, &settings).unwrap().unwrap().name, "");
    }

    #[test]
    fn the_address_is_the_sockets_or_what_trusted_proxies_say() {
        let mut headers = HeaderMap::new();
        assert_eq!(address(&headers, &settings(&[])), None);
        headers.insert("spin-client-addr", HeaderValue::from_static("[::1]:50000"));
        headers.insert("x-forwarded-for", HeaderValue::from_static("1.2.3.4"));
        let told = |settings| address(&headers, &settings).map(|address| address.to_string());
        assert_eq!(told(settings(&[])).as_deref(), Some("::1"));
        assert_eq!(told(settings(&[("trusted_proxies", "::1")])).as_deref(), Some("1.2.3.4"));
    }
}
