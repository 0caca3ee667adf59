import { readFile } from 'node:fs/promises';

/**
 * What a WebAssembly module is made of, in Node: files are read, as its `fetch` does not.
 *
 * @param {URL} url
 */
export const fetched = (url) => (url.protocol === 'file:' ? readFile(url) : fetch(url));
