import type { ElectionReply } from '@conclave/contract';
import { groupPath } from '../api/ask.js';
import { useAsked } from '../api/use-asked.js';
import { Clock } from '../parts/instant.js';
import { ProblemNote } from '../parts/problem-note.js';
import { Text } from '../parts/text.js';
import { duration, said } from '../words/duration.js';
import { personInWords } from '../words/state.js';
import { END_IN_WORDS, needInWords, verdictInWords } from '../words/verdict.js';
import { ruleInWords } from './rule.js';

/** One election: what set it off, on whose order, who could have been chosen, and the rule that decided. */
export function Election({ group, term, revision }: { group: string; term: string; revision: string }) {
  const { data, problem } = useAsked<ElectionReply>(
    groupPath(group, `/elections/${encodeURIComponent(term)}`),
    revision, // it may end while one looks
  );
  if (problem) return <ProblemNote problem={problem} />;
  if (!data) return <p class="quiet">Reading the election …</p>;
  const { orderedBy, runner, endedAt, endCause, standings, settings } = data;
  const path = `/groups/${encodeURIComponent(group)}`;
  return (
    <section class="election">
      <h2>Term {data.term}</h2>
      <p class="headline">
        <Text of={said(data.words)} />
      </p>
      {orderedBy ? (
        <p>
          It goes back to <Text of={personInWords(orderedBy.actor)} />
          {orderedBy.reason && (
            <>
              : “<Text of={orderedBy.reason} />”
            </>
          )}
          , <a href={`${path}?event=${orderedBy.version}#history`}>event {orderedBy.version}</a>.
        </p>
      ) : (
        <p>Nobody ordered it: the rule alone decided.</p>
      )}
      <p>{ruleInWords(settings, standings, runner)}</p>
      <p class="quiet">
        Elected at <Clock at={data.at} precise />
        {endedAt ? (
          <>
            , ended at <Clock at={endedAt} precise /> after{' '}
            {duration(Date.parse(endedAt) - Date.parse(data.at))}: {END_IN_WORDS[endCause ?? ''] ?? endCause}.
          </>
        ) : (
          ', leads still.'
        )}{' '}
        <a href={`${path}?at=${encodeURIComponent(data.at)}`}>The group as it was then</a>
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Candidates">
        <table>
          <thead>
            <tr>
              <th scope="col">Rank</th>
              <th scope="col">Candidate</th>
              <th scope="col">Verdict</th>
              <th scope="col">It would have needed</th>
            </tr>
          </thead>
          <tbody>
            {standings.map(({ runner: name, verdict, needs }) => (
              <tr key={name}>
                <td>{verdict.rank ?? '–'}</td>
                <th scope="row">
                  <Text of={name} />
                </th>
                <td>
                  <Text of={verdictInWords(verdict)} />
                </td>
                <td>
                  {name === runner ? (
                    'nothing: it was elected'
                  ) : (
                    <Text of={needs.map(needInWords).join(', ')} />
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
