/**
 * Names that fit their boxes.
 */

/** @type {Record<string, string>} */
const INITIALS = {
  intro: 'I',
  verse: 'V',
  'pre-chorus': 'P',
  chorus: 'C',
  'post-chorus': 'PC',
  bridge: 'B',
  instrumental: 'In',
  solo: 'So',
  breakdown: 'Bd',
  outro: 'O',
  silence: '–',
  section: 'S',
};

/**
 * The longest form of a section's name that fits: `Verse 2`, `V2`, `V`, or nothing.
 * @param {{ name: string, label: string }} section
 * @param {number} width room in pixels
 * @param {(text: string) => number} measure
 */
export function fittingName({ name, label }, width, measure) {
  const number = /\d+$/.exec(name)?.[0] ?? '';
  const initial = INITIALS[label] ?? label.slice(0, 1).toUpperCase();
  const forms = [name, initial + number, initial];
  return forms.find((form) => measure(form) <= width) ?? '';
}

/**
 * Where a section's letter stands in its box.
 * @param {number} room in pixels
 * @param {number} name width of what is written of the name; 0 for nothing
 * @param {number} letter its width
 * @returns {'beside' | 'under' | 'alone' | 'nowhere'} the name, or without one
 */
export function letterPlace(room, name, letter) {
  if (letter === 0 || room <= letter + 2) return 'nowhere';
  if (name === 0) return 'alone';
  return room > name + letter + 26 ? 'beside' : 'under';
}
