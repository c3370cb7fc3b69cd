import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SettingsPatch, type Id } from '@conclave/contract';
import { z } from 'zod';
import { asOfBody } from '@conclave/views';
import { CliError } from '../remote/cli-error.js';
import type { Reach } from '../remote/client.js';
import { groupPath } from '../terminal/options.js';
import { Archives } from './archives.js';
import type { Asked, Where } from './audits.js';
import { download } from './download.js';
import { OfflineHistories } from './offline.js';
import { storeAsked } from '../files/store-at.js';

/** The same questions as to a server, to a file or a store. */
export async function offlineAudits(
  { file, store, archive, ...reach }: Reach & Where,
  isToBeVerified: boolean,
): Promise<Asked> {
  const archives = await Archives.open(archive ?? []);
  const histories = await historiesOf({ file, store, ...reach }, archives, isToBeVerified);
  const { audits } = histories;
  return {
    at: async (group, instant) => {
      const { at, moment } = await audits.at(group, instant);
      return asOfBody(moment, at);
    },
    election: async (group, term, runner) => audits.election(group, term, runner),
    now: async (group, runner) => audits.explain(group, runner),
    verify: (group, progress) => histories.verify(group, progress),
    whatIf: async (group, question) => {
      const settings = SettingsPatch.safeParse(question.settings);
      if (!settings.success)
        throw new CliError(3, `invalid-request: ${z.prettifyError(settings.error).replaceAll('\n', ' ')}`);
      return audits.whatIf(group, question);
    },
    history: async (group, part) => histories.told(group, part),
    tenures: async (group, window) => {
      const answer = await audits.tenures(group, window);
      return { ...answer, sealed: histories.sealedOf({ id: group }) };
    },
    report: async function* (group, window) {
      const { pageOf } = await import('@conclave/report');
      yield* pageOf(await audits.report(group, window));
    },
    close: async () => histories.close(),
  };
}

async function historiesOf(
  { file, store, ...reach }: Reach & Where,
  archives: Archives,
  isToBeVerified: boolean,
): Promise<OfflineHistories> {
  if (file !== undefined) return OfflineHistories.ofFile(file, isToBeVerified, archives);
  if (store !== undefined || archives.groups.length === 0)
    return OfflineHistories.ofStore(await storeAsked(store), archives);
  const [group, ...others] = archives.groups;
  if (others.length > 0)
    throw new CliError(2, 'give archives of one group, or say with --store or --file where the rest is.');
  return ofServer(reach, group!, archives);
}

/** What the server still has of the group, as signed evidence, which is read at once. */
async function ofServer(reach: Reach, group: Id, archives: Archives): Promise<OfflineHistories> {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const kept = join(folder, `${group}.evidence.ndjson`);
  const file = await download(reach, groupPath(group, 'evidence'), kept).catch((error: unknown) => {
    throw isDeleted(error) ? withoutServer(error, archives.filesOf(group)) : error;
  });
  const name = `what the server has of group "${group}", of which the archives are,`;
  return OfflineHistories.ofFile(file, false, archives, { name, only: group });
}

const isDeleted = (error: unknown): error is CliError =>
  error instanceof CliError && error.details.code === 'group-deleted';

/** All of a deleted group's history is in its archives; the newest says what is in those before. */
function withoutServer({ details }: CliError, [newest, ...older]: string[]): CliError {
  const options = [`--file ${quoted(newest!)}`, ...older.map((file) => `--archive ${quoted(file)}`)].join(
    ' ',
  );
  const detail = `${details.detail} Ask them alone, with ${options} in place of --archive.`;
  return new CliError(3, `${details.code}: ${detail}`, { ...details, detail });
}
/** As a shell takes it. */
const quoted = (file: string): string =>
  /^[\w./+:@-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`;
