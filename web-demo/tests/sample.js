/**
 * A realistic report for tests, built from a short score: a pop song with a key change.
 */

/** @import { Report } from '../src/report.js' */

const BPM = 96;
const BEAT = 60 / BPM;
const FIRST_BEAT = 0.42;

/** Label, group, number of bars, chords of the bars in turn, level, confidence. */
const FORM = /** @type {const} */ ([
  ['intro', 'A', 4, ['C', 'G', 'Am7', 'F'], 0.35, 0.93],
  ['verse', 'B', 8, ['C', 'C', 'Am7', 'Am7', 'Fmaj7', 'Fmaj7', 'Dm7', 'G7'], 0.5, 0.86],
  ['pre-chorus', 'C', 4, ['Am', 'Em', 'F', 'G7'], 0.6, 0.55],
  ['chorus', 'D', 8, ['F', 'G', 'C G/B', 'Am', 'F', 'G', 'C', 'C'], 0.95, 0.91],
  ['verse', 'B', 8, ['C', 'C', 'Am7', 'Am7', 'Fmaj7', 'Fmaj7', 'Dm7', 'G7'], 0.55, 0.88],
  ['pre-chorus', 'C', 4, ['Am', 'Em', 'F', 'G7'], 0.65, 0.58],
  ['chorus', 'D', 8, ['F', 'G', 'C G/B', 'Am', 'F', 'G', 'C', 'C'], 1, 0.92],
  ['bridge', 'E', 8, ['Bb', 'F', 'C', 'C', 'Bb', 'F', 'Em7', 'A7'], 0.45, 0.71],
  ['chorus', 'D', 8, ['G', 'A', 'D A/C#', 'Bm', 'G', 'A', 'D', 'D'], 1, 0.9],
  ['outro', 'A', 6, ['D', 'A', 'Bm7', 'G', 'D', 'N.C.'], 0.3, 0.84],
]);

/** @type {Record<string, string>} */
const ROMAN = { C: 'I', G: 'V', G7: 'V7', Am: 'vi', Am7: 'vi7', F: 'IV', Fmaj7: 'IVmaj7', Dm7: 'ii7', Em: 'iii', Em7: 'iii7', Bb: 'bVII', A7: 'V7', D: 'I', A: 'V', Bm: 'vi', Bm7: 'vi7', 'G/B': 'V6', 'A/C#': 'V6' };

/** @param {number} x */
const ms = (x) => Math.round(x * 1000) / 1000;

/**
 * Phrases of four bars, the second as the first.
 * @param {number} start
 * @param {number} end
 * @param {number} n bars
 */
function phrasesOf(start, end, n) {
  const count = Math.max(1, Math.floor(n / 4));
  const at = (/** @type {number} */ i) => (i === count ? end : ms(start + (i * (end - start)) / count));
  return Array.from({ length: count }, (_, i) => ({ start: at(i), end: at(i + 1), group: 'a', confidence: 0.8, bars: 4 }));
}

