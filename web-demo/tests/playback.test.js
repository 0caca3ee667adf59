import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { following, magnified, panned } from '../src/geometry/overview.js';
import { wavOf } from '../src/playback/decoded.js';
import { barsLoop, clicksBetween, countIn, isOver, loopAfterSeek, phraseLoop, sectionLoop } from '../src/playback/loops.js';
import { playbackOffset, tagLength, tellsDelay } from '../src/playback/offset.js';
import { clickTrack } from '../src/take/click-track.js';
import { packed, thinned, unpacked } from '../src/take/link.js';
import { structurePicture } from '../src/take/picture.js';
import { chartText } from '../src/geometry/chart.js';
import { sheetOf } from '../src/sheet.js';
import { chosenSongs } from '../src/views/library.js';
import { sampleReport } from './sample.js';

const fixture = (/** @type {string} */ name) => readFileSync(join(import.meta.dirname, '../../fixtures/audio', name));

/** An MP3 without its first frame, which tells the encoder's delay. */
function withoutHeader() {
  const whole = fixture('postcard.mp3');
  const next = whole.indexOf(Buffer.from([0xff, 0xfb]), tagLength(whole) + 4);
  return whole.subarray(next);
}

test('what browsers play too late is known by the file', async () => {
  const source = { container: 'mp3', codec: 'mp3', sample_rate: 44_100 };
  const whole = fixture('postcard.mp3');
  assert.equal(tellsDelay(whole.subarray(tagLength(whole))), true);
  assert.equal(await playbackOffset(new Blob([whole]), source), 0);
  // Measured in Chromium: 25.06 ms.
  assert.ok(Math.abs((await playbackOffset(new Blob([withoutHeader()]), source)) - 0.02506) < 1e-4);
  const aac = { container: 'aac', codec: 'aac', sample_rate: 44_100 };
  assert.ok(Math.abs((await playbackOffset(new Blob([fixture('postcard.aac')]), aac)) - 0.02322) < 1e-4);
  assert.equal(await playbackOffset(new Blob([fixture('postcard.flac')]), { container: 'flac', codec: 'flac', sample_rate: 44_100 }), 0);
  assert.equal(await playbackOffset(new Blob([]), source), 1105 / 44_100);
});

test('a repeat is over before its end or the end of what is played', () => {
  assert.equal(isOver({ end: 27.164 }, 27.12, 27.164), true);
  assert.equal(isOver({ end: 20 }, 19.9, 27.164), false);
  assert.equal(isOver({ end: 20 }, 20, 27.164), true);
  assert.equal(isOver({ end: 20 }, 19, NaN), false);
});

test('a repeat goes along to another section, and bars end', () => {
  const report = sampleReport();
  const [, verse, , chorus] = report.sections;
  const loop = sectionLoop(report, verse.start + 1);
  assert.equal(loop?.name, 'Verse 1');
  assert.equal(loopAfterSeek(report, loop, verse.start + 3), loop);
  assert.equal(loopAfterSeek(report, loop, chorus.start)?.name, 'Chorus 1');
  const bars = barsLoop(report, verse.start + 0.1, verse.start + 6);
  assert.equal(bars?.name, 'bars 5–7');
  assert.equal(bars?.start, report.downbeats[4]);
  assert.deepEqual(barsLoop(report, verse.start + 6, verse.start + 0.1), bars);
  assert.equal(loopAfterSeek(report, bars, chorus.start), null);
  assert.equal(phraseLoop(report, verse.start + 1)?.name, 'Verse 1, phrase 1');
  assert.equal(sectionLoop({ ...report, sections: [] }, 3), null);
});

test('the count-in is as long as the bar that it leads to', () => {
  const report = sampleReport();
  const { length, beats } = countIn(report, report.downbeats[4]);
  assert.ok(Math.abs(length - 2.5) < 0.01);
  assert.equal(beats, 4);
  assert.deepEqual(countIn({ ...report, downbeats: [], beats: [] }, 3), { length: 2, beats: 4 });
});

test('clicks are the beats of a stretch, each once', () => {
  const { beats } = sampleReport();
  const first = clicksBetween(beats, -1, 1.7);
  assert.deepEqual(first.map(({ accent }) => accent), [true, false, false]);
  const all = [];
  for (let at = -0.1; at < 165; at += 0.15) all.push(...clicksBetween(beats, at, at + 0.15));
  assert.equal(all.length, beats.filter(({ time }) => time <= 165).length);
});

