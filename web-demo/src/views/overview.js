/**
 * The timeline on the page: the element shows what the store holds, and what it is asked for goes to the store.
 */

import { element } from './element.js';

/** @import { Scope } from '../scope.js' */
/** @import { Store } from '../state.js' */
/** @import { SectionistTimeline } from '../timeline/element.js' */

/**
 * @param {SectionistTimeline} timeline
 * @param {Store} store
 * @param {Scope} scope
 */
export function overviewView(timeline, store, scope) {
  store.watch(scope, ['sheet', 'view', 'focus', 'time', 'playing', 'loop', 'editing'], ({ sheet: report, view, focus: lit, time, playing, loop, editing }) =>
    timeline.set({ report, view, lit, time, playing, loop, editing }),
  );
  /** The store decides; the element then shows it. @param {string} type @param {(detail: any) => void} run */
  const take = (type, run) =>
    scope.on(timeline, type, (/** @type {CustomEvent} */ event) => {
      event.preventDefault();
      run(event.detail);
    });
  take('seek', (time) => store.ask('seek', time));
  take('repeat', (loop) => store.ask('repeat', loop));
  take('edit', (edit) => store.ask('edit', edit));
  take('view', (view) => store.set({ view }));
  take('lit', (focus) => store.ask('focus', focus));

  store.answer('focus', (focus) => {
    if (store.state.focus !== focus) store.set({ focus });
  });
  store.answer('magnify', ({ factor, at }) => timeline.magnify(factor, at));
  store.answer('pan', (by) => timeline.pan(by));

  const tools = /** @type {HTMLElement} */ (document.getElementById('magnify'));
  const button = (/** @type {string} */ sign, /** @type {string} */ words, /** @type {string} */ key, /** @type {() => void} */ run) => {
    const made = element('button', { type: 'button', class: 'icon', 'aria-label': words, title: `${words} (${key})` }, sign);
    scope.on(made, 'click', run);
    return made;
  };
  const less = button('−', 'Show more of the song', 'O', () => timeline.magnify(1 / 1.6));
  const whole = button('⤢', 'Show the whole song', 'O again', () => store.set({ view: null }));
  tools.append(less, whole, button('+', 'Magnify the timeline', 'I', () => timeline.magnify(1.6)));
  store.watch(scope, ['view'], ({ view }) => {
    less.disabled = whole.disabled = view === null;
    tools.classList.toggle('used', view !== null);
  });
}
