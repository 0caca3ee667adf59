/**
 * The report as a file: what every other host answers, so without the peaks that the page draws.
 */

/** @import { Scope } from '../scope.js' */
/** @import { Store } from '../state.js' */

/**
 * @param {HTMLElement} root an `<a download>`
 * @param {Store} store
 * @param {Scope} scope
 */
export function downloadView(root, store, scope) {
  const link = /** @type {HTMLAnchorElement} */ (root);
  let linkScope = scope.child();
  store.watch(scope, ['report'], ({ report, file }) => {
    linkScope.close();
    linkScope = scope.child();
    if (!report) {
      link.removeAttribute('href');
      return;
    }
    const { waveform, ...answer } = report;
    const json = JSON.stringify(answer, null, 2);
    link.href = linkScope.objectUrl(new Blob([json], { type: 'application/json' }));
    link.download = `${(file?.name ?? 'song').replace(/\.[^.]*$/, '')}.sectionist.json`;
  });
}
