/**
 * Where fingers go: a chord's tones → a shape on a fretboard. Found by trying, not looked up: every shape
 * within the reach of a hand is weighed, and the handiest wins.
 */

/** Open strings as semitones above C0's pitch class, lowest string first as on the picture. */
export const TUNINGS = {
  guitar: { strings: [40, 45, 50, 55, 59, 64], low: true },
  ukulele: { strings: [67, 60, 64, 69], low: false },
};

/** @typedef {keyof typeof TUNINGS} Fretted */

/** Frets that a hand spans. */
const SPAN = 4;

/** Highest fret that a hand starts at. */
const HIGHEST = 9;

/**
 * @typedef {object} Shape
 * @property {number[]} frets   per string; 0 open, −1 not played
 * @property {number} barre     fret that the first finger lies across, 0 for none
 */

/** @type {Map<string, Shape | null>} */
const known = new Map();

/**
 * The handiest shape.
 * @param {Fretted} instrument
 * @param {number} root semitones above C
 * @param {number[]} tones semitones above the root, the root among them
 * @param {number} bass semitones above C
 * @returns {Shape | null} null where no hand can do it
 */
export function shapeOf(instrument, root, tones, bass) {
  const id = [instrument, root, bass, ...tones].join();
  let shape = known.get(id);
  if (shape === undefined) known.set(id, (shape = find(instrument, root, tones, bass)));
  return shape;
}

/** @param {Fretted} instrument @param {number} root @param {number[]} tones @param {number} bass @returns {Shape | null} */
function find(instrument, root, tones, bass) {
  // Where no hand can play all of it, the ninth goes, then the fifth.
  return attempt(instrument, root, tones, bass) ?? (tones.length > 3 ? find(instrument, root, tones.slice(0, -1), bass) : null);
}

/** @param {Fretted} instrument @param {number} root @param {number[]} tones @param {number} bass @returns {Shape | null} */
function attempt(instrument, root, tones, bass) {
  const { strings, low } = TUNINGS[instrument];
  const wanted = new Set(tones.map((tone) => (root + tone) % 12));
  if (low) wanted.add(bass);
  // The fifth can be left out of a chord that has a colour of its own.
  const needed = new Set([...wanted].filter((pitch) => tones.length < 4 || pitch !== (root + 7) % 12));
  const fits = (/** @type {number} */ string, /** @type {number} */ fret) => wanted.has((strings[string] + fret) % 12);
  let best = null;
  let least = Infinity;
  for (let base = 1; base <= HIGHEST; base += 1) {
    const choices = strings.map((_, string) => {
      const frets = Array.from({ length: SPAN }, (_, i) => base + i).filter((fret) => fits(string, fret));
      return [...(fits(string, 0) ? [0] : []), ...frets, -1];
    });
    for (const frets of every(choices)) {
      const cost = costOf(frets, strings, needed, low ? bass : -1, root);
      if (cost < least) {
        least = cost;
        best = frets;
      }
    }
  }
  return best && { frets: best, barre: barreOf(best) };
}

/** @param {number[][]} choices @returns {Generator<number[]>} one of each */
function* every(choices) {
  const at = choices.map(() => 0);
  for (;;) {
    yield at.map((index, i) => choices[i][index]);
    let i = 0;
    while (i < at.length && (at[i] += 1) === choices[i].length) at[i++] = 0;
    if (i === at.length) return;
  }
}

/** The fret that the first finger lies across: the lowest, on strings next to no open one. @param {number[]} frets */
function barreOf(frets) {
  const pressed = frets.filter((fret) => fret > 0);
  const lowest = Math.min(...pressed);
  const first = frets.indexOf(lowest);
  const across = frets.slice(first).filter((fret) => fret === lowest).length;
  return pressed.length > 0 && across > 1 && !frets.slice(first).includes(0) && (across > 2 || pressed.length > 4) ? lowest : 0;
}

/**
 * How awkward a shape is; infinite where it is none of the chord.
 * @param {number[]} frets
 * @param {number[]} strings
 * @param {Set<number>} needed
 * @param {number} bass −1 where the lowest string is not the lowest tone
 * @param {number} root
 */
function costOf(frets, strings, needed, bass, root) {
  const sounding = frets.map((fret, string) => (fret < 0 ? -1 : (strings[string] + fret) % 12));
  const first = sounding.findIndex((pitch) => pitch >= 0);
  if (first < 0) return Infinity;
  for (const pitch of needed) if (!sounding.includes(pitch)) return Infinity;
  if (bass >= 0 && sounding[first] !== bass) return Infinity;
  // Strings are left out below the bass, not in the middle of a strum.
  if (sounding.slice(first).includes(-1)) return Infinity;
  const pressed = frets.filter((fret) => fret > 0);
  const barre = barreOf(frets);
  const fingers = barre ? 1 + pressed.filter((fret) => fret !== barre).length : pressed.length;
  if (fingers > 4) return Infinity;
  const reach = pressed.length > 0 ? Math.max(...pressed) - Math.min(...pressed) : 0;
  const height = pressed.length > 0 ? Math.min(...pressed) - 1 : 0;
  // Open strings between pressed ones are easily damped by a finger.
  let changes = 0;
  for (let i = first + 1; i < frets.length; i += 1) changes += Number(frets[i] === 0 !== (frets[i - 1] === 0));
  const doubled = sounding.filter((pitch) => pitch === root).length;
  return (
    2 * height + 1.8 * fingers + 0.45 * changes ** 2 + 0.8 * reach + (barre ? 0.3 : 0) + (bass < 0 ? 6 : 1.6) * first - 1.2 * frets.filter((fret) => fret === 0).length - 0.3 * doubled
  );
}
