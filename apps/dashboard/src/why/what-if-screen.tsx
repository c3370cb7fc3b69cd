import type { GroupReply, WhatIfReply } from '@conclave/contract';
import { useEffect, useState } from 'preact/hooks';
import { ask, groupPath, type Problem } from '../api/ask.js';
import { useAsked } from '../api/use-asked.js';
import { ProblemNote } from '../parts/problem-note.js';
import { Text } from '../parts/text.js';
import { useQuery } from '../parts/use-query.js';
import { inLocalField, instantOf } from '../past/instants.js';
import { Outcomes } from './outcomes.js';
import { givenSettings, SETTINGS } from './settings.js';

/** The same facts under other settings: what would have been otherwise. The question stands in the address. */
export function WhatIfScreen({ group }: { group: string }) {
  const [query, change] = useQuery();
  const known = useAsked<GroupReply>(groupPath(group));
  const [answer, hold] = useState<{ reply: WhatIfReply | null; problem: Problem | null } | null>(null);
  const settings = givenSettings(query);
  const { since, until } = query;
  const isAsked = Object.keys(settings).length > 0;
  const question = JSON.stringify([settings, since, until]);
  useEffect(() => {
    if (!isAsked) return hold(null);
    const stop = new AbortController();
    const body = { settings, ...(since && { from: since }), ...(until && { to: until }) };
    ask<WhatIfReply>(groupPath(group, '/what-if'), { method: 'POST', body, signal: stop.signal }).then(
      (reply) => hold({ reply, problem: null }),
      (problem: Problem) => stop.signal.aborted || hold({ reply: null, problem }),
    );
    return () => stop.abort();
  }, [group, question]);
  const now = known.data?.settings as Record<string, string | number> | undefined;
  return (
    <main>
      <p class="links">
        <a href={`/groups/${encodeURIComponent(group)}`}>
          Back to <Text of={group} />
        </a>
      </p>
      <h1>
        What if <Text of={group} /> had other settings?
      </h1>
      <p>
        The recorded registrations, silences and orders are played again under the settings that you give.
        Leave out what should stay as it was.
      </p>
      {known.problem && <ProblemNote problem={known.problem} />}
      <form class="fields" onSubmit={(event) => event.preventDefault()}>
        {SETTINGS.map(({ name, words, options }) => (
          <label key={name}>
            {words}{' '}
            {options ? (
              <select value={query[name] ?? ''} onChange={(e) => change({ [name]: e.currentTarget.value })}>
                <option value="">as it was ({now === undefined ? '…' : (now[name] ?? 'off')} now)</option>
                {options.map((option) => (
                  <option key={option}>{option}</option>
                ))}
              </select>
            ) : (
              <input
                type="number"
                min={0}
                value={query[name] ?? ''}
                placeholder={`as it was (${now === undefined ? '…' : (now[name] ?? 'off')} now)`}
                onChange={(e) => change({ [name]: e.currentTarget.value })}
              />
            )}
          </label>
        ))}
        {(['since', 'until'] as const).map((name) => (
          <label key={name}>
            {name}{' '}
            <input
              type="datetime-local"
              step="0.001"
              value={query[name] ? inLocalField(query[name]) : ''}
              onChange={(e) => change({ [name]: instantOf(e.currentTarget.value) })}
            />
          </label>
        ))}
      </form>
      {!isAsked && <p class="quiet">Change a setting, and the answer stands here.</p>}
      {isAsked && !answer && <p class="quiet">Playing it again …</p>}
      {answer?.problem && <ProblemNote problem={answer.problem} />}
      {answer?.reply && <Outcomes reply={answer.reply} />}
    </main>
  );
}
