/**
 * The chord chart: sections of bars, the bar that sounds marked and kept in view. Bars are buttons; arrow
 * keys go from one to the next.
 */

import { chordChart } from '../geometry/chart.js';
import { barsOf, lastAtOrBefore } from '../geometry/position.js';
import { barsLoop } from '../playback/loops.js';
import { withAccidentals } from '../words.js';
import { groupName } from './canvas.js';
import { element } from './element.js';

/** @import { ChartBar } from '../geometry/chart.js' */
/** @import { Scope } from '../scope.js' */
/** @import { Store } from '../state.js' */

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Scope} scope
 */
export function chartView(root, store, scope) {
  /** @type {HTMLButtonElement[]} by bar of the song */
  let cells = [];
  /** @type {number[]} */
  let starts = [];
  let current = -1;
  /** Where a drag over bars began; −1 for none. */
  let from = -1;

  store.watch(scope, ['sheet'], ({ sheet }) => {
    cells = [];
    current = -1;
    starts = sheet ? barsOf(sheet).map((bar) => bar.start) : [];
    if (!sheet) {
      root.replaceChildren();
      return;
    }
    const chart = chordChart(sheet);
    if (chart.length === 0) {
      root.replaceChildren(element('p', { class: 'empty' }, 'Without bars and chords there is no chart.'));
      return;
    }
    root.replaceChildren(
      ...chart.map(({ name, letter, group, bars }) =>
        element(
          'section',
          { class: 'chart-section', 'data-group': groupName(group), 'aria-label': name },
          element('h3', {}, element('span', { class: 'letter', 'aria-hidden': 'true' }, letter), name),
          element('ol', { class: 'bars', start: bars[0].index + 1 }, ...bars.map((bar) => element('li', {}, (cells[bar.index] = cell(bar))))),
        ),
      ),
    );
    cells.find(Boolean)?.setAttribute('tabindex', '0');
    markLoop();
  });

  /** @param {Event} event */
  const barOf = (event) => {
    const button = event.target instanceof Element && event.target.closest('button[data-bar]');
    return button instanceof HTMLElement ? Number(button.dataset.bar) : -1;
  };
  /** Repeats the bars between. @param {number} one @param {number} other */
  const repeat = (one, other) => {
    const { report } = store.state;
    if (report) store.ask('repeat', barsLoop(report, starts[one] + 1e-3, starts[other] + 1e-3));
  };
  scope.on(root, 'pointerdown', (/** @type {PointerEvent} */ event) => {
    // A finger scrolls here.
    if (event.pointerType === 'mouse' && event.button === 0) from = barOf(event);
  });
  scope.on(root, 'pointerover', (event) => {
    const bar = barOf(event);
    if (from >= 0 && bar >= 0 && bar !== from) repeat(from, bar);
  });
  scope.on(window, 'pointerup', () => (from = -1));
  scope.on(root, 'click', (/** @type {MouseEvent} */ event) => {
    const bar = barOf(event);
    if (bar < 0) return;
    if (event.shiftKey) repeat(Math.max(0, lastAtOrBefore(starts, store.state.time + 1e-3)), bar);
    else store.ask('seek', starts[bar]);
  });
  scope.on(root, 'keydown', (/** @type {KeyboardEvent} */ event) => {
    const bar = barOf(event);
    /** @type {Record<string, number>} */
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -4, ArrowDown: 4 };
    const to = cells[bar + (steps[event.key] ?? NaN)];
    if (bar < 0 || !to || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    cells[bar].tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  });

  const markLoop = () => {
    const { loop } = store.state;
    starts.forEach((start, i) => cells[i]?.classList.toggle('repeated', loop !== null && start >= loop.start - 0.05 && start < loop.end - 0.05));
  };
  store.watch(scope, ['loop'], markLoop);

  store.watch(scope, ['time', 'sheet'], ({ time, sheet, playing, follow }) => {
    if (!sheet) return;
    const index = lastAtOrBefore(starts, time);
    if (index === current) return;
    cells[current]?.classList.remove('sounding');
    cells[current]?.removeAttribute('aria-current');
    cells[index]?.classList.add('sounding');
    cells[index]?.setAttribute('aria-current', 'true');
    current = index;
    if (playing && follow) keepInView(root, cells[index]);
  });
}

/**
 * Scrolls on when the reader is at the chart and the bar that sounds is about to leave the screen.
 * @param {HTMLElement} root
 * @param {HTMLElement | undefined} bar
 */
function keepInView(root, bar) {
  const chart = root.getBoundingClientRect();
  // The reader looks at something else.
  if (!bar || chart.top > 0.6 * innerHeight || chart.bottom < 0.2 * innerHeight) return;
  const { top, bottom } = bar.getBoundingClientRect();
  if (top > 0.1 * innerHeight && bottom < 0.75 * innerHeight) return;
  bar.scrollIntoView({ block: 'center', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
}

/** @param {ChartBar} bar */
function cell({ index, chords, same }) {
  const spoken = same
    ? `${spokenName(chords[0])} again`
    : chords.map(spokenName).join(' ') + (chords.some(({ unsure }) => unsure) ? ', a guess' : '');
  return element(
    'button',
    { type: 'button', tabindex: -1, 'data-bar': index, 'data-seek': true, class: chords.length > 1 ? 'bar many' : 'bar', 'aria-label': `Bar ${index + 1}: ${spoken}` },
    ...chords.flatMap((chord, i) => {
      const { name, none, unsure } = chord;
      // Words apart for those who hear or copy them.
      const gap = i > 0 ? ' ' : '';
      if (same) return [element('span', { class: 'again', title: spokenName(chord) }, '%')];
      if (none) return [gap, element('span', { class: 'rest', title: 'No chord' })];
      const long = name.length > 6 ? ' long' : '';
      return [gap, element('span', { class: `chord${unsure ? ' unsure' : ''}${long}`, title: unsure ? 'A guess' : null }, withAccidentals(name))];
    }),
  );
}

/** @param {{ name: string, none: boolean }} chord */
const spokenName = ({ name, none }) => (none ? 'no chord' : withAccidentals(name));
