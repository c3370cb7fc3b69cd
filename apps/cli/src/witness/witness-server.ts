import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from '@conclave/event-store';
import { signingKey, type SigningKey } from '@conclave/node';
import { CliError } from '../remote/cli-error.js';
import { KeptLogs } from './kept-logs.js';
import { routesOf } from './routes.js';
import { WitnessDesk } from './witness-desk.js';

export interface WitnessOptions {
  host: string;
  port: number;
  data: string;
}
/** A witness that listens. */
export interface RunningWitness {
  url: string;
  kid: string;
  close(): Promise<void>;
}

const LOST_KEY =
  'its own key is gone, and a new one was made: who has kept the old one takes nothing that it signs now. Stop it and put the old ' +
  'one back, from a backup; or hand on the new one (GET /v1/key)';

/** Throws {@link CliError} that says why it cannot. `say`: what an operator reads, line by line. */
export async function startWitness(
  { host, port, data }: WitnessOptions,
  say: (words: string) => void,
): Promise<RunningWitness> {
  const kept = KeptLogs.open(data);
  try {
    const hadKey = existsSync(join(data, 'key'));
    const key = await keyIn(data);
    if (!hadKey && kept.size > 0) say(LOST_KEY);
    const desk = new WitnessDesk(kept, key, say);
    const app = routesOf(desk, key.publicKey, (error) => say(`defect: ${error.stack ?? error.message}`));
    const url = await app.listen({ host, port }).catch((error: NodeJS.ErrnoException) => {
      throw new CliError(3, whyNotListening(error, host, port));
    });
    const close = async (): Promise<void> => {
      await app.close();
      kept.close();
    };
    return { url, kid: key.publicKey.kid, close };
  } catch (error) {
    kept.close();
    throw error;
  }
}

/** Its own, made at the first start. One that cannot be kept is refused: nobody would know it again. */
async function keyIn(data: string): Promise<SigningKey> {
  const fail = (why: string): never => {
    throw new CliError(3, why);
  };
  const made = (): void => undefined; // whoever starts it is told in other words
  const logger = { debug: fail, info: made, warn: fail, error: fail, fatal: fail } as never;
  return signingKey(join(data, 'key'), logger).catch((error: unknown) => {
    throw error instanceof StoreError ? new CliError(3, error.message) : error;
  });
}

function whyNotListening({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  if (code === 'EADDRINUSE')
    return `port ${port} on ${host} is in use, perhaps by another witness. Stop it, or give --port (0 = any free port).`;
  if (code === 'EACCES') return `port ${port} may not be used by this user. Give --port 1024 or above.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `"${host}" is no address of this machine. Give another --host.`;
  return `the witness cannot listen on ${host}:${port}: ${message}`;
}
