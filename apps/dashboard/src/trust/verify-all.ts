import type { VerificationReply, VerificationsReply } from '@conclave/contract';
import { fetchFrom } from '../api/ask.js';

export type Verified = VerificationsReply['groups'][number];

/** Verifies every group, or one; tells of each as it is done. */
export async function verifyAll(
  group: string | undefined,
  told: (result: Verified) => void,
  signal: AbortSignal,
): Promise<void> {
  if (group !== undefined) {
    const response = await fetchFrom(`/v1/groups/${encodeURIComponent(group)}/verify`, { signal });
    return told({ group, ...((await response.json()) as VerificationReply) });
  }
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
