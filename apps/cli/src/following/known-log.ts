import type { HistoryEventReply, HistoryPage, KeysReply } from '@conclave/contract';
import { CliError, isUnanswered } from '../remote/cli-error.js';
import { request } from '../remote/client.js';
import type { Reach } from '../remote/credentials.js';
import { ageOf, OLD_MS } from './outage.js';

export const OTHER_LOG = 'What is told from here on is of another log.';

/** Which log is followed: as long as it is the same, none of its keys is gone. Where it was left means nothing in another one. */
export class KnownLog {
  private kids: readonly unknown[] = [];

  constructor(private readonly reach: Reach) {}

  /** False: it is another one than the last time. True where that may not be asked. Rejects with {@link CliError} 4. */
  async isSame(): Promise<boolean> {
    const now = await this.kidsOf().catch((error: unknown) => {
      if (error instanceof CliError && !isUnanswered(error)) return this.kids;
      throw error;
    });
    const isSame = this.kids.every((kid) => now.includes(kid));
    this.kids = now;
    return isSame;
  }

  private async kidsOf(): Promise<unknown[]> {
    // a server from before keys could be revoked tells of none
    const { keys = [], revoked = [] } = await request<Partial<KeysReply>>(this.reach, 'GET', '/v1/keys');
    return [...keys, ...revoked.map(({ key }) => key)].map(({ kid }) => kid);
  }
}

export type Told = Pick<HistoryEventReply, 'version' | 'position' | 'meta'>;

/** True if what was told last stands in that history still, as far as that can be known. Rejects with {@link CliError} 4. */
export async function standsIn(
  reach: Reach,
  history: string,
  { version, position, meta }: Told,
): Promise<boolean> {
  const query = `from=${version}&to=${version}&atLeast=${position}`;
  try {
    const { events } = await request<HistoryPage>(reach, 'GET', `${history}?${query}`);
    return events[0]?.meta.hash === meta.hash;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    if (error.details.code === 'position-not-reached') return (await ageOf(reach)) > OLD_MS; // it reads that yet
    if (isUnanswered(error)) throw error;
    return true; // sealed meanwhile; or whoever asks on is told why
  }
}
