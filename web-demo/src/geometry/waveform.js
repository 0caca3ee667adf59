/**
 * A waveform as columns and outlines.
 */

/** @import { Waveform } from '../report.js' */
/** @import { TimeScale } from './timescale.js' */

/**
 * The largest value, so that quiet songs are seen too; at least 1, so that silence stays flat.
 * @param {readonly number[]} values
 */
export function loudestOf(values) {
  let loudest = 1;
  for (const value of values) loudest = Math.max(loudest, value);
  return loudest;
}

/**
 * One column every `pitch` pixels.
 * @param {Waveform} waveform
 * @param {TimeScale} scale
 * @param {number} pitch pixels from one column to the next
 * @returns {{ x: number, time: number, peak: number, rms: number }[]} heights in [0, 1] of the loudest
 */
export function waveformColumns(waveform, scale, pitch) {
  const { seconds_per_peak: step, peaks, rms } = waveform;
  if (!(step > 0) || peaks.length === 0) return [];
  const loudest = loudestOf(peaks);
  const columns = [];
  for (let x = 0; x + pitch <= scale.width + 0.5; x += pitch) {
    const first = Math.max(0, Math.floor(scale.time(x) / step));
    const last = Math.min(peaks.length, Math.max(first + 1, Math.floor(scale.time(x + pitch) / step)));
    if (first >= peaks.length) break;
    let peak = 0;
    let energy = 0;
    for (let i = first; i < last; i += 1) {
      peak = Math.max(peak, peaks[i]);
      energy += rms[i] ** 2;
    }
    const mean = Math.sqrt(energy / (last - first));
    columns.push({ x, time: scale.time(x + pitch / 2), peak: peak / loudest, rms: mean / loudest });
  }
  return columns;
}

/**
 * The outline of the part in view, at most about one point a pixel. Points lie on a grid in time
 * that does not move with the view, so that a scrolling outline keeps its shape.
 * @param {Waveform} waveform
 * @param {TimeScale} scale
 * @returns {{ x: number, rms: number }[]} heights in [0, 1] of the loudest such stretch
 */
export function waveformOutline(waveform, scale) {
  const { seconds_per_peak: step, peaks, rms } = waveform;
  if (!(step > 0) || peaks.length === 0 || scale.pixelsPerSecond <= 0) return [];
  const loudest = loudestOf(rms);
  const stride = Math.max(1, Math.ceil(2 / (step * scale.pixelsPerSecond)));
  const first = Math.max(0, Math.floor(scale.start / step / stride) - 1);
  const last = Math.min(Math.ceil(peaks.length / stride), Math.ceil(scale.end / step / stride) + 1);
  const points = [];
  for (let i = first; i < last; i += 1) {
    let energy = 0;
    let n = 0;
    for (let j = i * stride; j < Math.min((i + 1) * stride, rms.length); j += 1, n += 1) energy += rms[j] ** 2;
    points.push({ x: scale.x((i + 0.5) * stride * step), rms: Math.sqrt(energy / Math.max(1, n)) / loudest });
  }
  return points;
}
