/**
 * The chord chart: sections of bars, the bar that sounds marked.
 */

import { chordChart } from '../geometry/chart.js';
import { barsOf, lastAtOrBefore } from '../geometry/position.js';
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
  /** @type {HTMLElement[]} by bar of the song */
  let cells = [];
  /** @type {number[]} */
  let starts = [];
  let current = -1;

  store.watch(scope, ['report'], ({ report }) => {
    cells = [];
    current = -1;
    starts = report ? barsOf(report).map((bar) => bar.start) : [];
    if (!report) {
      root.replaceChildren();
      return;
    }
    const chart = chordChart(report);
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
          element(
            'ol',
            { class: 'bars', start: bars[0].index + 1 },
            ...bars.map((bar) => (cells[bar.index] = cell(bar))),
          ),
        ),
      ),
    );
  });

  scope.on(root, 'click', (event) => {
    const bar = event.target instanceof Element && event.target.closest('li');
    if (bar) store.ask('seek', starts[Number(bar.dataset.bar)]);
  });

  store.watch(scope, ['time', 'report'], ({ time, report }) => {
    if (!report) return;
    const index = lastAtOrBefore(starts, time);
    if (index === current) return;
    cells[current]?.classList.remove('sounding');
    cells[index]?.classList.add('sounding');
    current = index;
  });
}

/** @param {ChartBar} bar */
function cell({ index, chords, same }) {
  const names = chords.map(({ name }, i) =>
    same && i === 0
      ? element('span', { class: 'again', title: withAccidentals(name) }, '%')
      : element('span', { class: 'chord' }, withAccidentals(name)),
  );
  if (same) names[0].setAttribute('aria-label', `${withAccidentals(chords[0].name)} again`);
  return element('li', { 'data-bar': index, class: chords.length > 1 ? 'many' : '' }, ...names);
}
