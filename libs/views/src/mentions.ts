import type { GroupState } from '@conclave/election';

/** What a group says of itself that people look for: names, labels, who has ordered what still holds, and why. */
function* textsOf({ id, runners, pin, pause, proposals }: GroupState): Generator<string> {
  yield id;
  for (const order of [pin, pause, ...proposals]) if (order) yield `${order.actor} ${order.reason ?? ''}`;
  for (const { id: runner, platform, labels, taints } of runners.values()) {
    yield runner;
    if (platform) yield platform;
    for (const [label, value] of Object.entries(labels)) yield `${label}=${value}`;
    for (const { key, actor, reason } of taints) yield `${key} ${actor} ${reason ?? ''}`;
  }
}

/** True if each of these words stands somewhere in what the group says of itself; case does not count. */
export function mentions(state: GroupState, words: readonly string[]): boolean {
  const missing = new Set(words.map((word) => word.toLowerCase()));
  for (const text of textsOf(state)) {
    if (missing.size === 0) break;
    const said = text.toLowerCase();
    for (const word of missing) if (said.includes(word)) missing.delete(word);
  }
  return missing.size === 0;
}
