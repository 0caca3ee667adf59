/**
 * Lets the page open without a network: what it is made of is kept when it is first seen. Whenever the page is
 * opened, the network is asked once for each file, in the background for those that come later; where there is
 * none, what is kept serves. So a page that was loaded asks nobody for anything any more. Raise VERSION when a
 * kept file goes away.
 */

const VERSION = 'sectionist-4';

/** The whole page; a test compares this list with the files that there are. */
const FILES = [
  './',
  'icon.svg',
  'manifest.webmanifest',
  'style.css',
  'css/lists.css',
  'css/music.css',
  'css/narrow.css',
  'css/paper.css',
  'css/song.css',
  'css/stand.css',
  'css/start.css',
  'css/timeline.css',
  'css/tools.css',
  'pkg/sectionist_browser.js',
  'pkg/sectionist_browser_bg.wasm',
  'pkg/sectionist_desk.js',
  'pkg/sectionist_desk_bg.wasm',
  'src/analyzer.js',
  'src/desk-worker.js',
  'src/desk.js',
  'src/editor.js',
  'src/geometry/chart.js',
  'src/geometry/fit.js',
  'src/geometry/fretboard.js',
  'src/geometry/lanes.js',
  'src/geometry/overview.js',
  'src/geometry/position.js',
  'src/geometry/strip.js',
  'src/geometry/timescale.js',
  'src/geometry/waveform.js',
  'src/library.js',
  'src/main.js',
  'src/playback/decoded.js',
  'src/playback/loops.js',
  'src/playback/offset.js',
  'src/playback/player.js',
  'src/playback/sound.js',
  'src/playback/system.js',
  'src/playback/ticker.js',
  'src/report.js',
  'src/scope.js',
  'src/session.js',
  'src/sheet.js',
  'src/shelf.js',
  'src/shortcuts.js',
  'src/state.js',
  'src/take/click-track.js',
  'src/take/link.js',
  'src/take/picture.js',
  'src/take/shared.js',
  'src/theory.js',
  'src/timeline/element.js',
  'src/timeline/paint.js',
  'src/timeline/pointer.js',
  'src/views/canvas.js',
  'src/views/chart.js',
  'src/views/chords.js',
  'src/views/correct.js',
  'src/views/diagrams.js',
  'src/views/drop.js',
  'src/views/element.js',
  'src/views/facts.js',
  'src/views/icons.js',
  'src/views/keep.js',
  'src/views/library.js',
  'src/views/live.js',
  'src/views/now.js',
  'src/views/options.js',
  'src/views/overview.js',
  'src/views/panels.js',
  'src/views/phases.js',
  'src/views/play.js',
  'src/views/practise.js',
  'src/views/problem.js',
  'src/views/sections.js',
  'src/views/stand.js',
  'src/views/strip.js',
  'src/views/summary.js',
  'src/views/table.js',
  'src/views/take.js',
  'src/views/transport.js',
  'src/views/working.js',
  'src/words.js',
  'src/worker.js',
];

/** Kept too where the build put it. */
const STRETCHER = 'pkg/stretch.js';

/** Kept too; large, and never another, so it is asked for once and not whenever the page is opened. */
const SAMPLE = 'pkg/sample.mp3';
const EXTRAS = [STRETCHER, SAMPLE];

/** Where the page finds songs that the system shared to it, each with a number. */
const SHARED = 'shared-song-';

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(VERSION)
      .then((cache) => Promise.all([cache.addAll(FILES), ...EXTRAS.map((file) => cache.add(file).catch(() => {}))]))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== VERSION).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

/** What is being asked of the network since the page was last opened, by address. @type {Map<string, Promise<Response | null>>} */
let asked = new Map();

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, href } = new URL(request.url);
  const addressOf = (/** @type {string} */ file) => new URL(file, self.registration.scope).href;
  if (request.method === 'POST' && href === addressOf('share')) {
    event.respondWith(receive(request));
    return;
  }
  const ours = [...FILES, ...EXTRAS].some((file) => addressOf(file) === href);
  if (request.method !== 'GET' || origin !== self.location.origin || !ours) return;
  if (request.mode === 'navigate') {
    asked = new Map();
    event.waitUntil(Promise.all([...FILES, STRETCHER].map((file) => fresh(addressOf(file)))));
  }
  event.respondWith(answer(href));
});

/**
 * The network's answer, asked once since the page was opened, and kept; null without one.
 * @param {string} href
 * @returns {Promise<Response | null>}
 */
function fresh(href) {
  const asking =
    asked.get(href) ??
    fetch(href, { cache: 'no-cache' })
      .then(async (response) => {
        if (!response.ok) return null;
        await (await caches.open(VERSION)).put(href, response.clone());
        return response;
      })
      .catch(() => null);
  asked.set(href, asking);
  return asking;
}

/**
 * What was just asked for; else what is kept; else, for what was never needed before, the network's.
 * @param {string} href
 */
async function answer(href) {
  await asked.get(href);
  const kept = await (await caches.open(VERSION)).match(href);
  return kept ?? (await fresh(href)) ?? Response.error();
}

/**
 * Keeps songs that were shared to the page, and opens the page on them.
 * @param {Request} request
 */
async function receive(request) {
  const sent = (await request.formData()).getAll('song');
  const cache = await caches.open(VERSION);
  for (const [i, file] of sent.filter((one) => one instanceof File).entries()) {
    const headers = { 'content-type': file.type, 'x-name': encodeURIComponent(file.name) };
    await cache.put(SHARED + i, new Response(file, { headers }));
  }
  return Response.redirect('./#received', 303);
}
