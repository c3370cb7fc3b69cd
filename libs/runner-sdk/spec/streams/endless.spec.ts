import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Runner } from '@conclave/runner-sdk';
import { until } from '@conclave/processes';
import { work } from '../scripted-conclave.fixture.js';

// What is told has no end: by another program, a proxy, somebody who means harm. A runner is part of a program of others.

const MANY = 128 * 2 ** 20;
const PIECE = Buffer.alloc(2 ** 16, 'a');
/** How much of each stream was taken, until it was left. */
let taken: number[];
let other: Server;

beforeEach(async () => {
  taken = [];
  other = createServer(({ url }, response) => {
    const isStream = url!.includes('/session');
    response.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'application/json' });
    if (isStream) return tell(response);
    return response.end(JSON.stringify({ heartbeatMs: 1_000, role: 'standby', term: 0, leaseMs: 0 }));
  });
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
});
afterEach(() => {
  other.closeAllConnections();
  other.close();
});

/** One line, as fast as it is taken. */
function tell(response: ServerResponse): void {
  let sent = 0;
  response.once('close', () => taken.push(sent));
  response.write('data: ');
  const go = (): void => {
    if (response.destroyed || sent > MANY) return void response.end();
    sent += PIECE.length;
    response.write(PIECE, go);
  };
  go();
}

it('of a line of its stream little is kept, and the stream is opened anew', async () => {
  const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  const runner = new Runner({ url, group: 'g', id: 'r', signals: [] });
  void runner.lead(work([])).catch(() => undefined); // it cannot take leave there
  await until('it was left twice', () => taken.length > 1);
  await runner.stop();
  expect(Math.max(...taken)).toBeLessThan(MANY);
});
