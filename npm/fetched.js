/**
 * What a WebAssembly module is made of, in browsers: what they compile while it comes.
 *
 * @param {URL} url
 */
export const fetched = (url) => fetch(url);
