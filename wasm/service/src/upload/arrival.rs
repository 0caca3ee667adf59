//! A body as it arrives: decoded, and in time.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use axum::body::BodyDataStream;
use bytes::Bytes;
use futures::StreamExt;
use sectionist_api::encoding::{Broken, Encoding, Gunzip};
use sectionist_api::failure::{Code, Details};

use super::Bounds;
use crate::clock::within;
use crate::error::ApiError;

/// How long nothing may come.
const STANDSTILL: Duration = Duration::from_secs(30);

/// The chunks of a body.
pub(super) struct Arrival {
    body: BodyDataStream,
    gunzip: Option<Gunzip>,
    /// Decoded, and not given out yet.
    decoded: VecDeque<Bytes>,
    /// Of a chunk that arrived, what is not decoded yet.
    encoded: Bytes,
    started: Instant,
    bounds: Bounds,
}

/// Bytes of compressed data that are decoded before they are given out: at most a few megabytes then.
const BITE: usize = 4 << 10;

impl Arrival {
    pub(super) fn new(body: BodyDataStream, encoding: Encoding, bounds: Bounds) -> Self {
        Self {
            body,
            gunzip: (encoding == Encoding::Gzip).then(Gunzip::default),
            decoded: VecDeque::new(),
            encoded: Bytes::new(),
            started: Instant::now(),
            bounds,
        }
    }

    /// The next chunk, never empty; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, ApiError> {
        loop {
            if let Some(chunk) = self.decoded.pop_front() {
                return Ok(Some(chunk));
            }
            if !self.encoded.is_empty() {
                let bite = self.encoded.split_to(BITE.min(self.encoded.len()));
                self.decode(&bite)?;
                continue;
            }
            match self.arrived().await? {
                Some(chunk) if self.gunzip.is_some() => self.encoded = chunk,
                Some(chunk) if chunk.is_empty() => {}
                Some(chunk) => return Ok(Some(chunk)),
                None => {
                    let Some(mut gunzip) = self.gunzip.take() else { return Ok(None) };
                    let decoded = &mut self.decoded;
                    gunzip.finish(broken, |part| keep(decoded, part))?;
                }
            }
        }
    }

    /// The next chunk as it was sent.
    async fn arrived(&mut self) -> Result<Option<Bytes>, ApiError> {
        let left = self.bounds.time.saturating_sub(self.started.elapsed());
        match within(left.min(STANDSTILL), self.body.next()).await {
            Some(chunk) => chunk.transpose().map_err(|_| broken_off()),
            None => Err(self.too_slow()),
        }
    }

    fn decode(&mut self, bite: &[u8]) -> Result<(), ApiError> {
        let decoded = &mut self.decoded;
        match &mut self.gunzip {
            Some(gunzip) => gunzip.push(bite, broken, |part| keep(decoded, part)),
            None => Ok(()),
        }
    }

    fn too_slow(&self) -> ApiError {
        let max = self.bounds.time.as_secs_f64();
        let words = if self.started.elapsed() < self.bounds.time {
            format!("nothing of the upload came for {} s", STANDSTILL.as_secs())
        } else {
            format!("the upload took longer than the {max} s it may take here")
        };
        ApiError::new(Code::UploadTimeout, words).with(Details::Time {
            limit: "upload_timeout",
            max,
            fraction: None,
        })
    }
}

fn keep(decoded: &mut VecDeque<Bytes>, part: &[u8]) -> Result<(), ApiError> {
    if !part.is_empty() {
        decoded.push_back(Bytes::copy_from_slice(part));
    }
    Ok(())
}

fn broken(how: Broken) -> ApiError {
    match how {
        Broken::Invalid => {
            ApiError::new(Code::BadEncoding, "the body is not gzip, as `content-encoding` says")
        }
        Broken::Incomplete => broken_off(),
    }
}

pub(super) fn broken_off() -> ApiError {
    ApiError::new(Code::IncompleteUpload, "the upload broke off")
}
