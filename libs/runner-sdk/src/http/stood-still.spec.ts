import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { HttpClient } from './http-client.js';

/** It answers while this thread stands still. */
const SERVER = `
  const { parentPort } = require('node:worker_threads');
  const server = require('node:http').createServer((request, response) => {
    if (request.url !== '/never') setTimeout(() => response.end('{"isHere":true}'), 50);
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;
let worker: Worker;
let client: HttpClient;
beforeAll(async () => {
  worker = new Worker(SERVER, { eval: true });
  const [port] = (await once(worker, 'message')) as [number];
  client = new HttpClient({ urls: [`http://127.0.0.1:${port}`], secret: 's'.repeat(32) });
});
afterAll(async () => worker.terminate());

const ask = (path: string, timeoutMs: number) =>
  client.send<{ isHere: boolean }>({ method: 'GET', path, timeoutMs, fits: ({ isHere }) => isHere });
const standStill = (ms: number) => {
  for (const endMs = performance.now() + ms; performance.now() < endMs;); // no timer fires, nothing is read
};

it('an answer that came while the process stood still counts, though the time for it is over', async () => {
  await ask('/', 60_000); // the way is open
  const asked = ask('/', 400);
  await new Promise((resolve) => setTimeout(resolve, 10)); // it is sent
  await new Promise(setImmediate); // timers are looked at first then
  standStill(600);
  expect(await asked).toEqual({ isHere: true });
});

it('whoever does not answer is given up all the same', async () => {
  await expect(ask('/never', 50)).rejects.toThrow(`no answer within 50 ms from ${client.url}`);
});
