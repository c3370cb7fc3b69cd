import type { ReadyReply } from '@conclave/contract';
import { headersOf, type Reach } from './credentials.js';
import { dial } from './dialing.js';
import { warnOnce } from './telling.js';

let isTold = false;

/** What a server says that has heard nothing from its store may be old: told once, with why, if it knows. */
export async function warnOfAge(reach: Reach, staleMs: number): Promise<void> {
  if (isTold) return;
  isTold = true;
  const reasons = await reasonsOf(reach).catch((): string[] => []);
  const why = reasons.find((reason) => !reason.startsWith('deaf for'));
  const forSome = `${(staleMs / 1_000).toFixed(1)} s`;
  warnOnce(
    `warning: this server has heard nothing from its store for ${forSome}; what it says may be old${why ? `: ${why}` : ''}`,
  );
}

/** Why it is not ready, as it says itself. */
async function reasonsOf(reach: Reach): Promise<string[]> {
  const { text } = await dial(reach, '/readyz', { headers: headersOf(reach) });
  const pieces: string[] = [];
  for await (const piece of text) pieces.push(piece);
  return (JSON.parse(pieces.join('')) as ReadyReply).reasons;
}
