import { createRequire, syncBuiltinESMExports } from 'node:module';
import { SimulatedRequest } from './simulated-request.mjs';
import { current } from './virtual-time.mjs';

/** Each process has its own way to the others. */
export function install() {
  createRequire(import.meta.url)('node:http').request = (url, { method }) =>
    new SimulatedRequest(current().send, url, method);
  syncBuiltinESMExports();
}
