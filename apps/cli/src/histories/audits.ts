import type { HistoryFilter, Instant, Question, Verification, Window } from '@conclave/audit';
import type {
  AsOfReply,
  ElectionReply,
  ExplanationReply,
  HistoryEventReply,
  HistoryPage,
  Id,
  SealedMark,
  TenuresPage,
  WhatIfReply,
} from '@conclave/contract';
import { CliError } from '../remote/cli-error.js';
import { request, type Reach } from '../remote/client.js';
import { linesOf, streamed } from '../remote/streams.js';
import { groupPath } from '../terminal/options.js';
import type { Progress } from '../terminal/progress.js';

/** Part of a history; what is absent is not asked for. */
export interface HistoryPart extends Omit<HistoryFilter, 'types'> {
  type?: string | undefined;
  from?: number | undefined;
  to?: number | undefined;
}
/** `sealed`: what of it is in archives that are not at hand. */
export interface HistoryTold {
  sealed: SealedMark | null;
  events: AsyncIterable<HistoryEventReply>;
}

/** What auditors can ask; of a server, or of a file with no server. */
export interface Asked {
  at(group: Id, instant: Instant): Promise<AsOfReply>;
  election(group: Id, term: number, runner?: Id): Promise<ElectionReply>;
  now(group: Id, runner?: Id): Promise<ExplanationReply>;
  verify(group: Id | null, progress: Progress): AsyncIterable<{ group: Id } & Verification>;
  whatIf(group: Id, question: Question): Promise<WhatIfReply>;
  /** What happened, in words too; read as it is asked for. */
  history(group: Id, part: HistoryPart): Promise<HistoryTold>;
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

  async history(group: Id, part: HistoryPart): Promise<HistoryTold> {
    const path = (from: number): string =>
      groupPath(group, 'history') + query({ ...part, from, limit: 1000 });
    const pageFrom = async (from: number): Promise<HistoryPage> => request(this.reach, 'GET', path(from));
    const first = await pageFrom(part.from ?? 1);
    async function* events(): AsyncGenerator<HistoryEventReply> {
      for (let page = first; ; page = await pageFrom(page.next)) {
        yield* page.events;
        if (page.next === null) return;
      }
    }
    return { sealed: first.sealed, events: events() };
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
    const path = groupPath(group, 'report') + query({ ...window });
    for await (const line of linesOf(this.reach, path, undefined, 'text/html')) yield `${line}\n`;
  }

  close = async (): Promise<void> => undefined;
}

/** Files or a store instead of a server, and archives of what is sealed there. */
export interface Where {
  file?: string;
  store?: string;
  archive?: string[];
}

/** Throws {@link CliError}: who asks for another group than it is of would be told that this one is in order. */
export function checkGroup(asked: string | undefined, what: string, of: string | undefined): void {
  if (asked === undefined || asked === of) return;
  if (of === undefined) throw new CliError(2, `${what} is of the whole log: leave out "${asked}".`);
  throw new CliError(3, `${what} is of group "${of}", not of "${asked}".`);
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
