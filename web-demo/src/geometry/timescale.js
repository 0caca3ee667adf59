/**
 * Seconds ↔ pixels.
 *
 * @typedef {ReturnType<typeof timeScale>} TimeScale
 */

/**
 * The scale that shows `[start, end]` seconds on `width` pixels.
 * @param {number} start
 * @param {number} end
 * @param {number} width
 */
export function timeScale(start, end, width) {
  const span = end - start;
  return {
    start,
    end,
    width,
    /** Pixels a second; 0 for an empty span. */
    pixelsPerSecond: span > 0 ? width / span : 0,
    /** @param {number} time */
    x: (time) => (span > 0 ? ((time - start) / span) * width : 0),
    /** @param {number} x */
    time: (x) => (width > 0 ? start + (x / width) * span : start),
  };
}

/** Seconds between two marks of a time axis, finest first. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600];

/**
 * Marks of a time axis, at least `gap` pixels apart.
 * @param {TimeScale} scale
 * @param {number} gap
 * @returns {{ time: number, x: number }[]}
 */
export function axisMarks(scale, gap) {
  if (scale.pixelsPerSecond <= 0) return [];
  const step = STEPS.find((step) => step * scale.pixelsPerSecond >= gap) ?? STEPS[STEPS.length - 1];
  const marks = [];
  for (let time = Math.ceil(Math.max(0, scale.start) / step) * step; time <= scale.end; time += step) {
    marks.push({ time, x: scale.x(time) });
  }
  return marks;
}

/**
 * `time` within `[0, duration]`.
 * @param {number} time
 * @param {number} duration
 */
export const clampTime = (time, duration) => Math.min(Math.max(time, 0), Math.max(duration, 0));
