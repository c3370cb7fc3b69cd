import type { Instant, Question, Verification, Window } from '@conclave/audit';
import type {
  AsOfReply,
  ElectionReply,
  ExplanationReply,
  HistoryPage,
  Id,
  TenuresPage,
  WhatIfReply,
} from '@conclave/contract';
import { CliError } from '../remote/cli-error.js';
import { request, type Reach } from '../remote/client.js';
import { linesOf, streamed } from '../remote/streams.js';
import { groupPath } from '../terminal/options.js';
import type { Progress } from '../terminal/progress.js';

/** An event, for people. */
export interface Told {
  version: number;
  at: string;
  words: string;
}

/** What auditors can ask; of a server, or of a file with no server. */
export interface Asked {
  at(group: Id, instant: Instant): Promise<AsOfReply>;
  election(group: Id, term: number, runner?: Id): Promise<ElectionReply>;
  now(group: Id, runner?: Id): Promise<ExplanationReply>;
  verify(group: Id | null, progress: Progress): AsyncIterable<{ group: Id } & Verification>;
  whatIf(group: Id, question: Question): Promise<WhatIfReply>;
  /** What happened after one version, up to another, in words. */
  between(group: Id, after: number, to: number): Promise<Told[]>;
  tenures(group: Id, window: Window): Promise<Omit<TenuresPage, 'next'>>;
  /** A window as one HTML page, in pieces of whole lines. */
  report(group: Id, window: Window): AsyncGenerator<string>;
  close(): Promise<void>;
}

const query = (values: Record<string, string | number | undefined>): string => {
  const given = Object.entries(values).filter(([, value]) => value !== undefined) as [string, string][];
  return given.length > 0 ? `?${new URLSearchParams(given).toString()}` : '';
};

/** Asks a server. */
export class RemoteAudits implements Asked {
  constructor(private readonly reach: Reach) {}

  at = (group: Id, { time, version }: Instant): Promise<AsOfReply> =>
    request(this.reach, 'GET', groupPath(group, 'at') + query({ time, version }));
  election = (group: Id, term: number, runner?: Id): Promise<ElectionReply> =>
    request(this.reach, 'GET', groupPath(group, 'elections', String(term)) + query({ runner }));
  now = (group: Id, runner?: Id): Promise<ExplanationReply> =>
    request(this.reach, 'GET', groupPath(group, 'explain') + query({ runner }));
  whatIf = (group: Id, question: Question): Promise<WhatIfReply> =>
    request(this.reach, 'POST', groupPath(group, 'what-if'), question);

  async *verify(group: Id | null, progress: Progress): AsyncGenerator<{ group: Id } & Verification> {
    if (group !== null) {
      yield { group, ...(await request<Verification>(this.reach, 'GET', groupPath(group, 'verify'))) };
      return;
    }
    let events = 0;
    for await (const result of streamed<{ group: Id } & Verification>(this.reach, '/v1/verify')) {
      progress((events += result.events));
      yield result;
    }
  }

  async between(group: Id, after: number, to: number): Promise<Told[]> {
    const told: Told[] = [];
    for (let from: number | null = after + 1; from !== null && from <= to;) {
      const page: HistoryPage = await request(
        this.reach,
        'GET',
        groupPath(group, 'history') + query({ from, to, limit: 1000 }),
      );
      told.push(...page.events.map(({ version, meta, words }) => ({ version, at: meta.at, words })));
      from = page.next;
    }
    return told;
  }

  async tenures(group: Id, window: Window): Promise<Omit<TenuresPage, 'next'>> {
    const tenures: TenuresPage['tenures'] = [];
    for (let from = 1; ;) {
      const page: TenuresPage = await request(
        this.reach,
        'GET',
        groupPath(group, 'tenures') + query({ ...window, from, limit: 1000 }),
      );
      tenures.push(...page.tenures);
      const { next, availability, sealed } = page;
      if (next === null) return { tenures, availability, sealed };
      from = next;
    }
  }

  async *report(group: Id, window: Window): AsyncGenerator<string> {
    for await (const line of linesOf(this.reach, groupPath(group, 'report') + query({ ...window })))
      yield `${line}\n`;
  }

  close = async (): Promise<void> => undefined;
}

/** Files or a store instead of a server, and archives of what is sealed there. */
export interface Where {
  file?: string;
  store?: string;
  archive?: string[];
}

/**
 * Where the options say that history is. Files and stores are read by code that needs their drivers: loaded
 * then only.
 */
export async function auditsOf(options: Reach & Where, isToBeVerified = false): Promise<Asked> {
  if (options.file !== undefined && options.store !== undefined)
    throw new CliError(2, 'give either --file or --store.');
  if (options.file === undefined && options.store === undefined && !options.archive)
    return new RemoteAudits(options);
  const { offlineAudits } = await import('./offline-audits.js');
  return offlineAudits(options, isToBeVerified);
}
