/**
 * A worker that ticks. Timers and frames of a page stand still or slow down while it is hidden; those of
 * a worker do not, so repeats and clicks go on behind other tabs.
 */

const INTERVAL_MS = 25;

setInterval(() => self.postMessage(null), INTERVAL_MS);
