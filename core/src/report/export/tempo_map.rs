//! Seconds → ticks of a MIDI file, such that its beats and bars are those that were heard.

use super::bars::Bar;
use super::beat_grid::{beats_between, fewest_lines};
use super::content::Content;
use crate::units::TimeSignature;

/// Ticks a quarter note.
pub(super) const TICKS_PER_QUARTER: u16 = 480;

/// Longest tempo that the file format can hold, in microseconds a quarter note: some 3.6 BPM.
const MAX_MICROS: f64 = 16_777_215.0;

/// Last tick that a delta time can reach.
const MAX_TICK: f64 = ((1 << 28) - 1) as f64;

/// Before a first beat this close to 0 s there is no lead-in.
const NO_LEAD_IN: f64 = 1e-3;

/// Beats play within this many seconds of where they were heard.
const KEPT_WITHIN: f64 = 0.01;

/// Longest stretch of one tempo in quarters: half a microsecond that a tempo is rounded by is a millisecond at its end.
const LONGEST_STRETCH: f64 = 2000.0;

/// Tempi and meters of a file, and where seconds fall.
#[derive(Debug)]
pub(super) struct TempoMap {
    /// (seconds, tick) of the start and of every beat, both strictly rising, at least two.
    anchors: Vec<(f64, u64)>,
    /// (tick, microseconds a quarter note) of each change of tempo.
    pub(super) tempi: Vec<(u32, u32)>,
    /// (tick, time signature) of each change of meter.
    pub(super) meters: Vec<(u32, TimeSignature)>,
}

impl TempoMap {
    /// Every beat of the song is a beat of the file and every downbeat on a bar line, whatever the tempo does, with as
    /// few tempi as play them within 10 ms of where they were heard. Time before the first beat is filled with beats of
    /// about the same tempo, in an upbeat bar as long as it takes; a bar with an odd number of beats
    /// gets a time signature of its own. Without beats, ticks follow the song's tempo, or 120 BPM.
    pub(super) fn of(content: &Content<'_>) -> Self {
        let bars = content.bars();
        let mut grid = Grid::default();
        if bars.is_empty() {
            let bpm = content.tempo().map_or(120.0, |tempo| tempo.bpm.get()).clamp(4.0, 1000.0);
            grid.anchors = vec![(0.0, 0), (60.0 / bpm, u64::from(TICKS_PER_QUARTER))];
            grid.meters.extend(content.meter.map(|meter| (0, sane(meter.value))));
        } else {
            grid.fill(&bars);
        }
        let tempi = tempi(&grid.anchors, grid.n_lead_in);
        let meters = grid.meters.into_iter().map(|(tick, meter)| (clamped(tick as f64), meter)).collect();
        Self { anchors: grid.anchors, tempi, meters }
    }

    /// The tick of `time` seconds.
    pub(super) fn tick_at(&self, time: f64) -> u32 {
        let n_before = self.anchors.partition_point(|anchor| anchor.0 <= time);
        // After the last anchor, its tempo goes on.
        let right = n_before.clamp(1, self.anchors.len() - 1);
        let ((t0, k0), (t1, k1)) = (self.anchors[right - 1], self.anchors[right]);
        // s ÷ s · ticks = ticks
        clamped((k0 as f64 + (time - t0) / (t1 - t0) * (k1 - k0) as f64).round())
    }
}

/// `tick` within what a file can hold; 0 for NaN.
fn clamped(tick: f64) -> u32 {
    tick.clamp(0.0, MAX_TICK) as u32
}

/// Beats laid out in ticks.
#[derive(Default)]
struct Grid {
    anchors: Vec<(f64, u64)>,
    /// How many of the first anchors are no beats.
    n_lead_in: usize,
    meters: Vec<(u64, TimeSignature)>,
}

