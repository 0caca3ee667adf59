/**
 * The installed package, as its users have it. Run in a folder with `sectionist` in its `node_modules`; SECTIONIST_FIXTURES names the
 * folder of the songs, SECTIONIST_TOOLS that of esbuild, typescript and vite.
 */

import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

import { analyze, correct, exportReport, version } from 'sectionist';

const songs = process.env.SECTIONIST_FIXTURES;
const tool = (name, ...path) => join(process.env.SECTIONIST_TOOLS, name, 'node_modules', name, ...path);
const song = readFileSync(join(songs, 'postcard.flac'));
const report = await analyze(song, { name: 'postcard.flac' });

test('a song is analysed in Node', async () => {
  assert.equal(report.schema_version, 1);
  assert.equal(report.analysis_version, await version());
  assert.equal(report.source.name, 'postcard.flac');
  assert.ok(report.sections.length > 0 && report.key && report.tempo && report.beats.length > 10);
  const again = await analyze(new Blob([song]), { name: 'postcard.flac' });
  assert.deepEqual(again, report);
});

test('progress is told, and an analysis can be ended', async () => {
  const long = readFileSync(join(songs, 'harbour.mp3'));
  const seen = [];
  await analyze(long, { onProgress: ({ stage, fraction }) => seen.push([stage, fraction]) });
  assert.ok(seen.length > 2 && seen.every(([, fraction], i) => i === 0 || fraction >= seen[i - 1][1]));
  const end = new AbortController();
  const ended = analyze(long, { signal: end.signal, onProgress: () => end.abort(new Error('enough')) });
  await assert.rejects(ended, /enough/);
});

test('errors have codes', async () => {
  await assert.rejects(analyze(new Uint8Array(99)), { code: 'unsupported_format' });
  await assert.rejects(analyze(song, { quality: 'best' }), { code: 'invalid_parameter' });
  await assert.rejects(exportReport(report, 'pdf'), { code: 'invalid_parameter' });
});

test('options are those of every host', async () => {
  const short = await analyze(song, { quality: 'fast', include: ['key', 'waveform'] });
  assert.ok(short.waveform.peaks.length > 0 && short.sections === undefined);
});

test('reports are exported and corrected', async () => {
  const midi = await exportReport(report, 'midi');
  assert.equal(Buffer.from(midi.bytes.subarray(0, 4)).toString(), 'MThd');
  assert.equal(midi.extension, 'mid');
  const edits = { version: 1, edits: [{ edit: 'set_section', at: 0.5, name: 'Hook' }] };
  assert.equal((await correct(report, edits)).sections[0].name, 'Hook');
  assert.match(Buffer.from((await exportReport(report, 'csv', edits)).bytes).toString(), /Hook/);
});

test('a Worker analyses too', async () => {
  const code = `
    import { parentPort, workerData } from 'node:worker_threads';
    import { analyze } from 'sectionist';
    parentPort.postMessage(await analyze(workerData, { name: 'postcard.flac' }));`;
  writeFileSync('worker.mjs', code);
  const worker = new Worker(pathToFileURL('worker.mjs'), { workerData: song });
  const answer = await new Promise((resolve, reject) => { worker.on('message', resolve).on('error', reject); });
  await worker.terminate();
  assert.deepEqual(answer, report);
});

test('esbuild makes one file of it', () => {
  writeFileSync('esbuild.js', `
    import { analyze, load } from 'sectionist';
    import analysis from 'sectionist/analysis.wasm';
    await load({ analysis });
    const { readFileSync } = await import(/* only where it runs */ ['node', 'fs'].join(':'));
    console.log(JSON.stringify(await analyze(readFileSync(process.argv[2]), { name: 'postcard.flac' })));`);
  execFileSync(tool('esbuild', 'bin', 'esbuild'), ['esbuild.js', '--bundle', '--format=esm', '--platform=browser', '--target=es2022', '--loader:.wasm=binary', '--outfile=one/bundle.mjs', '--log-level=error']);
  assert.deepEqual(readdirSync('one'), ['bundle.mjs']);
  const written = execFileSync('node', ['one/bundle.mjs', join(songs, 'postcard.flac')], { maxBuffer: 1 << 26 });
  assert.deepEqual(JSON.parse(written), report);
});

