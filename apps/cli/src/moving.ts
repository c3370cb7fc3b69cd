import { Command } from 'commander';
import type { Copied, EventStore } from '@conclave/event-store';
import { digestOfStore, exportLog, importLog } from './log-copy.js';
import { withExamples } from './options.js';
import { withProgress } from './progress.js';
import { storeAt } from './store-at.js';

const STORE_HELP = 'sqlite:<file> or esdb://<host>; default: CONCLAVE_STORE';
const storeName = (given: { store?: string }): string => given.store ?? process.env.CONCLAVE_STORE ?? 'sqlite:./data/conclave.db';

/** Opens the store, works, closes; a problem is one line on stderr and exit code 4 (not reachable) or 3 (refused). */
async function withStore(given: { store?: string }, work: (store: EventStore) => Promise<void>, mustExist = false): Promise<void> {
  let store: EventStore | undefined;
  try {
    store = await storeAt(storeName(given), process.env.CONCLAVE_STREAM_PREFIX ?? '', mustExist);
    await work(store);
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    process.stderr.write(`conclave: ${message}\n`);
    process.exitCode = code === 'store-unavailable' ? 4 : 3;
  } finally {
    await store?.close();
  }
}

const told = (what: string, { events, sha256 }: Copied): void => console.log(`${what} ${events} events, sha256 ${sha256}`);

/** `export` and `import`: a whole log, between stores. */
export function moving(): Command[] {
  return [
    withExamples(new Command('export'), 'export backup.ndjson --store sqlite:./data/conclave.db')
      .description('copy the whole log into a file (servers stopped); interrupted, it goes on where it stopped')
      .argument('<file>', 'NDJSON, one event a line, a footer with count and hash')
      .option('--store <store>', STORE_HELP)
      .action((file: string, given: { store?: string }) =>
        withStore(
          given,
          async (store) => told('exported', await withProgress('exporting', 'events', (progress) => exportLog(store, file, progress))),
          true,
        ),
      ),
    withExamples(new Command('import'), 'import backup.ndjson --store "esdb://127.0.0.1:2113?tls=false"')
      .description('copy an export into an empty store, then read it back and compare; can be repeated')
      .argument('<file>', 'what export wrote')
      .option('--store <store>', STORE_HELP)
      .action((file: string, given: { store?: string }) =>
        withStore(given, async (store) => {
          const copied = await withProgress('importing', 'events', (progress) => importLog(store, file, progress));
          const held = await digestOfStore(store);
          if (held.events !== copied.events || held.sha256 !== copied.sha256) {
            throw new Error(
              `the target holds ${held.events} events (sha256 ${held.sha256}), the export ${copied.events} (${copied.sha256}). Import into an empty store.`,
            );
          }
          told('imported and verified', copied);
        }),
      ),
  ];
}
