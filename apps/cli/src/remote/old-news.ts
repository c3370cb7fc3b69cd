import type { ReadyReply } from '@conclave/contract';
import { credentials, headersOf, type Reach } from './credentials.js';
import { askOnce, urlOf } from './dialing.js';
import { warnOnce } from './telling.js';

/** The answer is there already; more is worth no longer wait. */
const SOON_MS = 2_000;
let isTold = false;

/** What a server says that has heard nothing from its store may be old: told once, with why, if it says that soon. */
export async function warnOfAge(reach: Reach, staleMs: number): Promise<void> {
  if (isTold) return;
  isTold = true;
  const why = await reasonOf(reach).catch(() => undefined);
  const forSome = `${(staleMs / 1_000).toFixed(1)} s`;
  warnOnce(
    `warning: this server has heard nothing from its store for ${forSome}; what it says may be old${why ? `: ${why}` : ''}`,
  );
}

/** Why it is not ready, as it says itself, besides that it hears nothing. Rejects where that is not answered soon. */
async function reasonOf(reach: Reach): Promise<string | undefined> {
  const asked = { headers: headersOf(reach), signal: AbortSignal.timeout(SOON_MS) };
  const { body } = await askOnce(`${urlOf(reach)}/readyz`, asked, credentials(reach));
  let text = '';
  for await (const piece of body.setEncoding('utf8')) text += piece as string;
  const { reasons } = JSON.parse(text) as ReadyReply;
  return reasons.find((reason) => !reason.startsWith('deaf for'));
}
