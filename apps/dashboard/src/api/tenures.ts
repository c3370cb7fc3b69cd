import type { AsOfReply, TenuresPage } from '@conclave/contract';
import { ask, groupPath, pathOf, Problem } from './ask.js';

export type Tenure = TenuresPage['tenures'][number];

/**
 * The last term that had begun before an instant: it may have ended long ago, and nobody have led since. Null: there was
 * none, or what was then is sealed.
 */
export async function tenureBefore(group: string, ms: number, signal?: AbortSignal): Promise<Tenure | null> {
  const unknown = (error: unknown): null => {
    if (error instanceof Problem && ['nothing-recorded', 'history-sealed'].includes(error.code)) return null;
    throw error;
  };
  const time = new Date(ms).toISOString();
  const then = await ask<AsOfReply>(pathOf(groupPath(group, '/at'), { time }), { signal }).catch(unknown);
  if (!then || then.group.term === 0) return null;
  return tenureOf(group, then.group.term, signal).catch(unknown);
}

/** Null: it is sealed, or was lost. */
export async function tenureOf(group: string, term: number, signal?: AbortSignal): Promise<Tenure | null> {
  const path = pathOf(groupPath(group, '/tenures'), { from: term, limit: 1 });
  return (await ask<TenuresPage>(path, { signal })).tenures[0] ?? null;
}
