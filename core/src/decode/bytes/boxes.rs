//! Boxes of MP4 files.

use crate::decode::bytes::numbers::{be_u32, be_u64};

/// A box of an ISO media file.
pub(in crate::decode) struct Atom<'a> {
    pub(in crate::decode) kind: [u8; 4],
    /// Its content, as far as the file has it.
    pub(in crate::decode) body: &'a [u8],
    /// Where it claims to end, from the start of the bytes that were walked.
    pub(in crate::decode) end: u64,
}

/// The boxes in `bytes`, one after the other.
pub(in crate::decode) fn boxes(bytes: &[u8]) -> impl Iterator<Item = Atom<'_>> {
    let mut at = 0_u64;
    std::iter::from_fn(move || {
        let start = usize::try_from(at).ok()?;
        let kind = *bytes.get(start.checked_add(4)?..)?.first_chunk()?;
        let (header, len) = match be_u32(bytes, start)? {
            0 => (8, bytes.len() as u64 - at),
            1 => (16, be_u64(bytes, start + 8)?),
            len => (8, u64::from(len)),
        };
        let end = at.checked_add(len.max(header))?;
        let body_start = (start + header as usize).min(bytes.len());
        let body_end = usize::try_from(end).unwrap_or(usize::MAX).clamp(body_start, bytes.len());
        at = end;
        Some(Atom { kind, body: &bytes[body_start..body_end], end })
    })
}

/// The content of the first box along `path`.
pub(in crate::decode) fn find<'a>(bytes: &'a [u8], path: &[&[u8; 4]]) -> Option<&'a [u8]> {
    path.iter()
        .try_fold(bytes, |bytes, kind| boxes(bytes).find(|atom| atom.kind == **kind).map(|atom| atom.body))
}
