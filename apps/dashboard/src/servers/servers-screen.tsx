import type { ClocksReply, HealthReply, LogReply, ProblemReply, ReadyReply } from '@conclave/contract';
import { ask, askText, Problem, type Asked } from '../api/ask.js';
import { useAsked } from '../api/use-asked.js';
import { Clock } from '../parts/instant.js';
import { useTitle } from '../parts/use-title.js';
import { ProblemNote } from '../parts/problem-note.js';
import { Text } from '../parts/text.js';
import { useNow } from '../parts/use-now.js';
import { counted, duration, said } from '../words/duration.js';
import { LastHourPart } from './last-hour.js';
import { OtherServers } from './other-servers.js';
import { figuresOf, type Figure } from './figures.js';

const FRESH_MS = 2_000;

/** The server that answers this page: of several each shows itself. */
export function ServersScreen() {
  useTitle('Servers');
  const beat = Math.floor(useNow(FRESH_MS) / FRESH_MS);
  const health = useAsked<HealthReply>('/healthz', beat, askSoon);
  const ready = useAsked('/readyz', beat, askReadiness);
  const log = useAsked<LogReply>('/v1/log', beat);
  const clocks = useAsked<ClocksReply>('/v1/clocks', beat);
  const figures = useAsked('/metrics', beat, askFigures);
  const now = ready.problem ? null : ready.data; // /healthz says that nobody answers
  return (
    <main>
      <h1>Servers</h1>
      <p class="quiet">
        This is the server that answers you. Others that share its log stand below; each shows itself.
      </p>
      {health.problem && <ProblemNote problem={health.problem} />}
      {now && (
        <>
          <p class={now.ready ? 'headline' : 'headline alarm'}>
            <strong>{now.ready ? 'Ready.' : 'Not ready.'}</strong>{' '}
            {now.reasons.map((reason) => said(reason)).join(' ')}
          </p>
          {now.warnings.length > 0 && (
            <ul aria-label="Warnings">
              {now.warnings.map((warning) => (
                <li key={warning}>
                  <Text of={said(warning)} />
                </li>
              ))}
            </ul>
          )}
          {now.unreadable.map(({ group, detail }) => (
            <p key={group} class="alarm">
              Group <Text of={group} /> cannot be read: <Text of={said(detail)} />
            </p>
          ))}
          <dl class="facts">
            <Fact name="Version" is={health.data?.version ?? '…'} />
            <Fact name="Instance" is={now.instance} />
            <Fact
              name="Read up to"
              is={`position ${now.position ?? 'none'}${now.caughtUp ? ', all of it' : ', still reading'}`}
            />
            <Fact
              name="Store"
              is={
                now.deafMs === 0
                  ? 'heard all the time'
                  : `not heard for ${duration(now.deafMs)}: what is shown may be as old`
              }
            />
            <Fact
              name="Its clock, beside the store's"
              is={now.clockSkewMs === null ? 'not compared yet' : `${now.clockSkewMs} ms off`}
            />
            <Fact
              name="Its clock was set"
              is={
                now.clockSteppedMs === 0
                  ? 'not since it started'
                  : `by ${now.clockSteppedMs} ms since it started`
              }
            />
          </dl>
          <h2>Witnesses</h2>
          {now.witnesses.length === 0 && (
            <p>
              None is named. CONCLAVE_WITNESSES says who co-signs checkpoints, so that nobody who keeps the
              log can change it unseen.
            </p>
          )}
          <ul>
            {now.witnesses.map(({ url, cosignedAt, why }) => (
              <li key={url} class={why === null ? '' : 'alarm'}>
                <Text of={url} />:{' '}
                {cosignedAt ? (
                  <>
                    co-signed at <Clock at={cosignedAt} />
                  </>
                ) : (
                  'has not co-signed yet'
                )}
                {why && (
                  <>
                    ; <Text of={why} />
                  </>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
      <OtherServers beat={beat} />
      <h2>Log</h2>
      {log.problem && <ProblemNote problem={log.problem} />}
      {log.data && (
        <p class={log.data.state === 'known' ? '' : 'alarm'}>
          {log.data.state === 'known'
            ? 'It is the log that this server knew.'
            : `It is not the log that this server knew: ${log.data.why}. ${differInWords(log.data.groups.length)}; conclave log shows them, and accepts it.`}
        </p>
      )}
      <h2>Clock steps</h2>
      {clocks.problem && <ProblemNote problem={clocks.problem} />}
      {clocks.data?.steps.length === 0 && <p>None is on record.</p>}
      <ul>
        {clocks.data?.steps.map(({ instance, cause, server, machine }) => (
          <li key={`${instance} ${server}`}>
            <Clock at={server} precise /> {cause.replaceAll('-', ' ')}: the machine said{' '}
            <Clock at={machine} precise />
          </li>
        ))}
      </ul>
      <h2>The last hour</h2>
      <LastHourPart beat={Math.floor(beat / 15)} />
      <h2>Figures since the start</h2>
      {figures.problem && <ProblemNote problem={figures.problem} />}
      <dl class="facts">
        {figures.data?.map(({ name, value }) => (
          <Fact key={name} name={name} is={value} />
        ))}
      </dl>
    </main>
  );
}

const differInWords = (n: number): string => `${counted(n, 'group')} ${n === 1 ? 'differs' : 'differ'}`;

const Fact = ({ name, is }: { name: string; is: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>
      <Text of={is} />
    </dd>
  </div>
);

/** Of a server that does not answer nothing is shown that it said before. */
const SOON_MS = 10_000;
const askSoon = async <T,>(path: string, asked: Asked): Promise<T> =>
  ask<T>(path, { ...asked, patienceMs: SOON_MS });
/** Not ready is an answer, too, with the reasons. */
async function askReadiness(path: string, asked: Asked): Promise<ReadyReply> {
  const reply = await askSoon<Partial<ReadyReply & ProblemReply>>(path, { ...asked, also: 503 });
  if (reply.reasons === undefined) throw new Problem(503, reply.code ?? 'internal', reply.detail ?? '');
  return reply as ReadyReply;
}
const askFigures = async (path: string, asked: Asked): Promise<Figure[]> =>
  figuresOf(await askText(path, asked));