test('its types are those of what it does', () => {
  writeFileSync('use.ts', `
    import { analyze, exportReport, type Report, type Section, type SectionistError } from 'sectionist';
    const report: Report = await analyze(new Uint8Array(), { quality: 'fast', include: ['sections'], onProgress: ({ fraction }) => fraction.toFixed(2) });
    const first: Section | undefined = report.sections?.[0];
    const label: 'verse' | undefined = first?.label === 'verse' ? first.label : undefined;
    const lufs: number | null | undefined = report.loudness?.integrated_lufs;
    // @ts-expect-error: no such quality
    await analyze(new Uint8Array(), { quality: 'best' });
    // @ts-expect-error: no such format
    await exportReport(report, 'pdf').catch((error: SectionistError) => error.code);
    export { label, lufs };`);
  for (const [module, resolution] of [['esnext', 'bundler'], ['nodenext', 'nodenext']]) {
    writeFileSync('package.json', JSON.stringify({ type: 'module' }));
    const done = spawnSync('node', [tool('typescript', 'bin', 'tsc'), '--strict', '--noEmit', '--target', 'es2022', '--lib', 'es2022,dom', '--module', module, '--moduleResolution', resolution, 'use.ts'], { encoding: 'utf8' });
    assert.equal(done.status, 0, done.stdout);
  }
});

const chromium = spawnSync('chromium', ['--version']).status === 0;
const without = !chromium && !process.env.CI && 'chromium is missing';

test('Vite builds a page whose Worker analyses in a browser', { skip: without }, async () => {
  mkdirSync('page', { recursive: true });
  writeFileSync('page/worker.js', `
    import { analyze } from 'sectionist';
    onmessage = async ({ data }) => postMessage(await analyze(data, { name: 'postcard.flac' }));`);
  writeFileSync('page/main.js', `
    const tell = (body) => fetch('/told', { method: 'POST', body: JSON.stringify(body) });
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }) => tell(data);
    worker.onerror = ({ message }) => tell({ error: message });
    worker.postMessage(await (await fetch('/song')).blob());`);
  writeFileSync('page/index.html', '<!doctype html><script type="module" src="./main.js"></script>');
  writeFileSync('page/vite.config.js', "export default { logLevel: 'error', worker: { format: 'es' }, build: { target: 'esnext' } };");
  execFileSync('node', [tool('vite', 'bin', 'vite.js'), 'build', 'page'], { stdio: 'inherit' });
  const assets = readdirSync('page/dist/assets');
  assert.equal(assets.filter((name) => name.endsWith('.wasm')).length, 2, assets.join(' '));

  const kinds = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };
  let told;
  const answer = new Promise((resolve) => { told = resolve; });
  const server = createServer(async (request, response) => {
    const path = request.url === '/' ? '/index.html' : request.url;
    if (path === '/told') {
      const parts = [];
      for await (const part of request) parts.push(part);
      response.end();
      told(JSON.parse(Buffer.concat(parts).toString()));
    } else if (path === '/song') {
      response.end(song);
    } else {
      try {
        response.setHeader('content-type', kinds[extname(path)] ?? 'application/octet-stream');
        response.end(readFileSync(join('page/dist', path)));
      } catch {
        response.writeHead(404).end();
      }
    }
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => { server.once('listening', resolve); });
  const browser = spawn('chromium', ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', `--user-data-dir=${join(process.cwd(), 'profile')}`, `http://127.0.0.1:${server.address().port}/`], { stdio: 'ignore' });
  const late = setTimeout(() => told({ error: 'the page said nothing for two minutes' }), 120_000);
  try {
    const found = await answer;
    assert.equal(found.error, undefined);
    // Two builds of one module on one engine.
    assert.deepEqual(found, report);
  } finally {
    clearTimeout(late);
    const gone = new Promise((resolve) => { browser.once('exit', resolve); });
    browser.kill();
    await gone;
    server.close();
    server.closeAllConnections();
    rmSync('profile', { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
});