impl Grid {
    fn fill(&mut self, bars: &[Bar]) {
        let times: Vec<f64> = bars.iter().flat_map(|bar| bar.beats.iter().copied()).collect();
        let intervals: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let first_period = intervals.first().copied().unwrap_or(0.5);
        let last_period = intervals.last().copied().unwrap_or(0.5);

        let mut tick = 0;
        let mut bar_start = 0;
        let mut n_beats_in_bar = 0;
        self.anchors.push((0.0, 0));
        let lead_in = times[0];
        if lead_in >= NO_LEAD_IN {
            n_beats_in_bar = (lead_in / first_period).round().clamp(1.0, 1e4) as u64;
            tick = n_beats_in_bar * ticks_per_beat(bars[0].meter);
            self.anchors.push((lead_in, tick));
            self.n_lead_in = 1;
        }
        let counts = beats_between(&times);
        let mut beat_idx = 0;
        for (bar_idx, bar) in bars.iter().enumerate() {
            if bar.number > 0 && tick > bar_start {
                let meter = bars[bar_idx.saturating_sub(1)].meter;
                self.close_bar(bar_start, n_beats_in_bar, meter, bar.number == 1);
            }
            if bar.number > 0 {
                bar_start = tick;
                n_beats_in_bar = 0;
            }
            for &time in &bar.beats {
                let n_beats = counts.get(beat_idx).copied().unwrap_or(1);
                tick += n_beats * ticks_per_beat(bar.meter);
                n_beats_in_bar += n_beats;
                let next = times.get(beat_idx + 1).copied().unwrap_or(time + last_period);
                self.anchors.push((next, tick));
                beat_idx += 1;
            }
        }
        // The song may end within its last bar: that does not change the meter.
        if let Some(last) = bars.last().filter(|bar| bar.number > 0) {
            self.set_meter(bar_start, sane(last.meter));
        }
    }

    /// Writes the time signatures of the bar from tick `start` with `n_beats` felt beats.
    fn close_bar(&mut self, start: u64, n_beats: u64, meter: TimeSignature, upbeat: bool) {
        let meter = sane(meter);
        let full = meter.beats_per_bar() as u64;
        let rest = n_beats % full;
        if rest == 0 {
            self.set_meter(start, meter);
        } else if upbeat {
            // The odd beats come first, then whole bars up to the first downbeat.
            self.set_meter(start, odd_bar(meter, rest));
            if n_beats > full {
                self.set_meter(start + rest * ticks_per_beat(meter), meter);
            }
        } else {
            if n_beats > full {
                self.set_meter(start, meter);
            }
            self.set_meter(start + (n_beats - rest) * ticks_per_beat(meter), odd_bar(meter, rest));
        }
    }

    fn set_meter(&mut self, tick: u64, meter: TimeSignature) {
        if self.meters.last().is_none_or(|last| last.1 != meter) {
            self.meters.push((tick, meter));
        }
    }
}

/// Changes of tempo, as few as play all anchors in time.
fn tempi(anchors: &[(f64, u64)], n_lead_in: usize) -> Vec<(u32, u32)> {
    let heard = &anchors[n_lead_in.min(anchors.len() - 1)..];
    let points: Vec<(f64, f64)> = heard.iter().map(|&(time, tick)| (quarters(tick), time)).collect();
    // Lines that start before the song does cannot be played: then nearer to the beats.
    for tolerance in [0.85, 0.6, 0.4, 0.2, 0.1, 0.05, 0.0] {
        let mut player = Player::default();
        for line in fewest_lines(&points, tolerance * KEPT_WITHIN, LONGEST_STRETCH) {
            player.play_to(heard[line.first].1, line.start);
            let length = points[line.last].0 - points[line.first].0;
            player.play_to(heard[line.last].1, player.time + line.slope * length);
        }
        if player.keeps(heard) || tolerance == 0.0 {
            return player.tempi;
        }
    }
    Vec::new()
}

/// ticks ÷ ticks/quarter = quarters
fn quarters(tick: u64) -> f64 {
    tick as f64 / f64::from(TICKS_PER_QUARTER)
}

/// Where a sequencer is that plays a list of tempi.
#[derive(Default)]
struct Player {
    tick: u64,
    /// In seconds.
    time: f64,
    tempi: Vec<(u32, u32)>,
}

