//! Packets of an MP4 track, by its sample table and its fragments.
//!
//! The tables are read where they lie, entry by entry: nothing is allocated for them, whatever
//! lengths they claim, and every offset is checked against the file before it is used.

use std::collections::VecDeque;

use bytes::Bytes;
use symphonia::core::units::TimeBase;

use crate::decode::bytes::boxes::{boxes, find};
use crate::decode::bytes::numbers::{be_u32, be_u64};
use crate::decode::packets::packet::{End, PCM_PACKET, Packet, ticks_to_samples};

/// Samples of one fragment that are believed; a fragment lasts seconds.
const MAX_FRAGMENT: u32 = 100_000;

/// Reads the packets of one track.
pub(in crate::decode) struct SampleReader {
    pub(in crate::decode) bytes: Bytes,
    pub(in crate::decode) track_id: u32,
    pub(in crate::decode) time_base: Option<TimeBase>,
    pub(in crate::decode) sample_rate: u32,
    /// Bytes of one sample of all channels, for PCM, whose packets are put together here.
    pub(in crate::decode) pcm_frame: Option<usize>,
    /// Whether the file is shorter than its boxes claim.
    pub(in crate::decode) cut: bool,
    table: Table,
    /// Where the next box to search for a fragment starts.
    next_box: usize,
    /// Samples of the fragment under way: offset, length and ticks.
    fragment: VecDeque<(u64, u32, u32)>,
    /// Defaults of the fragments: ticks and length of a sample.
    defaults: (u32, u32),
    fragmented: bool,
    /// Ticks up to the next packet.
    time: u64,
    at: usize,
}

/// The boxes of a sample table, and the place in them.
#[derive(Default)]
struct Table {
    /// Runs of samples of one duration: count and ticks.
    durations: Bytes,
    /// Runs of chunks: first chunk (from 1), samples a chunk, description.
    chunks: Bytes,
    /// Length of every sample, or 0 and then one by one.
    constant_len: u32,
    lens: Bytes,
    n_samples: u32,
    offsets: Bytes,
    long_offsets: bool,
    sample: u32,
    chunk: usize,
    run: usize,
    left_in_chunk: u32,
    per_chunk: u32,
    offset: u64,
    duration_run: usize,
    left_in_run: u32,
    ticks: u32,
}

impl SampleReader {
    /// A reader at the start of the track whose box is `trak`, in the movie whose box is `moov`.
    pub(in crate::decode) fn new(
        bytes: &Bytes,
        moov: &[u8],
        trak: &[u8],
        track_id: u32,
        sample_rate: u32,
    ) -> Self {
        let extends = find(moov, &[b"mvex"]).map(|mvex| {
            let of_track = |atom: &&[u8]| be_u32(atom, 4) == Some(track_id);
            let defaults = boxes(mvex).filter(|atom| &atom.kind == b"trex").map(|atom| atom.body);
            let trex = defaults.into_iter().find(of_track);
            trex.map_or((0, 0), |trex| (be_u32(trex, 12).unwrap_or(0), be_u32(trex, 16).unwrap_or(0)))
        });
        Self {
            table: Table::new(bytes, trak),
            bytes: bytes.clone(),
            track_id,
            time_base: None,
            sample_rate,
            pcm_frame: None,
            cut: false,
            next_box: 0,
            fragment: VecDeque::new(),
            defaults: extends.unwrap_or_default(),
            fragmented: extends.is_some(),
            time: 0,
            at: 0,
        }
    }

    /// Bytes of the file up to the last packet.
    pub(in crate::decode) const fn position(&self) -> usize {
        self.at
    }

    /// Length of the track by its table, in ticks.
    pub(in crate::decode) fn table_ticks(&self) -> u64 {
        let runs = self.table.durations.chunks_exact(8);
        runs.map(|run| u64::from(be_u32(run, 0).unwrap_or(0)) * u64::from(be_u32(run, 4).unwrap_or(0)))
            .fold(0, u64::saturating_add)
    }

