/**
 * Lets the page open without a network: what it is made of is kept when it is first seen, fetched
 * anew whenever there is a network, and served from the store when there is none. Raise VERSION
 * when a kept file goes away.
 */

const VERSION = 'sectionist-2';

/** The whole page; a test compares this list with the files that there are. */
const FILES = [
  './',
  'icon.svg',
  'manifest.webmanifest',
  'style.css',
  'css/lists.css',
  'css/narrow.css',
  'css/paper.css',
  'css/song.css',
  'css/start.css',
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
  'src/views/overview-paint.js',
  'src/views/overview-pointer.js',
  'src/views/overview.js',
  'src/views/panels.js',
  'src/views/phases.js',
  'src/views/play.js',
  'src/views/practise.js',
  'src/views/problem.js',
  'src/views/sections.js',
  'src/views/strip.js',
  'src/views/summary.js',
  'src/views/table.js',
  'src/views/take.js',
  'src/views/transport.js',
  'src/views/working.js',
  'src/words.js',
  'src/worker.js',
];

/** Kept too where the build put it, or once it was used. */
const STRETCHER = 'pkg/stretch.js';
const EXTRAS = [STRETCHER, 'pkg/sample.mp3'];

/** Where the system shares songs to, and where the page finds them. */
const SHARED = 'shared-song';

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(VERSION)
      .then((cache) => Promise.all([cache.addAll(FILES), cache.add(STRETCHER).catch(() => {})]))
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

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, href } = new URL(request.url);
  if (request.method === 'POST' && href === new URL('share', self.registration.scope).href) {
    event.respondWith(receive(request));
    return;
  }
  const ours = [...FILES, ...EXTRAS].some((file) => new URL(file, self.registration.scope).href === href);
  if (request.method === 'GET' && origin === self.location.origin && ours) event.respondWith(fresh(request));
});

/**
 * The answer of the network, kept; without a network the one kept before.
 * @param {Request} request
 */
async function fresh(request) {
  const cache = await caches.open(VERSION);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(request);
    if (kept) return kept;
    throw error;
  }
}

/**
 * Keeps a song that was shared to the page, and opens the page on it.
 * @param {Request} request
 */
async function receive(request) {
  const file = (await request.formData()).get('song');
  if (file instanceof File) {
    const headers = { 'content-type': file.type, 'x-name': encodeURIComponent(file.name) };
    await (await caches.open(VERSION)).put(SHARED, new Response(file, { headers }));
  }
  return Response.redirect('./#received', 303);
}
