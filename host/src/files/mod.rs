//! The demo's files.

mod packed;

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use packed::{Coding, Packed};

/// What goes with every file: pages are isolated from other origins, and types are as declared.
const HEADERS: [(&str, &str); 6] = [
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-embedder-policy", "require-corp"),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cache-control", "no-cache"),
];

/// Files of this many bytes take a while to compress.
const LARGE: u64 = 128 << 10;

/// A folder of files.
pub(crate) struct Files {
    root: PathBuf,
    packed: Packed,
}

impl Files {
    /// The files in `root`.
    pub(crate) fn new(root: PathBuf) -> Self {
        Self { root, packed: Packed::default() }
    }

    /// Compresses what takes long, as the page's modules do, before somebody waits for it.
    pub(crate) async fn warm(&self) {
        let mut folders = vec![self.root.clone()];
        while let Some(folder) = folders.pop() {
            let Ok(mut entries) = tokio::fs::read_dir(&folder).await else { continue };
            while let Ok(Some(entry)) = entries.next_entry().await {
                let (path, Ok(metadata)) = (entry.path(), entry.metadata().await) else { continue };
                if metadata.is_dir() {
                    folders.push(path);
                } else if metadata.len() >= LARGE && is_compressible(media_type(&path)) {
                    self.packed.get(&path, &version(&metadata), Coding::Brotli).await;
                }
            }
        }
    }

    /// Answers a GET for `path`; `None` if there is no such file. What is text or wasm is compressed, if
    /// the client takes that.
    ///
    /// Browsers may keep files but must ask whether they still hold, which costs a 304.
    pub(crate) async fn serve(&self, path: &str, headers: &HeaderMap) -> Option<Response<Bytes>> {
        let mut file = resolve(&self.root, path)?;
        let mut metadata = tokio::fs::metadata(&file).await.ok()?;
        if metadata.is_dir() {
            if !path.ends_with('/') {
                let location = HeaderValue::from_str(&format!("{path}/")).ok()?;
                return Some(respond(
                    StatusCode::PERMANENT_REDIRECT,
                    [(header::LOCATION, location)],
                    Bytes::new(),
                ));
            }
            file.push("index.html");
            metadata = tokio::fs::metadata(&file).await.ok()?;
        }
        let modified = metadata.modified().unwrap_or(UNIX_EPOCH);
        let version = version(&metadata);
        let media_type = media_type(&file);
        let coding = if is_compressible(media_type) { Coding::accepted(headers) } else { None };
        let packed = match coding {
            Some(coding) => self.packed.get(&file, &version, coding).await,
            None => None,
        };
        // Each coding is a representation of its own, with a tag of its own.
        let (tag, coding, content) = match packed.zip(coding) {
            Some((content, coding)) => {
                (format!("\"{version}-{}\"", coding.name()), Some(coding), Some(content))
            }
            None => (format!("\"{version}\""), None, None),
        };
        let validators = [
            (header::ETAG, HeaderValue::from_str(&tag).ok()?),
            (header::LAST_MODIFIED, HeaderValue::from_str(&httpdate::fmt_http_date(modified)).ok()?),
            (header::VARY, HeaderValue::from_static("accept-encoding")),
        ];
        if is_fresh(headers, &tag, modified) {
            return Some(respond(StatusCode::NOT_MODIFIED, validators, Bytes::new()));
        }
        let content = match content {
            Some(content) => content,
            None => tokio::fs::read(&file).await.ok()?.into(),
        };
        let mut response = respond(StatusCode::OK, validators, content);
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        if let Some(coding) = coding {
            let name = HeaderValue::from_static(coding.name());
            response.headers_mut().insert(header::CONTENT_ENCODING, name);
        }
        Some(response)
    }
}

/// A name that differs when the file does.
fn version(metadata: &Metadata) -> String {
    let modified = metadata.modified().unwrap_or(UNIX_EPOCH);
    let age = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{:x}-{:x}", metadata.len(), age.as_nanos())
}

fn respond<const N: usize>(
    status: StatusCode,
    more: [(header::HeaderName, HeaderValue); N],
    content: Bytes,
) -> Response<Bytes> {
    let mut response = Response::new(content);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.extend(more);
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The file or folder that `path` names inside `root`. Names that start with a dot are hidden, and
/// none can lead outside.
fn resolve(root: &Path, path: &str) -> Option<PathBuf> {
    let path = decode(path)?;
    let mut file = root.to_owned();
    for name in path.split('/').filter(|name| !name.is_empty()) {
        if name.starts_with('.') || name.contains(['\\', ':', '\0']) {
            return None;
        }
        file.push(name);
    }
    Some(file)
}

/// Undoes percent-encoding; `None` if the result is not UTF-8 or an escape is broken.
fn decode(path: &str) -> Option<String> {
    let mut bytes = path.bytes();
    let mut decoded = Vec::with_capacity(path.len());
    while let Some(byte) = bytes.next() {
        decoded.push(if byte == b'%' {
            let mut digit = || char::from(bytes.next()?).to_digit(16);
            (digit()? * 16 + digit()?) as u8
        } else {
            byte
        });
    }
    String::from_utf8(decoded).ok()
}

fn is_fresh(headers: &HeaderMap, tag: &str, modified: SystemTime) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if let Some(tags) = text(header::IF_NONE_MATCH) {
        return tags.split(',').any(|given| matches!(given.trim(), "*") || given.trim() == tag);
    }
    // HTTP dates have whole seconds.
    text(header::IF_MODIFIED_SINCE)
        .and_then(|date| httpdate::parse_http_date(date).ok())
        .is_some_and(|since| modified < since + std::time::Duration::from_secs(1))
}

fn media_type(file: &Path) -> &'static str {
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" | "md" => "text/plain; charset=utf-8",
        "mp3" => "audio/mpeg",
        "wav" => "audio/wav",
        "flac" => "audio/flac",
        "ogg" => "audio/ogg",
        "m4a" => "audio/mp4",
        _ => "application/octet-stream",
    }
}

/// Whether compression makes such a file smaller.
fn is_compressible(media_type: &str) -> bool {
    media_type.starts_with("text/")
        || matches!(
            media_type,
            "application/json" | "application/manifest+json" | "application/wasm" | "image/svg+xml"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside() {
        let root = Path::new("root");
        assert_eq!(resolve(root, "/").unwrap(), root);
        assert_eq!(resolve(root, "/src//main.js").unwrap(), root.join("src/main.js"));
        assert_eq!(resolve(root, "/a%20b.html").unwrap(), root.join("a b.html"));
        for bad in [
            "/../x",
            "/a/%2e%2e/x",
            "/%2e%2e%2fx",
            "/.git/config",
            "/a%5c..%5cx",
            "/C:/x",
            "/%00",
            "/%ff",
            "/%4",
        ] {
            assert_eq!(resolve(root, bad), None, "{bad}");
        }
    }

    #[test]
    fn modules_and_wasm_have_their_types() {
        for (name, wanted) in [("a.wasm", "application/wasm"), ("a.js", "text/javascript; charset=utf-8")] {
            assert_eq!(media_type(Path::new(name)), wanted);
        }
    }
}