    /// The next packet of the track.
    pub(in crate::decode) fn next_packet(&mut self) -> Result<Packet, End> {
        let (offset, len, ticks) = match self.table.next_samples(self.pcm_frame) {
            Some(sample) => sample?,
            None if self.fragmented => self.next_in_fragments()?,
            None => return Err(End::Complete),
        };
        let position = self.samples(self.time);
        self.time = self.time.saturating_add(ticks);
        let duration = self.samples(self.time) - position;
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let end = start.saturating_add(len);
        let data = if end <= self.bytes.len() {
            self.at = end;
            self.bytes.slice(start..end)
        } else if self.cut {
            return Err(End::Truncated);
        } else {
            // A false entry: the decoder refuses the empty packet, and silence takes its place.
            Bytes::new()
        };
        Ok(Packet { position, duration: duration.unsigned_abs(), trim: (0, 0), data })
    }

    fn samples(&self, ticks: u64) -> i64 {
        let ticks = i64::try_from(ticks).unwrap_or(i64::MAX);
        ticks_to_samples(ticks, self.time_base, self.sample_rate)
    }

    fn next_in_fragments(&mut self) -> Result<(u64, usize, u64), End> {
        loop {
            if let Some((offset, len, ticks)) = self.fragment.pop_front() {
                return Ok((offset, len as usize, u64::from(ticks)));
            }
            let start = self.next_box;
            let end = if self.cut { End::Truncated } else { End::Complete };
            let bytes = self.bytes.clone();
            let atom = boxes(bytes.get(start..).ok_or(end)?).next().ok_or(end)?;
            self.next_box = start.saturating_add(usize::try_from(atom.end).unwrap_or(usize::MAX));
            if &atom.kind == b"moof" {
                let mut runs_end = start as u64;
                for traf in boxes(atom.body).filter(|atom| &atom.kind == b"traf") {
                    // What cannot be read of a damaged fragment is left out.
                    self.read_fragment(traf.body, start as u64, &mut runs_end);
                }
            }
        }
    }

    /// Reads one track fragment (ISO 14496-12, 8.8.7 and 8.8.8) of the fragment that starts at `moof`.
    fn read_fragment(&mut self, traf: &[u8], moof: u64, runs_end: &mut u64) -> Option<()> {
        let header = find(traf, &[b"tfhd"])?;
        if be_u32(header, 4)? != self.track_id {
            return None;
        }
        let flags = be_u32(header, 0)? & 0xff_ffff;
        let mut fields = Fields { body: header, at: 8 };
        let base = if flags & 1 != 0 { fields.long()? } else { moof };
        if flags & 2 != 0 {
            fields.short()?;
        }
        let ticks = if flags & 8 != 0 { fields.short()? } else { self.defaults.0 };
        let len = if flags & 16 != 0 { fields.short()? } else { self.defaults.1 };
        if let Some(time) = find(traf, &[b"tfdt"]) {
            let start = if *time.first()? == 1 { be_u64(time, 4) } else { be_u32(time, 4).map(u64::from) };
            // The clock never runs back; a jump forward is judged where silence would fill it.
            self.time = self.time.max(start?);
        }
        for run in boxes(traf).filter(|atom| &atom.kind == b"trun").map(|atom| atom.body) {
            let flags = be_u32(run, 0)? & 0xff_ffff;
            let count = be_u32(run, 4)?.min(MAX_FRAGMENT);
            let mut fields = Fields { body: run, at: 8 };
            let mut offset = *runs_end;
            if flags & 1 != 0 {
                offset = base.checked_add_signed(i64::from(fields.short()?.cast_signed()))?;
            }
            if flags & 4 != 0 {
                fields.short()?;
            }
            for _ in 0..count {
                let ticks = if flags & 0x100 != 0 { fields.short()? } else { ticks };
                let len = if flags & 0x200 != 0 { fields.short()? } else { len };
                for bit in [0x400, 0x800] {
                    if flags & bit != 0 {
                        fields.short()?;
                    }
                }
                self.fragment.push_back((offset, len, ticks));
                offset = offset.checked_add(u64::from(len))?;
            }
            *runs_end = offset;
        }
        Some(())
    }
}

