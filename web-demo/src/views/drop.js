/**
 * Choosing and dropping files, anywhere on the page.
 */

/** @import { Scope } from '../scope.js' */
/** @import { Store } from '../state.js' */

/**
 * @param {HTMLElement} body
 * @param {Store} store
 * @param {Scope} scope
 */
export function dropView(body, store, scope) {
  const input = /** @type {HTMLInputElement} */ (body.querySelector('#file'));
  const veil = /** @type {HTMLElement} */ (body.querySelector('#veil'));
  paintArt(/** @type {SVGElement} */ (body.querySelector('.drop-art')));

  scope.on(input, 'change', () => {
    const files = [...(input.files ?? [])];
    // The same file may be chosen again.
    input.value = '';
    if (files.length > 0) store.ask('open', files);
  });
  const attach = /** @type {HTMLInputElement} */ (body.querySelector('#attach-file'));
  scope.on(attach, 'change', () => {
    const [file] = attach.files ?? [];
    attach.value = '';
    if (file) store.ask('attach', file);
  });
  scope.on(/** @type {HTMLElement} */ (body.querySelector('#sample')), 'click', () => store.ask('sample', undefined));
  for (const button of body.querySelectorAll('[data-choose]')) scope.on(button, 'click', () => input.click());

  /** @param {DragEvent} event */
  const carriesFiles = (event) => event.dataTransfer?.types.includes('Files') ?? false;
  let depth = 0;
  /** @param {number} to */
  const setDepth = (to) => {
    depth = Math.max(0, to);
    veil.hidden = depth === 0;
  };
  scope.on(window, 'dragenter', (/** @type {DragEvent} */ event) => {
    if (carriesFiles(event)) setDepth(depth + 1);
  });
  scope.on(window, 'dragleave', (/** @type {DragEvent} */ event) => {
    if (carriesFiles(event)) setDepth(depth - 1);
  });
  scope.on(window, 'dragover', (/** @type {DragEvent} */ event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
  });
  scope.on(window, 'drop', (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    setDepth(0);
    if (!carriesFiles(event)) return;
    const files = [...(event.dataTransfer?.files ?? [])];
    const { phase, file, report } = store.state;
    // A song without its audio: what is dropped with the same name is that.
    if (phase === 'ready' && !file && files.length === 1 && files[0].name === report?.source.name) store.ask('attach', files[0]);
    else store.ask('open', files);
  });
}

/**
 * Songs that the system hands over: opened with the installed page, or shared to it.
 * @param {Store} store
 */
export async function receiveFiles(store) {
  const queue = /** @type {any} */ (window).launchQueue;
  queue?.setConsumer(async (/** @type {{ files?: FileSystemFileHandle[] }} */ { files = [] }) => {
    if (files.length > 0) store.ask('open', await Promise.all(files.map((handle) => handle.getFile())));
  });
  if (location.hash !== '#received') return;
  history.replaceState(null, '', '#');
  const files = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const kept = /\/shared-song-\d+$/.test(request.url) && (await cache.match(request));
      if (!kept) continue;
      files.push(new File([await kept.blob()], decodeURIComponent(kept.headers.get('x-name') ?? 'song'), { type: kept.headers.get('content-type') ?? '' }));
      await cache.delete(request);
    }
  }
  if (files.length > 0) store.ask('open', files);
}

/** Sections of the picture: columns, height, group. */
const ART = [
  [9, 0.25, 3],
  [17, 0.5, 0],
  [14, 0.95, 1],
  [17, 0.55, 0],
  [14, 1, 1],
  [10, 0.4, 2],
  [9, 0.3, 3],
];

/**
 * A waveform with a form: what the page is about.
 * @param {SVGElement} svg
 */
function paintArt(svg) {
  const total = ART.reduce((sum, [n]) => sum + n, 0);
  const pitch = 480 / total;
  let column = 0;
  for (const [n, level, group] of ART) {
    for (let i = 0; i < n; i += 1, column += 1) {
      const wobble = 0.62 + 0.26 * Math.sin(column * 1.9) + 0.12 * Math.sin(column * 5.3 + 1);
      const height = Math.max(5, 92 * level * wobble);
      const bar = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
      const shape = { x: column * pitch + 1, y: 48 - height / 2, width: pitch - 2, height, rx: 1.6, 'data-group': group };
      for (const [name, value] of Object.entries(shape)) bar.setAttribute(name, String(value));
      svg.append(bar);
    }
  }
}
