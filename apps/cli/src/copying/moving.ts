import { Command } from 'commander';
import type { Copied } from '@conclave/event-store';
import { exportLog } from '../files/log-copy.js';
import { eventsOf } from '../files/log-file.js';
import { CliError } from '../remote/cli-error.js';
import type { Reach } from '../remote/client.js';
import { exportEvidence, windowOf, type Window } from '../auditing/evidence.js';
import { guard, reachable, withExamples } from '../terminal/options.js';
import { withProgress } from '../terminal/progress.js';
import { newFile, regularFile } from '../files/regular-file.js';
import { inWords } from './backing-up.js';
import { bringIn } from './bring-in.js';
import { withStore } from './with-store.js';

const STORE_HELP =
  'sqlite:<file> or esdb://<host>; default: that of a server that is started here (CONCLAVE_STORE)';

const tell = ({ json }: Reach, what: string, file: string, { events, sha256 }: Copied): void =>
  console.log(
    json
      ? JSON.stringify({ file, events, sha256 }, null, 2)
      : `${what} ${events} events, ${inWords({ events, sha256 })}`,
  );

/** Before a store is made for what is none. */
async function checkWhole(file: string): Promise<void> {
  regularFile(file);
  for await (const _ of eventsOf(file));
}

interface Given extends Reach {
  store?: string;
  window?: Window;
  out?: string;
}

const exportWhole = (file: string, given: Given): Promise<void> =>
  withStore(
    given,
    async (store) =>
      tell(
        given,
        'exported',
        file,
        await withProgress('exporting', 'events', (progress) => exportLog(store, file, progress)),
      ),
    { mustExist: true, first: async () => newFile(file) },
  );

async function exporting(what: string, given: Given): Promise<void> {
  if (given.window && given.store !== undefined)
    throw new CliError(2, '--window asks a server, which signs what it says: leave out --store.');
  if (!given.window && given.out !== undefined)
    throw new CliError(2, '--out goes with --window; a whole log goes into the file that is named first.');
  return given.window ? exportEvidence(what, given) : exportWhole(what, given);
}

/** `export` and `import`: a whole log, between stores; `export --window`: evidence. */
export function moving(): Command[] {
  return [
    withExamples(
      reachable(
        'export',
        'copy the whole log into a file (servers stopped), or with --window one group as signed evidence',
      ),
      'export backup.ndjson --store sqlite:./data/conclave.db',
      'export deploy --window 2026-11-01T00:00:00Z..2026-11-24T00:00:00Z --out deploy.evidence.ndjson',
    )
      .argument(
        '<file-or-group>',
        'NDJSON file for the log, one event a line, a footer with count and hash; interrupted, it goes on where it stopped',
      )
      .option('--store <store>', STORE_HELP)
      .option(
        '--window <since..until>',
        'evidence of a group, asked of a server; either end may be left out: ".." is all',
        windowOf,
      )
      .option('--out <file>', 'where to, for evidence; default: <group>.evidence.ndjson')
      .action(guard(exporting)),
    withExamples(new Command('import'), 'import backup.ndjson --store "esdb://127.0.0.1:2113?tls=false"')
      .description(
        'copy an export into an empty store, then read it back and compare; can be repeated. Whether its history is true says verify --file',
      )
      .argument('<file>', 'what export wrote')
      .option('--store <store>', STORE_HELP)
      .option('--json', 'JSON for programs')
      .action((file: string, given: { store?: string; json?: boolean }) =>
        withStore(
          given,
          async (store) =>
            tell(given, 'imported and read back', file, await bringIn(store, file, 'importing')),
          { first: async () => checkWhole(file) },
        ),
      ),
  ];
}
