import { destination, pino, type Logger } from 'pino';
import type { Config } from './config.js';

export type { Logger };

/** JSON lines on stderr; stdout is for the ready line alone. */
export const loggerFor = ({ logLevel, instance }: Pick<Config, 'logLevel' | 'instance'>): Logger =>
  pino({ level: logLevel, base: { instance } }, destination(2));