/// Numbers one behind the other.
struct Fields<'a> {
    body: &'a [u8],
    at: usize,
}

impl Fields<'_> {
    fn short(&mut self) -> Option<u32> {
        self.at += 4;
        be_u32(self.body, self.at - 4)
    }

    fn long(&mut self) -> Option<u64> {
        self.at += 8;
        be_u64(self.body, self.at - 8)
    }
}

impl Table {
    fn new(bytes: &Bytes, trak: &[u8]) -> Self {
        let Some(stbl) = find(trak, &[b"mdia", b"minf", b"stbl"]) else { return Self::default() };
        let body = |kind: &[u8; 4]| find(stbl, &[kind]);
        // The entries behind version, flags and `skip` bytes more.
        let entries = |kind: &[u8; 4], skip: usize| {
            let entries = body(kind).and_then(|body| body.get(4 + skip..)).unwrap_or_default();
            bytes.slice_ref(entries)
        };
        let long_offsets = body(b"stco").is_none();
        let sizes = body(b"stsz").unwrap_or_default();
        Self {
            durations: entries(b"stts", 4),
            chunks: entries(b"stsc", 4),
            constant_len: be_u32(sizes, 4).unwrap_or(0),
            n_samples: be_u32(sizes, 8).unwrap_or(0),
            lens: entries(b"stsz", 8),
            offsets: entries(if long_offsets { b"co64" } else { b"stco" }, 4),
            long_offsets,
            ..Self::default()
        }
    }

    /// Offset, length and ticks of the next sample, or of the next ones of PCM; `None` at the end.
    fn next_samples(&mut self, pcm_frame: Option<usize>) -> Option<Result<(u64, usize, u64), End>> {
        if self.sample >= self.n_samples {
            return None;
        }
        // A table that ends too soon.
        Some(self.step(pcm_frame).ok_or(End::Truncated))
    }

    fn step(&mut self, pcm_frame: Option<usize>) -> Option<(u64, usize, u64)> {
        while self.left_in_chunk == 0 {
            self.next_chunk()?;
        }
        while self.left_in_run == 0 {
            let at = self.duration_run * 8;
            self.left_in_run = be_u32(&self.durations, at)?;
            self.ticks = be_u32(&self.durations, at + 4)?;
            self.duration_run += 1;
        }
        let (count, len) = match pcm_frame {
            Some(frame) => {
                let count = (PCM_PACKET as u32).min(self.left_in_chunk).min(self.left_in_run);
                let count = count.min(self.n_samples - self.sample);
                (count, frame * count as usize)
            }
            None if self.constant_len > 0 => (1, self.constant_len as usize),
            None => (1, be_u32(&self.lens, (self.sample as usize).checked_mul(4)?)? as usize),
        };
        let offset = self.offset;
        self.offset = self.offset.checked_add(len as u64)?;
        self.sample += count;
        self.left_in_chunk -= count;
        self.left_in_run -= count;
        Some((offset, len, u64::from(self.ticks) * u64::from(count)))
    }

    fn next_chunk(&mut self) -> Option<()> {
        let run = |index: usize| be_u32(&self.chunks, index.checked_mul(12)?);
        // Runs count chunks from 1.
        if self.chunk == 0 || run(self.run + 1) == Some(self.chunk as u32 + 1) {
            self.run += usize::from(self.chunk > 0);
            self.per_chunk = be_u32(&self.chunks, self.run * 12 + 4)?;
        }
        self.left_in_chunk = self.per_chunk;
        self.offset = if self.long_offsets {
            be_u64(&self.offsets, self.chunk.checked_mul(8)?)?
        } else {
            u64::from(be_u32(&self.offsets, self.chunk.checked_mul(4)?)?)
        };
        self.chunk += 1;
        Some(())
    }
}
