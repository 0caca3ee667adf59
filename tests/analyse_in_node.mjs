// Analyses files with the browser module, outside a browser: `node analyse_in_node.mjs PKG FILE…`
// writes a line of JSON a file: the report, or {"error", "code"}.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [pkg, ...files] = process.argv.slice(2);
const { Analysis, initSync } = await import(pathToFileURL(join(pkg, 'sectionist_browser.js')).href);
initSync({ module: readFileSync(join(pkg, 'sectionist_browser_bg.wasm')) });

for (const file of files) {
  const start = performance.now();
  let answer;
  try {
    const analysis = new Analysis(readFileSync(file), { name: basename(file) }, {});
    let step;
    do { step = analysis.step(); } while (!step.report);
    answer = step.report;
  } catch (error) {
    answer = { error: error.message, code: error.code };
  }
  process.stderr.write(`${basename(file)}: ${Math.round(performance.now() - start)} ms\n`);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
