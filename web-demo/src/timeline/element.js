/**
 * `<sectionist-timeline>`: shows a report and follows an `<audio>`, or whatever sets its `time`.
 *
 * Attributes: `src`, the address of a report as JSON; `for`, the id of the `<audio>` or `<video>` to follow and to move.
 * Properties: `report`, `audio`, `time`, `playing`, `loop`, `view` (what is magnified; null for all), `lit` (the section whose
 * repeats are lit up; −1 for none), `editing` (borders can be dragged).
 * Events, each with what is asked for as its `detail`, and each cancelable before the element does it itself:
 * `seek` (a time), `view` (a part or null), `lit` (an index), `repeat` (a loop or null), `edit` (a correction; never done by itself).
 * Arrow keys, Home, End and Page keys move through the song.
 */

import { lanesOf } from '../geometry/lanes.js';
import { following, groupOf, magnified, overviewShapes, panned } from '../geometry/overview.js';
import { spanAt, stepFrom } from '../geometry/position.js';
import { clampTime } from '../geometry/timescale.js';
import { createScope } from '../scope.js';
import { freshContext, watchPalette } from '../views/canvas.js';
import { element } from '../views/element.js';
import { clock, withAccidentals } from '../words.js';
import { paintMinimap, paintOverview } from './paint.js';
import { listenToTimeline } from './pointer.js';

/** @import { Edit } from '../editor.js' */
/** @import { Lanes } from '../geometry/lanes.js' */
/** @import { OverviewShapes } from '../geometry/overview.js' */
/** @import { Report } from '../report.js' */
/** @import { Scope } from '../scope.js' */
/** @import { Loop } from '../state.js' */
/** @import { Palette } from '../views/canvas.js' */

/** @typedef {{ start: number, end: number }} Span */
/**
 * What it shows, each settable as a property.
 * @typedef {object} Shown
 * @property {Report | null} report
 * @property {number} time
 * @property {boolean} playing
 * @property {Loop | null} loop
 * @property {Span | null} view
 * @property {number} lit
 * @property {boolean} editing
 */

/** What its shadow is styled by. */
const STYLES = ['../../css/music.css', '../../css/timeline.css'];

/** Where the element is narrower than this, or the screen this low, lanes are lower. */
const COMPACT_WIDTH = 560;
const LOW_SCREEN = '(max-height: 32rem)';

const MINIMAP_HEIGHT = 24;

export class SectionistTimeline extends HTMLElement {
  static observedAttributes = ['src', 'for'];

  /** @type {Shown} */
  #shown = { report: null, time: 0, playing: false, loop: null, view: null, lit: -1, editing: false };
  /** @type {HTMLMediaElement | null} */
  #audio = null;
  /** @type {Scope | null} */
  #scope = null;
  /** @type {Scope | null} */
  #following = null;
  /** @type {ReturnType<typeof parts> | null} */
  #parts = null;
  /** @type {Palette | null} */
  #palette = null;
  /** @type {OverviewShapes | null} */
  #shapes = null;
  /** @type {Lanes | null} */
  #lanes = null;
  #width = 0;
  #isLow = false;
  #painting = false;
  #spoken = '';

