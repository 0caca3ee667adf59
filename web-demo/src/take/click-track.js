/**
 * The click as samples: what the metronome says, to put beside the song in an audio program.
 */

/** @import { Report } from '../report.js' */

const RATE = 44_100;

/** Hz of the first beat of a bar and of the others; seconds; how fast they fade a second. */
const CLICK = { accent: 1760, plain: 1175, length: 0.06, fade: 70 };

/**
 * As long as the song, from its first sample on.
 * @param {Report} report
 * @returns {{ samples: Float32Array, rate: number }}
 */
export function clickTrack({ beats, duration }) {
  const samples = new Float32Array(Math.ceil(duration * RATE));
  for (const { time, position } of beats) {
    const start = Math.round(time * RATE);
    const [pitch, level] = position === 1 ? [CLICK.accent, 0.8] : [CLICK.plain, 0.5];
    for (let i = 0; i < CLICK.length * RATE && start + i < samples.length; i += 1) {
      const t = i / RATE;
      samples[start + i] += level * Math.sin(2 * Math.PI * pitch * t) * Math.exp(-CLICK.fade * t);
    }
  }
  return { samples, rate: RATE };
}
