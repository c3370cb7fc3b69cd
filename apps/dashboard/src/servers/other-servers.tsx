import type { ServersReply } from '@conclave/contract';
import { useAsked } from '../api/use-asked.js';
import { ProblemNote } from '../parts/problem-note.js';
import { counted, duration } from '../words/duration.js';

/** Each writes once a second while it lives. */
const LIVES_MS = 3_000;

/** Whoever writes to the same log: by what it writes, since servers do not ask each other. */
export function OtherServers({ beat }: { beat: number }) {
  const { data, problem } = useAsked<ServersReply>('/v1/servers', beat);
  const others = data?.servers.filter(({ isThis }) => !isThis) ?? [];
  return (
    <>
      <h2>Others that share this log</h2>
      {problem && <ProblemNote problem={problem} />}
      {data && others.length === 0 && <p>None has written for five minutes.</p>}
      <ul aria-label="Other servers">
        {others.map(({ id, silentMs, behind }) => (
          <li key={id}>
            {id.slice(0, 8)}:{' '}
            {silentMs > LIVES_MS
              ? `has written nothing for ${duration(silentMs)}, stopped or gone`
              : 'writes'}
            {behind > 0 && `, ${counted(behind, 'record')} behind when it did`}
          </li>
        ))}
      </ul>
    </>
  );
}
