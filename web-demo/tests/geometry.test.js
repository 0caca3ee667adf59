import assert from 'node:assert/strict';
import { test } from 'node:test';

import { chordChart } from '../src/geometry/chart.js';
import { fittingName, letterPlace } from '../src/geometry/fit.js';
import { groupOf, overviewShapes } from '../src/geometry/overview.js';
import { barsOf, firstBarOf, lastAtOrBefore, positionFinder, spanAt } from '../src/geometry/position.js';
import { CURSOR_AT, pagedScale, scrollingScale, stripShaper, stripSpan } from '../src/geometry/strip.js';
import { axisMarks, clampTime, timeScale } from '../src/geometry/timescale.js';
import { waveformColumns, waveformOutline } from '../src/geometry/waveform.js';
import { sampleReport } from './sample.js';

/** A thousandth of a pixel: far below what is seen, far above rounding. */
const PIXEL = 1e-3;
/** @param {number} actual @param {number} expected */
const near = (actual, expected) =>
  assert.ok(Math.abs(actual - expected) < PIXEL, `${actual} is not ${expected}`);

/** A report with nothing found: silence. */
const nothing = () => ({
  ...sampleReport(),
  duration: 0,
  beats: [],
  downbeats: [],
  chords: [],
  sections: [],
  keys: [],
  waveform: { seconds_per_peak: 0, peaks: [], rms: [] },
});

test('a scale and its inverse agree, also for nothing', () => {
  const scale = timeScale(10, 30, 400);
  near(scale.x(15), 100);
  near(scale.time(scale.x(27.5)), 27.5);
  const empty = timeScale(0, 0, 400);
  assert.equal(empty.x(3), 0);
  assert.equal(empty.pixelsPerSecond, 0);
  assert.equal(timeScale(5, 9, 0).time(3), 5);
  assert.deepEqual([clampTime(-1, 9), clampTime(10, 9), clampTime(4, 9), clampTime(4, -1)], [0, 9, 4, 0]);
});

test('axis marks keep their distance and lie on round times', () => {
  for (const [duration, width] of [[3, 300], [180, 1000], [7200, 350]]) {
    const marks = axisMarks(timeScale(0, duration, width), 60);
    assert.equal(marks[0].time, 0);
    for (let i = 1; i < marks.length; i += 1) assert.ok(marks[i].x - marks[i - 1].x >= 60 - PIXEL);
    assert.ok(marks.length >= 2);
  }
  assert.deepEqual(axisMarks(timeScale(0, 0, 300), 60), []);
});

test('the binary searches agree with looking at everything', () => {
  const starts = [0.5, 1, 1, 4, 9];
  for (const time of [-1, 0.5, 0.75, 1, 3.9, 4, 9, 100]) {
    assert.equal(lastAtOrBefore(starts, time), starts.filter((start) => start <= time).length - 1);
  }
  const spans = [{ start: 0, end: 2 }, { start: 2, end: 3 }, { start: 5, end: 8 }];
  for (const time of [-1, 0, 1.9, 2, 3, 4, 5, 7.9, 8]) {
    assert.equal(spanAt(spans, time), spans.findIndex(({ start, end }) => start <= time && time < end));
  }
  assert.equal(spanAt([], 1), -1);
});

test('bars run from downbeat to downbeat and end with the song', () => {
  const report = sampleReport();
  const bars = barsOf(report);
  assert.equal(bars.length, 66);
  for (let i = 1; i < bars.length; i += 1) assert.equal(bars[i].start, bars[i - 1].end);
  assert.ok(bars[65].end <= report.duration);
  near(bars[65].end - bars[65].start, bars[64].end - bars[64].start);
  assert.deepEqual(barsOf({ ...nothing(), downbeats: [1], duration: 4 }), [{ start: 1, end: 4 }]);
});

test('a section starts with the nearest bar', () => {
  const starts = [0, 2, 4, 6];
  assert.equal(firstBarOf(starts, 3.9), 2);
  assert.equal(firstBarOf(starts, 4.1), 2);
  assert.equal(firstBarOf(starts, 99), 3);
  assert.equal(firstBarOf([1, 2], 0), 0);
});