impl Player {
    /// Goes on to `tick` with the tempo that plays it at `time`.
    fn play_to(&mut self, tick: u64, time: f64) {
        if tick <= self.tick {
            return;
        }
        let length = quarters(tick - self.tick);
        let micros = ((time - self.time) * 1e6 / length).round().clamp(1.0, MAX_MICROS);
        if self.tempi.last().is_none_or(|last| f64::from(last.1) != micros) {
            self.tempi.push((clamped(self.tick as f64), micros as u32));
        }
        self.time += micros * length / 1e6;
        self.tick = tick;
    }

    /// Whether all beats play in time.
    fn keeps(&self, beats: &[(f64, u64)]) -> bool {
        let mut tempi = self.tempi.iter().peekable();
        let (mut tick, mut time, mut micros) = (0, 0.0, 500_000.0);
        beats.iter().all(|&(heard, beat)| {
            while let Some(&&(at, next)) = tempi.peek()
                && u64::from(at) <= beat
            {
                time += quarters(u64::from(at).saturating_sub(tick)) * micros / 1e6;
                tick = u64::from(at);
                micros = f64::from(next);
                tempi.next();
            }
            let played: f64 = time + quarters(beat - tick) * micros / 1e6;
            (played - heard).abs() <= KEPT_WITHIN
        })
    }
}

/// Ticks of a felt beat: of a dotted one in compound meters.
pub(super) fn ticks_per_beat(meter: TimeSignature) -> u64 {
    let meter = sane(meter);
    let whole_note = 4 * u64::from(TICKS_PER_QUARTER);
    whole_note * u64::from(meter.numerator) / u64::from(meter.denominator) / meter.beats_per_bar() as u64
}

/// The meter of a bar of `n_beats` felt beats: `meter`, unless they are more or fewer.
pub(super) fn bar_meter(meter: TimeSignature, n_beats: usize) -> TimeSignature {
    let meter = sane(meter);
    if n_beats == meter.beats_per_bar() { meter } else { odd_bar(meter, n_beats.min(255) as u64) }
}

/// A bar of `n_beats` felt beats of `meter`.
fn odd_bar(meter: TimeSignature, n_beats: u64) -> TimeSignature {
    let units_per_beat = u64::from(meter.numerator) / meter.beats_per_bar() as u64;
    let numerator = u8::try_from(n_beats * units_per_beat).unwrap_or(u8::MAX);
    TimeSignature::new(numerator, meter.denominator)
}

