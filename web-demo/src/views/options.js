/**
 * The options of the analysis. Names and values are those of every host.
 */

import { element, setText } from './element.js';

/** @import { Scope } from '../scope.js' */
/** @import { Store } from '../state.js' */

/** Choices by parameter; the first is the default. */
const CHOICES = {
  quality: {
    label: 'Quality',
    values: [
      ['balanced', 'Balanced'],
      ['fast', 'Fast'],
      ['thorough', 'Thorough'],
    ],
  },
  style: {
    label: 'Style',
    values: [
      ['auto', 'Any'],
      ['pop', 'Pop'],
      ['rock', 'Rock'],
      ['electronic', 'Electronic'],
      ['hip-hop', 'Hip-hop'],
      ['jazz', 'Jazz'],
      ['classical', 'Classical'],
      ['folk', 'Folk'],
    ],
  },
  chord_vocabulary: {
    label: 'Chords',
    values: [
      ['sevenths', 'Triads and sevenths'],
      ['triads', 'Major and minor only'],
      ['extended', 'Extended'],
    ],
  },
};
const DEFAULT_SENSITIVITY = '0.5';

/**
 * @param {HTMLElement} root a `<details>` with an `.options-body`
 * @param {'options' | 'used'} what for songs to come, or of the open one
 * @param {Store} store
 * @param {Scope} scope
 */
export function optionsView(root, what, store, scope) {
  const body = /** @type {HTMLElement} */ (root.querySelector('.options-body'));
  const summary = /** @type {HTMLElement} */ (root.querySelector('summary'));
  const title = summary.textContent ?? '';
  const selects = Object.entries(CHOICES).map(([name, { label, values }]) => {
    const select = element(
      'select',
      { id: `${root.id}-${name}`, name },
      ...values.map(([value, words]) => element('option', { value }, words)),
    );
    body.append(element('label', { for: select.id }, element('span', {}, label), select));
    return select;
  });
  const range = element('input', {
    id: `${root.id}-sensitivity`,
    name: 'sensitivity',
    type: 'range',
    min: 0,
    max: 1,
    step: 0.1,
    value: DEFAULT_SENSITIVITY,
  });
  body.append(
    element(
      'label',
      { for: range.id },
      element('span', {}, 'Sections'),
      element('span', { class: 'range' }, element('small', {}, 'fewer'), range, element('small', {}, 'more')),
    ),
  );

  scope.on(body, 'change', () => {
    /** @type {Record<string, string>} */
    const options = {};
    for (const select of selects) {
      if (select.selectedIndex > 0) options[select.name] = select.value;
    }
    if (range.value !== DEFAULT_SENSITIVITY) options.sensitivity = range.value;
    store.ask(what, options);
  });
  const speakRange = () => {
    range.setAttribute('aria-valuetext', `${Math.round(Number(range.value) * 100)} %, higher finds more sections`);
  };
  scope.on(range, 'input', speakRange);
  store.watch(scope, [what], ({ [what]: options }) => {
    for (const select of selects) select.value = options[select.name] ?? select.options[0].value;
    range.value = options.sensitivity ?? DEFAULT_SENSITIVITY;
    speakRange();
    // What is set is seen though it is folded away.
    const set = selects.filter((select) => select.selectedIndex > 0).map((select) => select.selectedOptions[0].text);
    if (options.sensitivity) set.push(Number(options.sensitivity) > Number(DEFAULT_SENSITIVITY) ? 'more sections' : 'fewer sections');
    setText(summary, set.length > 0 ? `${title}: ${set.join(', ')}` : title);
  });

  const again = root.querySelector('[data-again]');
  if (again) scope.on(again, 'click', () => store.ask('reopen', undefined));
}
