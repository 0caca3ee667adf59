/** What must hold between the files of the page. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..');
const read = (/** @type {string} */ path) => readFileSync(join(root, path), 'utf8');
const styles = ['style.css', ...readdirSync(join(root, 'css')).map((name) => `css/${name}`)];
const sources = readdirSync(join(root, 'src'), { recursive: true })
  .map((path) => `src/${String(path).replaceAll('\\', '/')}`)
  .filter((path) => path.endsWith('.js'));

test('the service worker keeps exactly the files that there are', () => {
  const listed = [...read('sw.js').matchAll(/^ {2}'([^']+)',$/gm)].map(([, path]) => path);
  const generated = ['browser', 'desk'].flatMap((name) => [`pkg/sectionist_${name}.js`, `pkg/sectionist_${name}_bg.wasm`]);
  assert.deepEqual(listed.toSorted(), ['./', 'icon.svg', 'manifest.webmanifest', ...styles, ...generated, ...sources].toSorted());
});

test('listeners, timers and workers are made only where they are owned', () => {
  const owners = ['src/scope.js', 'src/analyzer.js', 'src/desk.js', 'src/playback/ticker.js'];
  for (const path of sources.filter((path) => !owners.includes(path))) {
    assert.doesNotMatch(read(path), /addEventListener|setTimeout|setInterval|requestAnimationFrame|new Worker|Observer\(/, path);
  }
});

test('only the workers import the generated bindings', () => {
  const importers = sources.filter((path) => /from '.*\/pkg\//.test(read(path)));
  assert.deepEqual(importers.toSorted(), ['src/desk-worker.js', 'src/worker.js']);
});

test('geometry touches no page', () => {
  for (const path of sources.filter((path) => path.startsWith('src/geometry/'))) {
    assert.doesNotMatch(read(path), /\b(document|window|navigator)\b/, path);
  }
});

test('nothing is fetched from elsewhere', () => {
  for (const path of ['index.html', 'sw.js', ...styles, ...sources]) {
    const addresses = [...read(path).matchAll(/https?:\/\/[^\s'"]+/g)].map(([address]) => address);
    assert.deepEqual(addresses.filter((address) => address !== 'http://www.w3.org/2000/svg'), [], path);
  }
});