/// `meter`, or 4/4 if notation has no such meter.
fn sane(meter: TimeSignature) -> TimeSignature {
    let possible = meter.numerator > 0 && meter.denominator.is_power_of_two() && meter.denominator <= 32;
    if possible { meter } else { TimeSignature::COMMON }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use crate::rhythm::{Beat, MeterSpan};

    /// Seconds of `tick`, by playing the tempi as a sequencer does.
    fn seconds_at(map: &TempoMap, tick: u32) -> f64 {
        let mut seconds = 0.0;
        for (i, &(start, micros)) in map.tempi.iter().enumerate() {
            let end = map.tempi.get(i + 1).map_or(u32::MAX, |next| next.0).min(tick);
            if end > start {
                seconds += f64::from(end - start) / 480.0 * f64::from(micros) / 1e6;
            }
        }
        seconds
    }

    /// Ticks of all bar lines up to `end`, by counting meters as a sequencer does.
    fn bar_lines(map: &TempoMap, end: u32) -> Vec<u32> {
        let mut lines = Vec::new();
        let (mut tick, mut meter) = (0, TimeSignature::COMMON);
        while tick <= end {
            if let Some(change) = map.meters.iter().find(|change| change.0 == tick) {
                meter = change.1;
            }
            lines.push(tick);
            let next = tick + 1920 * u32::from(meter.numerator) / u32::from(meter.denominator);
            assert!(map.meters.iter().all(|m| m.0 <= tick || m.0 >= next), "meters change at bar lines");
            tick = next;
        }
        lines
    }

    fn check(content: &Content<'_>) {
        let map = TempoMap::of(content);
        let lines = bar_lines(&map, map.tick_at(content.duration));
        for beat in content.beats {
            let tick = map.tick_at(beat.time);
            let played = seconds_at(&map, tick);
            assert!((played - beat.time).abs() <= KEPT_WITHIN + 1e-9, "{} plays at {played}", beat.time);
            if beat.position == 1 {
                assert!(lines.contains(&tick), "downbeat at {} s is tick {tick}", beat.time);
            }
        }
    }

    #[test]
    fn downbeats_are_bar_lines_and_beats_keep_their_times() {
        let song = samples::song();
        let content = Content::of(&song);
        check(&content);
        let map = TempoMap::of(&content);
        // 0.5 s before the first beat is one beat, and the upbeat another: a bar of 2/4.
        assert_eq!(map.meters[0], (0, TimeSignature::new(2, 4)));
        assert_eq!(map.meters[1], (960, TimeSignature::COMMON));
        assert_eq!(map.meters[2], (960 + 64 * 480, TimeSignature::new(3, 4)));
        assert_eq!(map.meters.len(), 3);
        assert_eq!(map.tempi, [(0, 500_000), (960 + 64 * 480, 666_667)]);
    }

    #[test]
    fn jitter_gaps_and_odd_bars_keep_their_alignment() {
        let mut song = samples::song();
        // A wobbling tempo, a bar of three in 4/4, and twenty seconds of beats missing.
        for (i, beat) in song.beats.iter_mut().enumerate() {
            beat.time += 0.02 * (i as f64 * 1.7).sin() + if i > 30 { 20.123 } else { 0.0 };
        }
        song.beats[12].position = 1;
        song.duration += 21.0;
        check(&Content::of(&song));
    }

    #[test]
    fn a_steady_song_has_one_tempo_after_its_lead_in() {
        let mut song = samples::song();
        song.beats.truncate(65);
        song.time_signatures.truncate(1);
        for (i, beat) in song.beats.iter_mut().enumerate() {
            beat.time += 0.005 * (i as f64 * 1.7).sin();
        }
        let content = Content::of(&song);
        check(&content);
        let map = TempoMap::of(&content);
        assert!(map.tempi.len() <= 2, "{:?}", map.tempi);
        assert!((f64::from(map.tempi[map.tempi.len() - 1].1) - 500_000.0).abs() < 200.0, "{:?}", map.tempi);
    }

    #[test]
    fn a_song_that_starts_on_a_beat_keeps_it() {
        let mut song = samples::song();
        for (i, beat) in song.beats.iter_mut().enumerate() {
            beat.time += 0.008 * (i as f64 * 1.7).sin() - 0.496;
        }
        check(&Content::of(&song));
    }

    #[test]
    fn compound_meters_count_dotted_beats() {
        let mut song = samples::song();
        let six_eight = TimeSignature::new(6, 8);
        song.beats = (0..20)
            .map(|i| Beat { time: 2.0 + 0.7 * f64::from(i), position: i as u32 % 2 + 1, confidence: 0.9 })
            .collect();
        song.time_signatures = vec![MeterSpan { start: 0.0, end: 60.0, value: six_eight, confidence: 0.9 }];
        let content = Content::of(&song);
        check(&content);
        let map = TempoMap::of(&content);
        // Three dotted quarters before the first downbeat: one of them odd.
        assert_eq!(map.meters, [(0, TimeSignature::new(3, 8)), (720, six_eight)]);
        assert_eq!(map.tick_at(2.0), 3 * 720);
    }

    #[test]
    fn without_beats_time_is_linear() {
        let silence = samples::silence();
        let map = TempoMap::of(&Content::of(&silence));
        assert_eq!(map.tempi, [(0, 500_000)]);
        assert!(map.meters.is_empty());
        assert_eq!(map.tick_at(1.25), 1200);
        assert_eq!(map.tick_at(f64::NAN), 0);
        assert_eq!(map.tick_at(-1.0), 0);
    }

    #[test]
    fn a_single_beat_is_enough() {
        let mut song = samples::song();
        song.beats.truncate(1);
        check(&Content::of(&song));
    }
}
