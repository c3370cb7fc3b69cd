import type { VerificationReply, VerificationsReply } from '@conclave/contract';
import { cutOff, fetchFrom } from '../api/ask.js';

export type Verified = VerificationsReply['groups'][number];

/** Verifies every group, or one; tells of each as it is done. */
export async function verifyAll(
  group: string | undefined,
  told: (result: Verified) => void,
  signal: AbortSignal,
): Promise<void> {
  await (group === undefined ? readAll(told, signal) : readOne(group, told, signal)).catch(cutOff);
}

async function readOne(group: string, told: (result: Verified) => void, signal: AbortSignal): Promise<void> {
  const response = await fetchFrom(`/v1/groups/${encodeURIComponent(group)}/verify`, { signal });
  told({ group, ...((await response.json()) as VerificationReply) });
}

async function readAll(told: (result: Verified) => void, signal: AbortSignal): Promise<void> {
  const { body } = await fetchFrom('/v1/verify', { accept: 'application/x-ndjson', signal });
  let rest = '';
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const lines = (rest + value).split('\n');
    rest = lines.pop()!;
    for (const line of lines) if (line) told(JSON.parse(line) as Verified);
  }
  if (rest) told(JSON.parse(rest) as Verified);
}
