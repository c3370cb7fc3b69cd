import { current } from './virtual-time.mjs';

/** Each process has its own way to the others. */
export function install() {
  globalThis.fetch = (url, options) => current().fetch(url, options);
}
