import { sleep } from './world.mjs';

/** An operator under stress: taints and untaints at random on random servers; keeps what was acknowledged. */
export async function operate({ random, urls, groups, runnersOf, isOver }) {
  const acknowledged = [];
  for (let n = 0; !isOver(); n++) {
    const group = groups[Math.floor(random() * groups.length)];
    const runners = runnersOf(group);
    const path = `/v1/groups/${group}/runners/${runners[Math.floor(random() * runners.length)]}/taints/chaos`;
    const isTaint = random() < 0.4;
    try {
      const response = await fetch(urls[n % urls.length] + path, {
        method: isTaint ? 'PUT' : 'DELETE',
        headers: { 'content-type': 'application/json', 'idempotency-key': `k${n}` },
        ...(isTaint && { body: '{"effect":"PreferNoLead"}' }),
        signal: AbortSignal.timeout(3_000),
      });
      const { events } = await response.json();
      for (const { version, meta } of events ?? []) acknowledged.push({ group, version, id: meta.id });
    } catch {
      /* not acknowledged: nothing is promised */
    }
    await sleep(20 + random() * 60);
  }
  return acknowledged;
}
