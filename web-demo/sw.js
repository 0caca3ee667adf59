/**
 * Lets the page open without a network: what it is made of is kept when it is first seen, fetched
 * anew whenever there is a network, and served from the store when there is none. Raise VERSION
 * when a kept file goes away.
 */

const VERSION = 'sectionist-1';

/** The whole page; a test compares this list with the files that there are. */
const FILES = [
  './',
  'icon.svg',
  'style.css',
  'css/lists.css',
  'css/song.css',
  'css/start.css',
  'pkg/sectionist_browser.js',
  'pkg/sectionist_browser_bg.wasm',
  'src/analyzer.js',
  'src/geometry/chart.js',
  'src/geometry/fit.js',
  'src/geometry/overview.js',
  'src/geometry/position.js',
  'src/geometry/strip.js',
  'src/geometry/timescale.js',
  'src/geometry/waveform.js',
  'src/main.js',
  'src/player.js',
  'src/report.js',
  'src/scope.js',
  'src/session.js',
  'src/shortcuts.js',
  'src/state.js',
  'src/views/canvas.js',
  'src/views/chart.js',
  'src/views/chords.js',
  'src/views/download.js',
  'src/views/drop.js',
  'src/views/element.js',
  'src/views/facts.js',
  'src/views/live.js',
  'src/views/now.js',
  'src/views/options.js',
  'src/views/overview.js',
  'src/views/phases.js',
  'src/views/problem.js',
  'src/views/sections.js',
  'src/views/strip.js',
  'src/views/summary.js',
  'src/views/transport.js',
  'src/views/working.js',
  'src/words.js',
  'src/worker.js',
];

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(VERSION)
      .then((cache) => cache.addAll(FILES))
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
  const ours = FILES.some((file) => new URL(file, self.registration.scope).href === href);
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
