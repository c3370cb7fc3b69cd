import type { ExplanationReply, RunnerReply } from '@conclave/contract';
import { useState } from 'preact/hooks';
import { Clock, Since } from '../parts/instant.js';
import { OrderLink } from '../parts/order-link.js';
import { Text } from '../parts/text.js';
import { counted } from '../words/duration.js';
import { needInWords, verdictInWords } from '../words/verdict.js';
import { By } from './by.js';
import type { View } from './use-view.js';

/** More are drawn when asked for: a thousand at once would hold up the page. */
const PAGE = 50;

type Verdict = View['group']['verdicts'][number];
interface Row {
  runner: RunnerReply | null;
  name: string;
  verdict: Verdict | null;
  needs: ExplanationReply['standings'][number]['needs'];
}

/** Who would follow whom: eligible ones by rank, then the others by age. */
function rowsOf({ group, explanation }: View, runners: RunnerReply[]): Row[] {
  const standings = new Map(explanation?.standings.map((standing) => [standing.runner, standing]));
  const verdicts = new Map(group.verdicts.map((verdict) => [verdict.runner, verdict]));
  const rows = runners.map((runner): Row => {
    const standing = standings.get(runner.runner);
    const verdict = standing?.verdict ?? verdicts.get(runner.runner) ?? null;
    return { runner, name: runner.runner, verdict, needs: standing?.needs ?? [] };
  });
  const rank = ({ verdict }: Row): number => verdict?.rank ?? Infinity;
  return rows.sort((a, b) => rank(a) - rank(b) || a.runner!.seniority - b.runner!.seniority);
}

export function Succession({ view }: { view: View }) {
  const [most, setMost] = useState(PAGE);
  if (view.runners === null)
    return (
      <section>
        <h2>Runners</h2>
        <p class="quiet">Reading the runners …</p>
      </section>
    );
  const rows = rowsOf(view, view.runners);
  const leader = view.group.leader?.runner;
  const isPast = view.past !== null;
  if (rows.length === 0)
    return (
      <section>
        <h2>Runners</h2>
        <p>
          {isPast
            ? 'There was none then.'
            : 'There is none. A runner comes by PUT …/runners/{id}, most easily with the SDK.'}
        </p>
      </section>
    );
  return (
    <section>
      <h2>{isPast ? 'Runners then' : 'Runners, in order of succession'}</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="Runners">
        <table class="runners">
          <thead>
            <tr>
              <th scope="col">Rank</th>
              <th scope="col">Runner</th>
              <th scope="col">Status</th>
              <th scope="col">Verdict</th>
              {!isPast && <th scope="col">To lead it would need</th>}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, most).map((row) => (
              <Line
                key={row.name}
                row={row}
                isLeader={row.name === leader}
                isPast={isPast}
                readAtMs={view.reading?.atMs}
              />
            ))}
          </tbody>
        </table>
      </div>
      {view.reading && (
        <p class="quiet">
          When each was heard was read at <Clock at={new Date(view.reading.atMs).toISOString()} />, and is
          read again when something happens.{' '}
          <button type="button" onClick={view.reading.again}>
            Read it now
          </button>
        </p>
      )}
      {rows.length > most && (
        <p>
          These are {most} of {counted(rows.length, 'runner')}.{' '}
          <button type="button" onClick={() => setMost(most + PAGE)}>
            {PAGE} more
          </button>
        </p>
      )}
    </section>
  );
}

interface Shown {
  row: Row;
  isLeader: boolean;
  isPast: boolean;
  /** Heard before that, and perhaps since; undefined: before now. */
  readAtMs: number | undefined;
}

function Line({ row: { runner, name, verdict, needs }, isLeader, isPast, readAtMs }: Shown) {
  return (
    <tr class={isLeader ? 'leads' : ''}>
      <td class="data">{verdict?.rank ?? '–'}</td>
      <th scope="row">
        <Text of={name} />
        <Attributes runner={runner!} />
      </th>
      <td>
        {runner!.role === 'revoked' ? 'told to stop' : isLeader ? <strong>leads</strong> : runner!.status}
        <br />
        <span class="quiet">
          {runner!.lastSeenAt && !isPast ? (
            <>
              heard <Since at={runner!.lastSeenAt} now={readAtMs} />{' '}
              {readAtMs === undefined ? 'ago' : 'before'}
            </>
          ) : (
            ''
          )}
        </span>
      </td>
      <td>
        {verdict && (verdict.why === 'tainted' ? 'is tainted' : <Text of={verdictInWords(verdict)} />)}
        {runner!.taints.map((taint) => (
          <div key={taint.key} class="taint">
            <Text of={taint.key} /> ({taint.effect}) by <By order={taint} />{' '}
            {!isPast && (
              <OrderLink order="untaint" runner={name} taint={taint.key} whose={`${taint.key} of ${name}`}>
                Lift …
              </OrderLink>
            )}
          </div>
        ))}
      </td>
      {!isPast && (
        <td>
          {!isLeader && <Text of={needs.map(needInWords).join(', ') || '\u00a0'} />}
          <div class="orders">
            <OrderLink order="taint" runner={name} whose={name}>
              Taint …
            </OrderLink>{' '}
            <OrderLink order="pin" runner={name} whose={name}>
              Pin …
            </OrderLink>{' '}
            {!isLeader && (
              <OrderLink order="transfer" runner={name} whose={name}>
                Transfer to …
              </OrderLink>
            )}{' '}
            {verdict?.why === 'flapping' && (
              <OrderLink order="forgive" runner={name} whose={name}>
                Forgive …
              </OrderLink>
            )}{' '}
            {runner!.status === 'silent' && (
              <OrderLink order="deregister" runner={name} whose={name}>
                Remove …
              </OrderLink>
            )}
          </div>
        </td>
      )}
    </tr>
  );
}

function Attributes({ runner: { platform, labels, priority, seniority } }: { runner: RunnerReply }) {
  const said = [
    `seniority ${seniority}`,
    ...(priority === 0 ? [] : [`priority ${priority}`]),
    ...(platform ? [platform] : []),
    ...Object.entries(labels).map(([label, value]) => `${label}=${value}`),
  ];
  return (
    <span class="attributes quiet">
      {said.map((one, n) => (
        <span key={n}>
          {n > 0 && ' · '}
          <Text of={one} />
        </span>
      ))}
    </span>
  );
}
