import { Command, InvalidArgumentError } from 'commander';
import { onNewerNode } from '../files/store-at.js';
import { isNewEnough } from '@conclave/launch';
import { guard, wholeNumber, withExamples } from '../terminal/options.js';
import { workUnread } from '../terminal/protect.js';
import type { WitnessOptions } from './witness-server.js';

async function witness(options: WitnessOptions): Promise<void> {
  if (!isNewEnough()) return onNewerNode(); // its lock is one of SQLite
  const { startWitness } = await import('./witness-server.js');
  const say = (words: string) => console.error(`${new Date().toISOString()} ${words}`);
  const running = await startWitness(options, say);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    process.on(signal, () => void running.close().then(() => process.exit(0)));
  workUnread();
  console.log(`conclave witness listening on ${running.url} (key ${running.kid}, data ${options.data})`);
}

function portNumber(text: string): number {
  const port = wholeNumber(text);
  if (port > 65_535) throw new InvalidArgumentError('Take a port from 0 to 65535.');
  return port;
}

/** Somebody else than who keeps the log remembers what it was. */
export const witnessing = (): Command =>
  withExamples(
    new Command('witness').description(
      'remember what logs were, and co-sign their checkpoints only if they go on from it; run it where nobody who can write the log can write',
    ),
    'witness --host 0.0.0.0 --data /var/lib/conclave-witness',
  )
    .option('--port <n>', '0: any free port', portNumber, 7700)
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--data <dir>', 'where everything is kept that it must not forget', './data/witness')
    .action(guard(witness));
