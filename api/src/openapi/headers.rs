//! Headers of requests and responses.

use serde_json::{Map, Value, json};

use super::reference;
use crate::routes::Route;

/// Routes whose answers have an entity tag.
pub(super) const CACHED: &[Route] = &[Route::Formats, Route::OpenApi];

/// Response headers: name, whether it is always there, what it is, an example.
const RESPONSE: &[(&str, bool, &str, &str)] = &[
    (
        "x-request-id",
        true,
        "The caller's id if it is well formed, else a random one. It is in the log too.",
        "5f0c2b7a9d3e4f61",
    ),
    (
        "server-timing",
        false,
        "Milliseconds of `upload`, of each stage, and in `total` until the response began.",
        "total;dur=812.4",
    ),
    (
        "etag",
        false,
        "A weak entity tag of the answer, for `if-none-match`.",
        "W/\"1f0c2b7a9d3e4f61a0b1c2d3e4f5a6b7\"",
    ),
    ("cache-control", false, "How long the answer may be kept.", "private, max-age=86400"),
    (
        "x-cache",
        false,
        "`hit` if the report was kept from before, `miss` if it was made for this request. Not there where `cache_ttl` is 0.",
        "miss",
    ),
    (
        "content-disposition",
        false,
        "The file name of an answer in another format than JSON.",
        "attachment; filename=\"song.mid\"",
    ),
    ("content-encoding", false, "`gzip` where the client takes it and it is worth it.", "gzip"),
    ("allow", true, "The methods that the route knows.", "POST"),
    ("www-authenticate", true, "How to send the key.", "Bearer realm=\"sectionist\""),
    ("accept-encoding", true, "The encodings of bodies that are known.", "gzip, identity"),
    ("retry-after", false, "Seconds after which to try again; always with `rate_limited` and `busy`.", "3"),
    (
        "ratelimit",
        false,
        "What is left: `r` requests at once, and `t` seconds until all may come at once again. Only where a limit is set.",
        "\"client\";r=9;t=1",
    ),
    (
        "ratelimit-policy",
        false,
        "The limit: `q` requests in `w` seconds. Only where a limit is set.",
        "\"client\";q=60;w=60",
    ),
];

/// The response headers by name.
pub(super) fn all() -> Map<String, Value> {
    RESPONSE
        .iter()
        .map(|&(name, required, about, example)| {
            let header = json!({
                "description": about,
                "required": required,
                "schema": { "type": "string" },
                "example": example,
            });
            (name.to_owned(), header)
        })
        .collect()
}

/// References to headers.
pub(super) fn refs(names: &[&str]) -> Value {
    names.iter().map(|&name| (name.to_owned(), reference("headers", name))).collect::<Map<_, _>>().into()
}

/// The headers of error responses of a status.
pub(super) const fn of_failure(status: u16) -> &'static [&'static str] {
    match status {
        401 => &["x-request-id", "server-timing", "www-authenticate"],
        405 => &["x-request-id", "server-timing", "allow"],
        415 => &["x-request-id", "server-timing", "accept-encoding", "ratelimit", "ratelimit-policy"],
        503 => &["x-request-id", "server-timing", "retry-after"],
        429 => &["x-request-id", "server-timing", "retry-after", "ratelimit", "ratelimit-policy"],
        400 | 408 | 413 => &["x-request-id", "server-timing", "ratelimit", "ratelimit-policy"],
        _ => &["x-request-id", "server-timing"],
    }
}

/// The answer to a request whose `if-none-match` names it.
pub(super) fn not_modified() -> Value {
    json!({
        "description": "The client has this answer already.",
        "headers": refs(&["x-request-id", "etag", "cache-control"]),
    })
}

/// `if-none-match` as a parameter.
pub(super) fn if_none_match() -> Value {
    json!({
        "name": "if-none-match",
        "in": "header",
        "description": "Entity tags of answers that the client has, as `etag` gave them, separated by commas.",
        "schema": { "type": "string" },
        "example": "W/\"1f0c2b7a9d3e4f61a0b1c2d3e4f5a6b7\"",
    })
}

/// `x-request-id` as a parameter.
pub(super) fn request_id() -> Value {
    json!({
        "name": "x-request-id",
        "in": "header",
        "description": "An id for log and answer: up to 128 of `A–Z a–z 0–9 - _ . :`. Others are not taken over.",
        "schema": { "type": "string" },
        "example": "import-17",
    })
}