test('a position knows section, bar, beat and chord', () => {
  const report = sampleReport();
  const find = positionFinder(report);
  const chorus = report.sections[3];
  const beat = 60 / 96;
  const position = find(chorus.start + 9.5 * beat);
  assert.equal(position.section, 3);
  assert.equal(position.barOfSection, 3);
  assert.equal(position.barsInSection, 8);
  assert.equal(report.beats[position.beat].position, 2);
  assert.equal(report.chords[position.chord].name, 'C');
  assert.equal(position.beatsInBar, 4);
  assert.equal(find(0.1).beat, -1);
  assert.equal(find(0.1).barOfSection, 0);
  assert.equal(find(report.duration - 0.01).beatsInBar, 4);
  const lost = positionFinder(nothing())(1);
  assert.deepEqual([lost.section, lost.chord, lost.beat, lost.bar, lost.beatsInBar], [-1, -1, -1, -1, 0]);
});

test('the last bar counts as many beats as the one before, though cut short', () => {
  const report = nothing();
  report.beats = [1, 2, 3, 1, 2, 3, 1].map((position, i) => ({ time: i, position, confidence: 1 }));
  report.duration = 7;
  assert.equal(positionFinder(report)(6.5).beatsInBar, 3);
  assert.equal(positionFinder(report)(4.5).beatsInBar, 3);
});

test('overview sections fill the width without gaps', () => {
  const report = sampleReport();
  const { sections, boundaries, phrases, columns, keys, barLines } = overviewShapes(report, 900);
  near(sections[0].x, 0);
  sections.forEach(({ x, width }, i) => near(x + width, sections[i + 1]?.x ?? 900));
  assert.equal(boundaries.length, sections.length - 1);
  assert.deepEqual(boundaries.map(({ doubtful }) => doubtful).filter(Boolean).length, 2);
  assert.equal(phrases.length, 6);
  near(phrases[0].x, sections[1].x + sections[1].width / 2);
  near(keys[1].x, sections[8].x);
  assert.ok(columns.length > 250 && columns.every(({ peak, rms }) => 0 <= rms && rms <= 1 && 0 <= peak && peak <= 1));
  assert.ok(columns.some(({ peak }) => peak === 1));
  assert.equal(barLines.length, 66);
  assert.equal(overviewShapes(report, 320).barLines.length, 0);
});

test('columns take the colour of the section they are in', () => {
  const report = sampleReport();
  const { columns, sections } = overviewShapes(report, 900);
  for (const { x, group } of columns) {
    const inside = sections.find((section) => section.x <= x && x + 3 <= section.x + section.width);
    if (inside) assert.equal(group, inside.group);
  }
});

test('the same letter is the same group, silence none', () => {
  assert.equal(groupOf({ group: 'A', label: 'intro' }), 0);
  assert.equal(groupOf({ group: 'C', label: 'verse' }), 2);
  assert.equal(groupOf({ group: 'B', label: 'silence' }), -1);
  assert.equal(groupOf({ group: '', label: 'section' }), 0);
});

test('nothing found draws nothing and breaks nothing', () => {
  const report = nothing();
  const shapes = overviewShapes(report, 500);
  assert.deepEqual([shapes.sections, shapes.columns, shapes.keys, shapes.axis], [[], [], [], []]);
  const strip = stripShaper(report)(scrollingScale(0, stripSpan(report, 500, 1), 500, 0), 0);
  assert.deepEqual([strip.sections, strip.chords, strip.beats, strip.bars, strip.outline], [[], [], [], [], []]);
  assert.deepEqual(chordChart(report), []);
});

test('waveform columns keep the loudest peak at every width', () => {
  const waveform = { seconds_per_peak: 0.1, peaks: Array(1000).fill(10), rms: Array(1000).fill(5) };
  waveform.peaks[617] = 200;
  for (const width of [50, 333, 1000, 5000]) {
    const columns = waveformColumns(waveform, timeScale(0, 100, width), 3);
    assert.equal(Math.max(...columns.map(({ peak }) => peak)), 1, `at ${width}`);
    near(columns[0].rms, 5 / 200);
  }
});

test('a scrolling outline keeps its points', () => {
  const { waveform } = sampleReport();
  const at = (/** @type {number} */ time) => {
    const scale = scrollingScale(time, 12, 600, 166);
    return new Map(waveformOutline(waveform, scale).map(({ x, rms }) => [scale.time(x).toFixed(6), rms]));
  };
  const [one, other] = [at(60), at(60.37)];
  const common = [...one.keys()].filter((time) => other.has(time));
  assert.ok(common.length > 0.8 * one.size);
  for (const time of common) assert.equal(one.get(time), other.get(time));
});

