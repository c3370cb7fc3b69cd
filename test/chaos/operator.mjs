import { sleep } from './world.mjs';

/**
 * One wish of an operator: mostly taints, sometimes a pin or a transfer. None of them may leave a group
 * leaderless.
 */
function wish(random, group, runner) {
  const path = `/v1/groups/${group}`;
  const what = random();
  if (what < 0.12)
    return ['POST', `${path}/transfer`, random() < 0.5 ? {} : { to: runner, deadlineMs: 1_500 }];
  if (what < 0.2)
    return ['PUT', `${path}/pin`, { runner, mode: 'prefer', ttlMs: 1_000 + Math.floor(random() * 3_000) }];
  if (what < 0.5)
    return [
      'PUT',
      `${path}/runners/${runner}/taints/chaos`,
      { effect: 'PreferNoLead', ...(random() < 0.5 && { ttlMs: 2_000 }) },
    ];
  return ['DELETE', `${path}/runners/${runner}/taints/chaos`, null];
}

/** An operator under stress, at random on random servers; keeps what was acknowledged. */
export async function operate({ random, urls, groups, runnersOf, isOver }) {
  const acknowledged = [];
  for (let n = 0; !isOver(); n++) {
    const group = groups[Math.floor(random() * groups.length)];
    const runners = runnersOf(group);
    const [method, path, body] = wish(random, group, runners[Math.floor(random() * runners.length)]);
    try {
      const response = await fetch(urls[n % urls.length] + path, {
        method,
        headers: { 'content-type': 'application/json', 'idempotency-key': `k${n}` },
        ...(body && { body: JSON.stringify(body) }),
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
