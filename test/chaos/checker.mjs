// Judges a chaos run from outside: from what runners wrote down, what operators were answered, and the log
// itself.
import { existsSync, readFileSync } from 'node:fs';
import { GroupVerifier, whatIf } from '../../dist/libs/audit/src/index.js';
import { appendsOf, groupOf, initialState, readEvent } from '../../dist/libs/election/src/index.js';

/** Per group the intervals in which some process believed that it leads. */
export function beliefs(files) {
  const open = new Map();
  for (const file of files.filter(existsSync)) {
    // one that was killed before it could open its file believed in nothing
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      if (!line.endsWith('}')) continue; // cut by a kill
      const { group, runner, incarnation, term, atMs, untilMs, stopped } = JSON.parse(line);
      const key = `${group} ${runner} ${incarnation} ${term}`;
      const belief = open.get(key) ?? { group, runner, incarnation, term, fromMs: atMs, toMs: atMs };
      belief.toMs = stopped ? Math.min(belief.toMs, atMs) : Math.max(belief.toMs, untilMs);
      open.set(key, belief);
    }
  }
  const byGroup = Map.groupBy(open.values(), ({ group }) => group);
  for (const list of byGroup.values()) list.sort((a, b) => a.fromMs - b.fromMs);
  return byGroup;
}

/** G2: in a lease group no two believed at the same time. */
export function overlaps(byGroup, leaseGroups) {
  const found = [];
  for (const group of leaseGroups) {
    let last = null;
    for (const belief of byGroup.get(group) ?? []) {
      if (belief.toMs <= belief.fromMs) continue; // suspended before its first line, and told to stop when it woke
      if (last && belief.fromMs < last.toMs)
        found.push(
          `G2: ${group}: ${last.runner} term ${last.term} until ${last.toMs.toFixed(1)}, but ${belief.runner} term ${belief.term} from ${belief.fromMs.toFixed(1)} ms (${(last.toMs - belief.fromMs).toFixed(1)} ms together)`,
        );
      if (!last || belief.toMs > last.toMs) last = belief;
    }
  }
  return found;
}

/** G5: a group without leader, in a time without faults, longer than `limitMs`. */
export function vacancies(byGroup, groups, faults, fromMs, toMs, limitMs) {
  const found = [];
  const disturbed = [...faults].sort((a, b) => a.fromMs - b.fromMs);
  for (const group of groups) {
    const covered = [
      ...(byGroup.get(group) ?? []).map((b) => [b.fromMs, b.toMs]),
      ...disturbed.map((f) => [f.fromMs, f.toMs]),
    ].sort((a, b) => a[0] - b[0]);
    let endMs = fromMs;
    for (const [start, end] of [...covered, [toMs, toMs]]) {
      if (Math.min(start, toMs) - endMs > limitMs)
        found.push(
          `G5: ${group} had no leader for ${(start - endMs).toFixed(0)} ms, undisturbed (limit ${limitMs} ms)`,
        );
      endMs = Math.max(endMs, end);
    }
  }
  return found;
}

/** G1: terms rise by one, opened once, closed once, one leader each; and versions have no gap. */
export function termFaults(events) {
  const found = [];
  const groups = new Map();
  for (const { stream, version, type, data } of events) {
    if (!stream.startsWith('group-')) continue;
    const g = groups.get(stream) ?? { version: 0, term: 0, open: null };
    if (version !== g.version + 1) found.push(`${stream}: version ${version} follows ${g.version}`);
    g.version = version;
    if (type === 'LogAccepted') g.term = Math.max(g.term, data.knownTerm);
    if (type === 'LeaderElected') {
      if (g.open !== null || data.term !== g.term + 1)
        found.push(`G1: ${stream}: term ${data.term} elected after ${g.term}, open ${g.open}`);
      g.open = g.term = data.term;
    }
    if (type === 'LeadershipEnded') {
      if (g.open !== data.term) found.push(`G1: ${stream}: term ${data.term} ended, open was ${g.open}`);
      g.open = null;
    }
    groups.set(stream, g);
  }
  return found;
}

/** G1, also over restores: no term was led in by two. */
export function ledTwice(byGroup) {
  const holders = new Map();
  const found = [];
  for (const { group, term, runner, incarnation } of [...byGroup.values()].flat()) {
    const key = `${group} ${term}`;
    const holder = `${runner} ${incarnation}`;
    if ((holders.get(key) ?? holder) !== holder)
      found.push(`G1: ${group}: term ${term} was led in by ${holders.get(key)} and by ${holder}`);
    holders.set(key, holder);
  }
  return found;
}

/** Every believed term was elected for exactly that process. */
export function unelected(byGroup, events) {
  const elected = new Set(
    events
      .filter((e) => e.type === 'LeaderElected')
      .map(({ stream, data }) => `${stream.slice(6)} ${data.term} ${data.runner} ${data.incarnation}`),
  );
  return [...byGroup.values()]
    .flat()
    .filter((b) => !elected.has(`${b.group} ${b.term} ${b.runner} ${b.incarnation}`))
    .map((b) => `G1: ${b.group}: ${b.runner} believed in term ${b.term}, which it was not elected for`);
}

/** G6: what was acknowledged is in the log, at the version that was told. */
export function lost(acknowledged, events) {
  const ids = new Map(events.map((e) => [`${e.stream} ${e.version}`, e.id]));
  return acknowledged
    .filter(({ group, version, id }) => ids.get(`group-${group} ${version}`) !== id)
    .map(({ group, version }) => `G6: ${group}: acknowledged event ${version} is not in the log`);
}

/**
 * What Conclave's own verifier finds in the log, and whether a replay with no other settings is exactly what
 * happened.
 */
export async function unverified(events) {
  const found = [];
  const histories = Map.groupBy(
    events.filter((e) => groupOf(e.stream) !== null),
    (e) => groupOf(e.stream),
  );
  for (const [group, history] of histories) {
    const verifier = new GroupVerifier(group);
    for (const event of history) verifier.takeStored(event);
    for (const { rule, version, recorded, expected } of verifier.finish().violations)
      found.push(
        `verify: ${group} ${version} ${rule}: ${JSON.stringify(recorded)}, expected ${JSON.stringify(expected)}`,
      );
    const { identical } = await whatIf(
      appendsOf(
        history.map((event) => readEvent(group, event)),
        initialState(group),
      ),
      { settings: {} },
    );
    if (!identical) found.push(`what-if: ${group}: the replay without other settings is not what happened`);
  }
  return found;
}

/** What a server shows that is not what its log says. */
export async function shownWrongly(url) {
  const { groups, code } = await (await fetch(`${url}/v1/verify`)).json();
  if (!groups) throw new Error(code);
  return groups.flatMap(({ group, violations }) =>
    violations.map((v) => `verify: ${url} shows ${group} wrongly: ${JSON.stringify(v)}`),
  );
}

/** What servers say of themselves and of groups without leader, for whoever looks for the cause. */
export async function reasons(urls) {
  const asked = async (url, path) => (await fetch(url + path, { signal: AbortSignal.timeout(3_000) })).json();
  const answers = urls.map(async (url) => {
    const { reasons: own } = await asked(url, '/readyz');
    const { groups = [], code } = await asked(url, '/v1/groups');
    const vacant = groups.filter((g) => g.state !== 'led').map((g) => `${g.group} ${g.state} ${g.why ?? ''}`);
    return [...own, code ?? '', ...vacant].map((text) => `  ${url}: ${text}`);
  });
  return (await Promise.allSettled(answers)).flatMap(({ value, reason }) => value ?? [`  ${reason.message}`]);
}