/** @returns {Report} */
export function sampleReport() {
  const n_bars = FORM.reduce((sum, [, , n]) => sum + n, 0);
  const duration = ms(FIRST_BEAT + n_bars * 4 * BEAT + 1.2);
  /** @type {Report['beats']} */
  const beats = [];
  for (let i = 0; i < n_bars * 4; i += 1) beats.push({ time: ms(FIRST_BEAT + i * BEAT), position: (i % 4) + 1, confidence: 0.9 });

  /** @type {Report['chords']} */
  const chords = [{ start: 0, end: FIRST_BEAT, label: 'N', name: 'N.C.', roman: null, confidence: 0.9 }];
  /** @type {Report['sections']} */
  const sections = [];
  /** @type {Record<string, number>} */
  const seen = {};
  const totals = FORM.reduce((sums, [label]) => ({ ...sums, [label]: (sums[label] ?? 0) + 1 }), /** @type {Record<string, number>} */ ({}));
  let bar = 0;
  FORM.forEach(([label, group, n, names, , confidence], index) => {
    const start = index === 0 ? 0 : ms(FIRST_BEAT + bar * 4 * BEAT);
    for (let i = 0; i < n; i += 1) {
      const inBar = names[i].split(' ');
      inBar.forEach((name, j) => {
        const at = ms(FIRST_BEAT + ((bar + i) * 4 + (j * 4) / inBar.length) * BEAT);
        const last = chords[chords.length - 1];
        if (last.name === name) return;
        last.end = at;
        const roman = index >= 8 && name === 'G' ? 'IV' : (ROMAN[name] ?? null);
        chords.push({ start: at, end: at, label: name === 'N.C.' ? 'N' : name, name, roman, confidence: name === 'Em' ? 0.35 : 0.82 });
      });
    }
    bar += n;
    seen[label] = (seen[label] ?? 0) + 1;
    const words = label.charAt(0).toUpperCase() + label.slice(1);
    const end = index === FORM.length - 1 ? duration : ms(FIRST_BEAT + bar * 4 * BEAT);
    sections.push({
      start,
      end,
      label,
      name: totals[label] > 1 ? `${words} ${seen[label]}` : words,
      group,
      confidence,
      alternatives: [{ label: label === 'chorus' ? 'verse' : 'chorus', confidence: ms((1 - confidence) * 0.7) }],
      boundary: { confidence: label === 'pre-chorus' ? 0.42 : 0.9, earliest: ms(start - 0.2), latest: ms(start + 0.2), evidence: ['timbre', 'harmony'] },
      bars: n,
      key: index >= 8 ? 'D major' : 'C major',
      tempo: BPM,
      loudness_lufs: -14,
      phrases: phrasesOf(start, end, n),
      repeats: FORM.flatMap(([, other], i) => (other === group && i !== index ? [{ section: i, similarity: 0.9 }] : [])),
    });
  });
  chords[chords.length - 1].end = duration;

  const change = sections[8].start;
  return {
    schema_version: 1,
    analysis_version: '0.1.0',
    source: { name: 'paper boats.mp3', container: 'mp3', codec: 'mp3', sample_rate: 44100, channels: 2, bytes: 4_312_345, tags: { title: 'Paper Boats', artist: 'The Sample Set' } },
    duration,
    tempo: BPM,
    tempo_confidence: 0.93,
    tempo_candidates: [{ bpm: BPM, confidence: 0.93 }, { bpm: 192, confidence: 0.05 }],
    tempo_curve: [{ start: 0, end: duration, bpm: BPM }],
    time_signature: '4/4',
    time_signature_confidence: 0.97,
    time_signatures: [{ start: 0, end: duration, value: '4/4', confidence: 0.97 }],
    beats,
    downbeats: beats.filter(({ position }) => position === 1).map(({ time }) => time),
    key: 'C major',
    key_confidence: 0.78,
    key_candidates: [{ key: 'C major', confidence: 0.78 }, { key: 'A minor', confidence: 0.13 }],
    keys: [
      { start: 0, end: change, key: 'C major', confidence: 0.9 },
      { start: change, end: duration, key: 'D major', confidence: 0.8 },
    ],
    tuning: { cents: -4.1, a4_hz: 438.96 },
    chords,
    sections,
    rhythm: { pulse_clarity: 0.8, onset_rate_hz: 3.1, syncopation: 0.3, complexity: 0.4, swing_ratio: 1.02, microtiming_ms: 6, tempo_stability: 0.98 },
    loudness: { integrated_lufs: -9.8, range_lu: 6.1, true_peak_dbtp: -0.3 },
    waveform: sampleWaveform(duration, sections),
    warnings: [],
  };
}

/**
 * @param {number} duration
 * @param {Report['sections']} sections
 * @returns {Report['waveform']}
 */
function sampleWaveform(duration, sections) {
  const seconds_per_peak = 0.05;
  const peaks = [];
  const rms = [];
  let noise = 1;
  for (let i = 0; i * seconds_per_peak < duration; i += 1) {
    const time = i * seconds_per_peak;
    const index = sections.findIndex(({ end }) => time < end);
    const level = FORM[Math.max(0, index)][4];
    const sinceBeat = (((time - FIRST_BEAT) % BEAT) + BEAT) % BEAT;
    noise = (noise * 16_807) % 2_147_483_647;
    const hit = Math.exp(-sinceBeat * 6);
    const swell = level * (0.55 + 0.45 * hit) * (0.8 + 0.2 * (noise / 2_147_483_647));
    const ending = Math.min(1, Math.max(0, duration - time) / 4) * Math.min(1, time / FIRST_BEAT + 0.05);
    peaks.push(Math.round(235 * swell * ending));
    rms.push(Math.round(120 * swell * ending * (0.8 + 0.2 * hit)));
  }
  return { seconds_per_peak, peaks, rms };
}
