// Restores of the double: a copy from some seconds ago is put back, and an operator accepts it on every
// server that asks.
import { nowMs, sleep } from './world.mjs';

const PREFIX = 'conclave.';
const PATIENCE_MS = 180_000; // a loaded machine took twice more than 60 s, and all was well
/** Until then every server that runs has seen that the log is another one. */
const NOTICED_MS = 1_500;
const json = (bytes) => (bytes.length > 0 ? JSON.parse(new TextDecoder().decode(bytes)) : {});

/** `lost`: what was in the log once and is not any more, for the checker. */
export function restoring(double, urls) {
  const lost = [];
  let oldestMs = 0; // the groups' settings are not lost: the checker counts with their leases
  const begin = () => {
    oldestMs = Date.now();
  };
  const isEndOfAppend = ({ stream, meta }) => {
    const { part } = stream.startsWith(PREFIX) ? json(meta) : {};
    return !part || part.index + 1 === part.of;
  };
  const restore = async (agoMs) => {
    double.crash();
    const { all } = double.log;
    const at = all.findLast(
      (record) => record.createdMs <= Math.max(Date.now() - agoMs, oldestMs) && isEndOfAppend(record),
    );
    for (const { stream, revision, position, id, type, data } of all) {
      if (position > at.position && stream.startsWith(PREFIX)) {
        lost.push({
          stream: stream.slice(PREFIX.length),
          version: Number(revision) + 1,
          id,
          type,
          data: json(data),
        });
      }
    }
    double.log.rewindTo(at.position);
    await sleep(200);
    await double.restart();
  };
  const ask = async (url, path, init) => fetch(url + path, { signal: AbortSignal.timeout(2_000), ...init });
  const stateOf = async (url) => {
    const { state, accepted } = await (await ask(url, '/v1/log')).json();
    if (state === 'replaced') return accepted ? 'accepted' : 'stopped';
    return (await ask(url, '/readyz')).ok ? 'goes on' : 'not ready';
  };
  /** As an operator should: looks at all servers, then accepts wherever it is asked for. */
  const accepted = async () => {
    const untilMs = nowMs() + PATIENCE_MS;
    const noticedMs = nowMs() + NOTICED_MS;
    for (;;) {
      const states = await Promise.all(urls.map((url) => stateOf(url).catch(() => 'not ready')));
      if (nowMs() > noticedMs && states.every((state) => state === 'goes on')) return;
      if (nowMs() > noticedMs && !states.includes('not ready')) {
        const body = JSON.stringify({ reason: 'chaos' });
        const init = { method: 'POST', body, headers: { 'content-type': 'application/json' } };
        await Promise.all(
          urls
            .filter((_, n) => states[n] === 'stopped')
            .map((url) => ask(url, '/v1/log/accept', init).catch(() => null)),
        );
      }
      if (nowMs() > untilMs)
        throw new Error(
          `the servers did not go on within ${PATIENCE_MS / 1_000} s after a restore that was accepted`,
        );
      await sleep(100);
    }
  };
  return { lost, begin, restore, accepted };
}
