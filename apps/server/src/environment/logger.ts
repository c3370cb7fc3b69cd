import { createRequire } from 'node:module';
import { Writable } from 'node:stream';
import { pino, stdTimeFunctions, type Logger } from 'pino';
import type pretty from 'pino-pretty';
import { printable } from '@conclave/kernel';
import { Output } from '@conclave/launch';
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
  // At once, for the last words of a process are the ones that count (pino's own stream waits for room, and everybody with it).
  const lost = (lines: number): string => `${lines} lines of this log were lost: nobody read them`;
  const output = new Output(STDERR, (lines) =>
    isPretty ? `${lost(lines)}\n` : `${JSON.stringify({ level: 'warn', instance, msg: lost(lines) })}\n`,
  );
  return isPretty ? pino(options, forPeople(output)) : pino(options, output);
}

const STDERR = 2;
/** Those of pretty: in a field they stand as JSON writes them. */
// oxlint-disable-next-line no-control-regex
const COLOURS = /(\u001b\[\d+(?:;\d+)*m)/;

const stderrForPeople = (output: Pick<Output, 'write'>) =>
  new Writable({
    write(lines: Buffer, _encoding, done) {
      // fields beside the words are anybody's text, too
      output.write(
        lines
          .toString()
          .split(COLOURS)
          .map((part, index) => (index % 2 === 1 ? part : printable(part)))
          .join(''),
      );
      done();
    },
  });

/** Local time, and beside the words only what they do not say. What makes it so is loaded for it: 14 ms of a start. */
export const forPeople = (output: Pick<Output, 'write'>) =>
  (createRequire(import.meta.url)('pino-pretty') as typeof pretty)({
    destination: stderrForPeople(output),
    colorize: !process.env.NO_COLOR && process.env.TERM !== 'dumb',
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname,instance,group,version,type,runner,term,actor,reason',
    singleLine: true,
    messageFormat: (log, key) => printable(inWords(String(log[key]), log.group)),
  });

const inWords = (said: string, group: unknown): string =>
  typeof group !== 'string' || said.includes(group) ? said : `${said} (group ${group})`;