test('the timeline magnifies around a time and stays within the song', () => {
  const view = magnified(null, 100, 4, 20);
  assert.deepEqual(view, { start: 15, end: 40 });
  assert.equal(magnified(view, 100, 1 / 10, 20), null);
  assert.deepEqual(panned(view, 100, 100), { start: 75, end: 100 });
  assert.deepEqual(panned(view, 100, -100), { start: 0, end: 25 });
  assert.equal(panned(null, 100, 1), null);
  assert.equal(following(view, 100, 20), view);
  assert.deepEqual(following(view, 100, 40), { start: 38, end: 63 });
  const closest = magnified(null, 100, 1e9, 50);
  assert.ok(closest && closest.end - closest.start > 0.5);
});

test('the click track has a click on every beat and is as long as the song', () => {
  const report = sampleReport();
  const { samples, rate } = clickTrack(report);
  assert.equal(samples.length, Math.ceil(report.duration * rate));
  const loud = (/** @type {number} */ time) => Math.max(...samples.subarray(Math.round(time * rate), Math.round((time + 0.01) * rate)));
  for (const { time, position } of report.beats.slice(0, 40)) assert.ok(position === 1 ? loud(time) > 0.6 : loud(time) > 0.3 && loud(time) < 0.6);
  assert.equal(loud(0.2), 0);
  const wav = new DataView(wavOf([samples], rate));
  assert.equal(wav.getUint32(40, true), 2 * samples.length);
  assert.equal(wav.getUint32(24, true), rate);
});

test('what does not fit in stereo is handed over in mono', () => {
  const channels = [new Float32Array([1, 0]), new Float32Array([0, -1])];
  assert.equal(new DataView(wavOf(channels, 8000)).getUint16(22, true), 2);
  const mono = new DataView(wavOf(channels, 8000, 50));
  assert.equal(mono.getUint16(22, true), 1);
  assert.deepEqual([mono.getInt16(44, true), mono.getInt16(46, true)], [16_384, -16_383]);
});

test('a link unfolds to what was folded', async () => {
  const report = sampleReport();
  const edits = [/** @type {const} */ ({ edit: 'halve_tempo' })];
  const link = await packed(report, edits);
  assert.match(link, /^shared=[\w-]+$/);
  assert.ok(link.length < 12_000, `${link.length}`);
  const back = await unpacked(link.slice('shared='.length));
  assert.deepEqual(back.edits, edits);
  assert.deepEqual(back.report, { ...report, waveform: thinned(report.waveform) });
  for (const broken of ['', 'AAAA', link.slice(7, 200), '%%%']) await assert.rejects(unpacked(broken), broken);
});

test('a picture is well-formed, whatever the title', () => {
  const svg = structurePicture(sampleReport(), '<Boats & "Co">', () => ({ wave: '#111', fill: '#eee', ink: '#000' }));
  assert.ok(svg.startsWith('<svg xmlns=') && svg.endsWith('</svg>'));
  assert.doesNotMatch(svg, /<Boats|NaN|undefined/);
  assert.equal(svg.match(/<text/g)?.length, svg.match(/<\/text>/g)?.length);
  assert.match(svg, /Chorus 1 D/);
});

test('the sheet moves chords and keys and leaves numerals', () => {
  const report = sampleReport();
  const sheet = sheetOf(report, { transpose: 2, capo: 0, simple: false, instrument: 'guitar' });
  assert.equal(sheet.key, 'D major');
  assert.deepEqual(sheet.chords.slice(0, 4).map(({ name }) => name), ['N.C.', 'D', 'A', 'Bm7']);
  assert.deepEqual(sheet.chords.map(({ roman }) => roman), report.chords.map(({ roman }) => roman));
  // With a capo the same sounds are held as in another key.
  assert.deepEqual(sheetOf(report, { transpose: 2, capo: 2, simple: false, instrument: 'guitar' }), report);
  assert.match(chartText(sheet, 'Boats'), /^Boats\nD major · 96 BPM · 4\/4\n\n\[Intro\]\n\| D {2,}\| A /);
});

test('the library is searched and sorted', () => {
  const song = (/** @type {string} */ title, /** @type {string} */ key, /** @type {number} */ tempo, /** @type {number} */ duration) => ({ id: title, title, artist: '', key, tempo, duration, opened: duration, hasAudio: false });
  const songs = [song('Bee', 'C major', 120, 90), song('Ant', 'A minor', 90, 200), song('Cat', 'C major', 100, 30)];
  const titles = (/** @type {string} */ words, /** @type {string} */ order) => chosenSongs(songs, words, order).map(({ title }) => title).join();
  assert.equal(titles('', 'title'), 'Ant,Bee,Cat');
  assert.equal(titles('', 'tempo'), 'Ant,Cat,Bee');
  assert.equal(titles('', 'length'), 'Cat,Bee,Ant');
  assert.equal(titles('c major', 'title'), 'Bee,Cat');
  assert.equal(titles('dog', 'title'), '');
});
