import { SettingsPatch } from '@conclave/contract';
import { z } from 'zod';
import { asOfBody } from '@conclave/views';
import { CliError } from '../remote/cli-error.js';
import type { Asked } from './audits.js';
import { OfflineHistories } from './offline.js';
import { storeAsked } from './store-at.js';

/** The same questions as to a server, to a file or a store. */
export async function offlineAudits(
  { file, store }: { file?: string; store?: string },
  isToBeVerified: boolean,
): Promise<Asked> {
  const histories =
    file === undefined
      ? await OfflineHistories.ofStore(storeAsked(store))
      : await OfflineHistories.ofFile(file, isToBeVerified);
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
    between: async (group, after, to) => histories.between(group, after, to),
    tenures: async (group, window) => audits.tenures(group, window),
    report: async function* (group, window) {
      const { pageOf } = await import('@conclave/report');
      yield* pageOf(await audits.report(group, window));
    },
    close: async () => histories.close(),
  };
}
