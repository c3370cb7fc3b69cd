import { writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { pino, stdTimeFunctions, type Logger } from 'pino';
import pretty from 'pino-pretty';
import { printable } from '@conclave/kernel';
import type { Config } from './config.js';

export type { Logger };

type Wanted = Pick<Config, 'logLevel' | 'instance' | 'logFormat'>;

/** On stderr, lines for people at a terminal, else JSON; stdout is for the ready line alone. */
export function loggerFor({ logLevel, instance, logFormat }: Wanted): Logger {
  const isPretty = logFormat === 'auto' ? process.stderr.isTTY : logFormat === 'pretty';
  const options = {
    level: logLevel,
    base: { instance },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return isPretty ? pino(options, forPeople()) : pino(options, { write: writeOut });
}

const STDERR = 2;
/** Where stderr is a pipe that takes nothing now, so often, each time so long. */
const [TRIES, AGAIN_MS] = [10, 10];

/**
 * At once: the last words of a process that ends are the ones that count. What cannot be written is lost: a full disk under
 * the log must not stop what it tells about (pino's own stream waits for room, and everybody with it).
 */
function writeOut(line: string): void {
  let rest: Uint8Array = Buffer.from(line);
  for (let tries = 0; rest.length > 0 && tries < TRIES; tries++) {
    try {
      rest = rest.subarray(writeSync(STDERR, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, AGAIN_MS);
    }
  }
}

const stderrForPeople = () =>
  new Writable({
    write(lines: Buffer, _encoding, done) {
      writeOut(lines.toString());
      done();
    },
  });

/** Local time, and beside the words only what they do not say. */
const forPeople = () =>
  pretty({
    destination: stderrForPeople(),
    colorize: process.env.NO_COLOR === undefined,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname,instance,group,version,type,runner,term,actor,reason',
    singleLine: true,
    messageFormat: (log, key) => printable(String(log[key])),
  });
