import { destination, pino, stdTimeFunctions, type Logger } from 'pino';
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
  return isPretty ? pino(options, forPeople()) : pino(options, destination(2));
}

/** Local time, and beside the words only what they do not say. */
const forPeople = () =>
  pretty({
    destination: 2,
    sync: true, // the last words of a process that ends are the ones that count
    colorize: process.env.NO_COLOR === undefined,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname,instance,group,version,type,runner,term,actor,reason',
    singleLine: true,
    messageFormat: (log, key) => printable(String(log[key])),
  });