  connectedCallback() {
    const scope = (this.#scope = createScope());
    const made = (this.#parts ??= parts(this.shadowRoot ?? this.attachShadow({ mode: 'open' })));
    for (const [name, value] of Object.entries({ role: 'slider', tabindex: '0', 'aria-label': 'Position in the song', 'aria-valuemin': '0', 'aria-valuenow': '0' })) {
      if (!this.hasAttribute(name)) this.setAttribute(name, value);
    }
    const readColours = watchPalette(made.stage, scope, (palette) => {
      this.#palette = palette;
      this.paint();
    });
    for (const style of made.styles) scope.on(style, 'load', readColours);
    scope.watchMedia(LOW_SCREEN, (isLow) => {
      this.#isLow = isLow;
      this.paint();
    });
    // Painting changes heights: what is measured has none.
    scope.watchWidth(made.ruler, (width) => {
      this.#width = width;
      this.paint();
    });
    listenToTimeline(made, this, scope);
    scope.on(this, 'keydown', (/** @type {KeyboardEvent} */ event) => this.#press(event));
    this.#follow();
  }

  disconnectedCallback() {
    this.#following?.close();
    this.#scope?.close();
    this.#scope = this.#following = null;
  }

  /** @param {string} name @param {string | null} _before @param {string | null} value */
  attributeChangedCallback(name, _before, value) {
    if (name === 'for') this.#follow();
    else if (value) void this.#load(value);
  }

  /** @param {string} address */
  async #load(address) {
    const answer = await fetch(address);
    if (answer.ok && this.getAttribute('src') === address) this.report = complete(await answer.json());
  }

  get report() { return this.#shown.report; }
  set report(report) { this.set({ report: report && complete(report) }); }
  get time() { return this.#shown.time; }
  set time(time) { this.set({ time }); }
  get playing() { return this.#shown.playing; }
  set playing(playing) { this.set({ playing }); }
  get loop() { return this.#shown.loop; }
  set loop(loop) { this.set({ loop }); }
  get view() { return this.#shown.view; }
  set view(view) { this.set({ view }); }
  get lit() { return this.#shown.lit; }
  set lit(lit) { this.set({ lit }); }
  get editing() { return this.#shown.editing; }
  set editing(editing) { this.set({ editing }); }

  /** What is followed and moved; found by the attribute `for`, or set. */
  get audio() { return this.#audio; }
  set audio(audio) {
    this.#audio = audio;
    this.#follow();
  }

  /** What is painted; null before anything is. */
  get painted() {
    return this.#shapes && this.#lanes ? { shapes: this.#shapes, lanes: this.#lanes, width: this.#width } : null;
  }

  /**
   * Several properties at once, painted once.
   * @param {Partial<Shown>} patch
   */
  set(patch) {
    const before = this.#shown;
    const now = (this.#shown = { ...before, ...patch });
    const differs = (/** @type {(keyof Shown)[]} */ ...keys) => keys.some((key) => now[key] !== before[key]);
    if (differs('editing')) this.toggleAttribute('data-editing', now.editing);
    if (differs('report', 'view', 'lit')) this.paint();
    else if (differs('time', 'loop')) this.#place();
    if (differs('report')) this.#spoken = '';
    if (differs('report', 'time')) this.#speak();
  }

  /** @param {number} time */
  seek(time) {
    const to = clampTime(time, this.report?.duration ?? 0);
    if (!this.#ask('seek', to)) return;
    if (this.#audio) this.#audio.currentTime = to;
    this.time = to;
  }

  /** @param {number} factor above 1 magnifies @param {number} [at] the time that stays where it is */
  magnify(factor, at) {
    const { report, view, time } = this.#shown;
    if (report) this.#see(magnified(view, report.duration, factor, at ?? time));
  }

  /** @param {number} by so many of its widths */
  pan(by) {
    const { report, view } = this.#shown;
    if (report) this.#see(panned(view, report.duration, by));
  }

  /** @param {number} index */
  light(index) {
    if (index !== this.lit && this.#ask('lit', index)) this.lit = index;
  }

  /** @param {Loop | null} loop */
  repeat(loop) {
    if (this.#ask('repeat', loop)) this.loop = loop;
  }

  /** @param {Edit} edit */
  edit(edit) {
    this.#ask('edit', edit);
  }

  /** @param {Span | null} view */
  #see(view) {
    if (this.#ask('view', view)) this.view = view;
  }

  /** @param {string} type @param {unknown} detail @returns {boolean} whether the element is to do it itself */
  #ask(type, detail) {
    return this.dispatchEvent(new CustomEvent(type, { detail, cancelable: true }));
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const { report, time, playing } = this.#shown;
    if (!report || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = (/** @type {1 | -1} */ by, /** @type {'section' | 'bar' | 'beat'} */ unit) => this.seek(stepFrom(report, time, by, unit, playing));
    const small = event.shiftKey ? 'beat' : 'bar';
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowLeft: () => step(-1, small),
      ArrowDown: () => step(-1, small),
      ArrowRight: () => step(1, small),
      ArrowUp: () => step(1, small),
      PageUp: () => step(-1, 'section'),
      PageDown: () => step(1, 'section'),
      Home: () => this.seek(0),
      End: () => this.seek(report.duration),
    };
    if (!Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  }

  /** Follows the audio as long as both are on the page. */
  #follow() {
    this.#following?.close();
    this.#following = null;
    const named = this.getAttribute('for');
    if (named && this.isConnected) {
      const found = /** @type {Document | ShadowRoot} */ (this.getRootNode()).getElementById(named);
      if (found instanceof HTMLMediaElement) this.#audio = found;
    }
    const audio = this.#audio;
    if (!audio || !this.#scope) return;
    const scope = (this.#following = this.#scope.child());
    let endFrames = () => {};
    const show = () => this.set({ time: audio.currentTime });
    const update = () => {
      endFrames();
      this.playing = !audio.paused && !audio.ended;
      endFrames = this.playing ? scope.everyFrame(show) : () => {};
      show();
    };
    for (const type of ['play', 'pause', 'ended', 'seeked', 'timeupdate']) scope.on(audio, type, type === 'timeupdate' || type === 'seeked' ? show : update);
    update();
  }

  /** Paints everything, at most once a turn. */
  paint() {
    if (this.#painting) return;
    this.#painting = true;
    queueMicrotask(() => {
      this.#painting = false;
      this.#paint();
    });
  }

  #paint() {
    const { report, view, lit } = this.#shown;
    const [made, palette, width] = [this.#parts, this.#palette, this.#width];
    if (!made || !report || !palette || width === 0) return;
    const shapes = (this.#shapes = overviewShapes(report, width, view));
    const lanes = (this.#lanes = lanesOf(report, this.#isLow || width < COMPACT_WIDTH, shapes.chords.length > 0));
    const bright = lit < 0 ? null : new Set([lit, ...(report.sections[lit]?.repeats ?? []).map(({ section }) => section)]);
    paintOverview(freshContext(made.canvas, width, lanes.height), shapes, lanes, palette, bright);
    this.style.setProperty('--height', `${lanes.height}px`);
    this.style.setProperty('--sections', `${lanes.sections.h}px`);
    this.setAttribute('aria-valuemax', String(Math.round(report.duration)));
    made.minimap.hidden = view === null;
    if (view) {
      const whole = (/** @type {number} */ time) => (time / report.duration) * width;
      const sections = report.sections.map((section) => ({ x: whole(section.start), width: whole(section.end - section.start), group: groupOf(section) }));
      paintMinimap(freshContext(made.small, width, MINIMAP_HEIGHT), sections, MINIMAP_HEIGHT, palette);
      made.handle.style.left = `${(100 * view.start) / report.duration}%`;
      made.handle.style.width = `${(100 * (view.end - view.start)) / report.duration}%`;
    }
    this.#place();
  }

  /** Moves what moves with the music. */
  #place() {
    const { report, time, loop, view, playing } = this.#shown;
    const [made, shapes] = [this.#parts, this.#shapes];
    if (!made || !shapes || !report) return;
    const { scale } = shapes;
    made.cursor.style.transform = `translateX(${scale.x(time)}px)`;
    made.cursor.hidden = time < scale.start || time > scale.end;
    if (view) made.mark.style.left = `${(100 * time) / report.duration}%`;
    this.#span(made.spot, report.sections[spanAt(report.sections, time)]);
    this.#span(made.band, loop);
    if (view && playing && (time < view.start || time >= view.end)) this.#see(following(view, report.duration, time));
  }

  /** @param {HTMLElement} box @param {Span | null | undefined} of */
  #span(box, of) {
    const scale = this.#shapes?.scale;
    box.hidden = !of || !scale || of.end <= scale.start || of.start >= scale.end;
    if (box.hidden || !of || !scale) return;
    const [from, to] = [of.start, of.end].map((time) => Math.min(Math.max(scale.x(time), 0), this.#width));
    box.style.transform = `translateX(${from}px)`;
    box.style.width = `${Math.max(4, to - from)}px`;
  }

  /** Words for the position, when the second, the section or the chord is another. */
  #speak() {
    const { report, time } = this.#shown;
    if (!report) return;
    const section = report.sections[spanAt(report.sections, time)];
    const chord = report.chords[spanAt(report.chords, time)];
    const words = [
      `${clock(time)} of ${clock(report.duration)}`,
      section?.name,
      chord && chord.label !== 'N' && `chord ${withAccidentals(chord.name)}`,
    ].filter(Boolean).join(', ');
    if (words === this.#spoken) return;
    this.#spoken = words;
    this.setAttribute('aria-valuenow', String(Math.floor(time + 1e-6)));
    this.setAttribute('aria-valuetext', words);
  }
}

/** Parts of a report that were not asked for are empty. */
const NOTHING = { sections: [], chords: [], keys: [], beats: [], downbeats: [], tempo_curve: [], time_signatures: [], waveform: { seconds_per_peak: 1, peaks: [], rms: [] } };

/**
 * A report with all the parts that are painted.
 * @param {Report} report
 * @returns {Report} itself if it has them
 */
const complete = (report) => (Object.keys(NOTHING).every((part) => part in report) ? report : { ...NOTHING, ...report });

/** @param {ShadowRoot} shadow */
function parts(shadow) {
  const styles = STYLES.map((path) => element('link', { rel: 'stylesheet', href: new URL(path, import.meta.url).href }));
  const canvas = element('canvas');
  const cursor = element('div', { class: 'cursor' });
  const spot = element('div', { class: 'spot', hidden: true });
  const band = element('div', { class: 'loop-band', hidden: true });
  const ghost = element('div', { class: 'ghost', hidden: true });
  const stage = element('div', { class: 'stage', 'aria-hidden': 'true' }, canvas, band, spot, ghost, cursor);
  const ruler = element('div');
  const small = element('canvas');
  const handle = element('div', { class: 'minimap-part' });
  const mark = element('div', { class: 'minimap-mark' });
  const minimap = element('div', { class: 'minimap', 'aria-hidden': 'true', hidden: true }, small, handle, mark);
  shadow.append(...styles, ruler, stage, minimap);
  return { styles, ruler, stage, canvas, cursor, spot, band, ghost, minimap, small, handle, mark };
}

customElements.define('sectionist-timeline', SectionistTimeline);