test('in the strip the cursor stands still and shapes move under it', () => {
  const report = sampleReport();
  const shapesAt = stripShaper(report);
  const span = stripSpan(report, 800, 1);
  near(scrollingScale(42, span, 800, report.duration).x(42), CURSOR_AT * 800);
  const chord = report.chords[10];
  const scale = scrollingScale(chord.start, span, 800, report.duration);
  const { chords, beats, bars } = shapesAt(scale, chord.start);
  const sounding = chords.filter(({ sounds }) => sounds);
  assert.deepEqual(sounding.map(({ name }) => name), [chord.name]);
  near(sounding[0].x, CURSOR_AT * 800);
  for (const { x } of beats) assert.ok(x >= -PIXEL && x <= 800 + PIXEL);
  assert.equal(beats.filter(({ downbeat }) => downbeat).length, bars.length);
  const inView = report.chords.filter(({ start, end }) => end > scale.start && start < scale.end);
  assert.deepEqual(chords.map(({ name }) => name), inView.map(({ name }) => name));
});

test('at its start and end the song stays in view', () => {
  const first = scrollingScale(0, 10, 500, 60);
  const last = scrollingScale(60, 10, 500, 60);
  assert.ok(first.x(0) >= 0 && first.x(0) < 25);
  assert.ok(last.x(60) <= 500 && last.x(60) > 475);
  // A song shorter than the view starts at the left.
  assert.ok(scrollingScale(3, 10, 500, 4).x(0) >= 0);
});

test('magnifying shows less time, within bounds', () => {
  const report = sampleReport();
  assert.ok(stripSpan(report, 800, 2) < stripSpan(report, 800, 1));
  assert.ok(stripSpan(report, 800, 1e9) >= 2);
  assert.ok(stripSpan(report, 8000, 1e-9) <= 90);
});

test('still pages hold the cursor in view wherever it is', () => {
  for (let time = 0; time < 60; time += 0.1) {
    const x = pagedScale(time, 7, 700).x(time);
    assert.ok(x >= 0 && x <= 700, `${x} at ${time}`);
  }
});

test('the chart has every bar once, and a repeated chord says so', () => {
  const chart = chordChart(sampleReport());
  assert.equal(chart.length, 10);
  const bars = chart.flatMap((section) => section.bars);
  assert.deepEqual(bars.map(({ index }) => index), Array.from({ length: 66 }, (_, i) => i));
  const [verse] = chart.slice(1);
  assert.deepEqual(verse.bars.map(({ same }) => same), [false, true, false, true, false, true, false, false]);
  const chorus = chart[3];
  assert.deepEqual(chorus.bars[2].chords.map(({ name }) => name), ['C', 'G/B']);
  near(chorus.bars[2].chords[1].at, 0.5);
});

test('without sections the chart is one', () => {
  const report = { ...sampleReport(), sections: [] };
  const chart = chordChart(report);
  assert.deepEqual(chart.map(({ name, bars }) => [name, bars.length]), [['Whole song', 66]]);
  assert.ok(overviewShapes(report, 600).columns.every(({ group }) => group === 0));
});

test('a chord a little off the line is written on it', () => {
  const report = sampleReport();
  report.chords = report.chords.map((chord) => ({ ...chord, start: chord.start + 0.1, end: chord.end + 0.1 }));
  const names = (/** @type {ReturnType<typeof chordChart>} */ chart) =>
    chart.map((section) => section.bars.map((bar) => bar.chords.map(({ name }) => name)));
  assert.deepEqual(names(chordChart(report)), names(chordChart(sampleReport())));
});

test('names shrink to fit', () => {
  const measure = (/** @type {string} */ text) => text.length * 8;
  const verse = { name: 'Verse 2', label: 'verse' };
  assert.equal(fittingName(verse, 60, measure), 'Verse 2');
  assert.equal(fittingName(verse, 30, measure), 'V2');
  assert.equal(fittingName(verse, 10, measure), 'V');
  assert.equal(fittingName(verse, 7, measure), '');
  assert.equal(fittingName({ name: 'Bridge', label: 'bridge' }, 10, measure), 'B');
});

test('a section has its letter wherever there is room for one', () => {
  assert.equal(letterPlace(100, 50, 7), 'beside');
  assert.equal(letterPlace(45, 22, 7), 'under');
  assert.equal(letterPlace(12, 9, 7), 'under');
  assert.equal(letterPlace(12, 0, 7), 'alone');
  assert.equal(letterPlace(8, 0, 7), 'nowhere');
  assert.equal(letterPlace(50, 20, 0), 'nowhere');
});
