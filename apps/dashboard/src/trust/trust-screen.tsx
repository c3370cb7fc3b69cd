import type { HeadReply, KeysReply } from '@conclave/contract';
import { useAsked } from '../api/use-asked.js';
import { Clock } from '../parts/instant.js';
import { useTitle } from '../parts/use-title.js';
import { Download } from '../parts/download.js';
import { ProblemNote } from '../parts/problem-note.js';
import { Text } from '../parts/text.js';
import { useQuery } from '../parts/use-query.js';
import { counted } from '../words/duration.js';
import { personInWords } from '../words/state.js';
import { GroupChoice } from './group-choice.js';
import { VerifyPart } from './verify-part.js';

/** Why anybody should believe what stands here. */
export function TrustScreen() {
  useTitle('Trust');
  const [{ group, witnessed }, change] = useQuery();
  return (
    <main>
      <h1>Trust</h1>
      <GroupChoice group={group} choose={(name) => change({ group: name })} />
      <VerifyPart key={group ?? ''} group={group} />
      <Checkpoint isWitnessed={witnessed === 'true'} ask={() => change({ witnessed: 'true' })} />
      <section>
        <h2>To hand on</h2>
        {group === undefined ? (
          <p>Choose a group above: its signed evidence and its report can be saved.</p>
        ) : (
          <p class="moves">
            <Download
              path={`/v1/groups/${encodeURIComponent(group)}/evidence`}
              name={`${group}.evidence.ndjson`}
            >
              Evidence, signed
            </Download>
            <Download path={`/v1/groups/${encodeURIComponent(group)}/report`} name={`${group}.report.html`}>
              Report
            </Download>
            <Download
              path={`/v1/groups/${encodeURIComponent(group)}/tenures`}
              name={`${group}.tenures.csv`}
              accept="text/csv"
            >
              Terms, CSV
            </Download>
          </p>
        )}
      </section>
      <Keys />
    </main>
  );
}

function Checkpoint({ isWitnessed, ask }: { isWitnessed: boolean; ask: () => void }) {
  const { data, problem } = useAsked<HeadReply>(isWitnessed ? '/v1/head?witnessed=true' : '/v1/head');
  return (
    <section>
      <h2>Checkpoint of the whole log</h2>
      {problem && <ProblemNote problem={problem} />}
      {!data && !problem && (
        <p class="quiet">{isWitnessed ? 'Asking the witnesses, up to 10 s …' : 'Signing …'}</p>
      )}
      {data && (
        <>
          <p>
            {counted(data.events, 'event')} of {counted(data.groups, 'group')} at <Clock at={data.at} />,
            signed with key <code>{data.kid}</code>. Keep this line where whoever keeps the log cannot write;{' '}
            <code>conclave verify --against</code> it finds what was taken away since.
          </p>
          <pre class="wrapped" tabIndex={0}>
            {data.checkpoint}
          </pre>
          {isWitnessed ? (
            <p>
              {data.witnesses.length === 0
                ? 'No witness co-signed it. CONCLAVE_WITNESSES names them; /servers says why one does not.'
                : `Co-signed by ${counted(data.witnesses.length, 'witness', 'witnesses')}: ${data.witnesses.map(({ kid }) => kid).join(', ')}.`}
            </p>
          ) : (
            <p class="moves">
              <button type="button" onClick={ask}>
                Have it witnessed
              </button>
              <Download path="/v1/head" name="checkpoint.json">
                Save it
              </Download>
            </p>
          )}
        </>
      )}
    </section>
  );
}

function Keys() {
  const { data, problem } = useAsked<KeysReply>('/v1/keys');
  return (
    <section>
      <h2>Keys</h2>
      {problem && <ProblemNote problem={problem} />}
      {data && (
        <ul class="keylist">
          {data.keys.map((key) => (
            <li key={textOf(key.kid)}>
              <code>{textOf(key.kid)}</code> {textOf(key.alg)}
              {key.kid === data.signing && ', the one that this server signs with'}
            </li>
          ))}
          {data.revoked.map(({ key, at, since, actor, reason }) => (
            <li key={textOf(key.kid)}>
              <code>{textOf(key.kid)}</code> revoked at <Clock at={at} /> by{' '}
              <Text of={personInWords(actor)} />
              {reason && (
                <>
                  : “<Text of={reason} />”
                </>
              )}
              ; what it signed{' '}
              {since === null ? (
                'ever'
              ) : (
                <>
                  from <Clock at={since} /> on
                </>
              )}{' '}
              is worth nothing
            </li>
          ))}
        </ul>
      )}
      <p class="moves">
        <Download path="/v1/keys" name="keys.json">
          Save the keys
        </Download>
      </p>
    </section>
  );
}

/** A field of a JWK, which is text in all that are ours. */
const textOf = (field: unknown): string => (typeof field === 'string' ? field : '');
