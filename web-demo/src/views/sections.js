/**
 * The sections as a list of buttons: the timeline for those who do not see or point.
 */

import { groupOf } from '../geometry/overview.js';
import { spanAt } from '../geometry/position.js';
import { clock, count, percent, phraseLetters, sureness, withAccidentals } from '../words.js';
import { groupName } from './canvas.js';
import { element } from './element.js';

/** @import { Report, Section } from '../report.js' */
/** @import { Scope } from '../scope.js' */
/** @import { Store } from '../state.js' */

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Scope} scope
 */
export function sectionsView(root, store, scope) {
  /** @type {HTMLButtonElement[]} */
  let buttons = [];
  let current = -1;

  store.watch(scope, ['sheet'], ({ sheet: report }) => {
    buttons = [];
    current = -1;
    if (!report) {
      root.replaceChildren();
      return;
    }
    if (report.sections.length === 0) {
      root.replaceChildren(element('p', { class: 'empty' }, 'No sections could be told apart.'));
      return;
    }
    const items = report.sections.map((section, index) => {
      const button = row(report, section);
      button.dataset.index = String(index);
      buttons.push(button);
      return element('li', {}, button);
    });
    root.replaceChildren(
      element('p', { class: 'hint' }, hint(report)),
      element('ol', { class: 'section-list' }, ...items),
    );
  });

  // Whoever looks at a section sees its repeats on the timeline.
  for (const type of ['focusin', 'pointerover']) {
    scope.on(root, type, (event) => {
      const button = event.target instanceof Element && event.target.closest('button');
      store.ask('focus', button ? Number(button.dataset.index) : -1);
    });
  }
  for (const type of ['focusout', 'pointerleave']) scope.on(root, type, () => store.ask('focus', -1));

  scope.on(root, 'click', (event) => {
    const button = event.target instanceof Element && event.target.closest('button');
    const { report } = store.state;
    if (button && report) store.ask('seek', report.sections[Number(button.dataset.index)].start);
  });

  store.watch(scope, ['time', 'sheet'], ({ time, sheet: report }) => {
    if (!report) return;
    const index = spanAt(report.sections, time);
    if (index === current) return;
    buttons[current]?.removeAttribute('aria-current');
    buttons[index]?.setAttribute('aria-current', 'true');
    current = index;
  });
}

/**
 * What the letters mean.
 * @param {Report} report
 */
function hint({ sections }) {
  const hasPhrases = sections.some(({ phrases }) => phrases.length > 1);
  return `Same letter and colour: the same music again.${hasPhrases ? ' Small letters: the phrases of a section.' : ''}`;
}

/**
 * @param {Report} report
 * @param {Section} section
 */
function row(report, section) {
  const { start, end, name, group, bars, key, confidence, alternatives, phrases } = section;
  const other = alternatives[0];
  const facts = [
    bars ? count(bars, 'bar') : `${Math.round(end - start)} s`,
    phrases.length > 1 && phraseLetters(phrases),
    key && key !== report.key && `in ${withAccidentals(key)}`,
  ];
  return element(
    'button',
    { type: 'button', class: 'section-row', 'data-seek': true, 'data-group': groupName(groupOf(section)) },
    element('span', { class: 'letter' }, element('span', { class: 'visually-hidden' }, 'material '), group),
    element('span', { class: 'section-name' }, name),
    element('span', { class: 'section-time' }, clock(start)),
    element('span', { class: 'section-facts' }, facts.filter(Boolean).join(' · ')),
    element(
      'span',
      { class: 'section-sure' },
      confidence < 0.7 && other
        ? `${sureness(confidence)}: ${percent(confidence)}, or ${other.label} ${percent(other.confidence)}`
        : `${percent(confidence)} sure`,
    ),
  );
}
