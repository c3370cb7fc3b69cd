import { inc, type Api } from '@conclave/processes';

/** Groups of two runners, of which a leads; nobody beats, and no lease ends meanwhile. */
export async function makePairs(api: Api, groups: readonly string[]): Promise<void> {
  for (const group of groups) {
    await api.put(`/v1/groups/${group}`, { leaseMs: 600_000 });
    for (const id of ['a', 'b'])
      await api.put(`/v1/groups/${group}/runners/${id}`, { incarnation: inc(id), ready: true });
  }
}
