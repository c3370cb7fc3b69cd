import type { GroupReply, Settings, WhatIfReply } from '@conclave/contract';
import { ask, groupPath } from '../api/ask.js';
import { useAsked } from '../api/use-asked.js';
import { useLive } from '../live/use-live.js';
import { Choice } from '../parts/choice.js';
import { useTitle } from '../parts/use-title.js';
import { ProblemNote } from '../parts/problem-note.js';
import { Text } from '../parts/text.js';
import { useQuery } from '../parts/use-query.js';
import { InstantField } from '../past/instant-field.js';
import { Outcomes } from './outcomes.js';
import { Omitted } from './omitted.js';
import { givenSettings, listed, SETTINGS, settingInWords } from './settings.js';

/** Of a long history it takes a while. */
const LONG_MS = 600_000;

/** The same facts under other settings, or without some: what would have been otherwise. The question stands in the address. */
export function WhatIfScreen({ group }: { group: string }) {
  useTitle('What if', group);
  const [query, change] = useQuery();
  const { versions, generation } = useLive();
  const known = useAsked<GroupReply>(groupPath(group), `${generation} ${versions.get(group) ?? 0}`);
  const settings = givenSettings(query);
  const { since, until } = query;
  const without = listed(query.without).map(Number);
  const alive = listed(query.alive);
  const isAsked = Object.keys(settings).length + without.length + alive.length > 0;
  const body = { settings, without, alive, ...(since && { from: since }), ...(until && { to: until }) };
  const question = JSON.stringify([group, body]);
  const answer = useAsked(isAsked ? question : null, 0, async (_, { signal }) =>
    ask<WhatIfReply>(groupPath(group, '/what-if'), { method: 'POST', body, signal, patienceMs: LONG_MS }),
  );
  const now = known.data?.settings;
  const asItWas = (name: keyof Settings): string =>
    `as it was (${now === undefined ? '…' : settingInWords(name, now[name])} now)`;
  return (
    <main>
      <p class="links">
        <a href={`/groups/${encodeURIComponent(group)}`}>
          Back to <Text of={group} />
        </a>
      </p>
      <h1>
        What if, in <Text of={group} />?
      </h1>
      <p>
        The recorded registrations, silences and orders are played again: without an order, with a runner that
        was never silent, under other settings. Leave out what should stay as it was.
      </p>
      {known.problem && <ProblemNote problem={known.problem} />}
      <form class="fields" onSubmit={(event) => event.preventDefault()}>
        {SETTINGS.map(({ name, words, options }) =>
          options ? (
            <Choice
              key={name}
              label={words}
              value={query[name] ?? ''}
              options={[['', asItWas(name)], ...options.map((option) => [option, option] as const)]}
              choose={(value) => change({ [name]: value })}
            />
          ) : (
            <label key={name}>
              {words}{' '}
              <input
                type="number"
                min={0}
                value={query[name] ?? ''}
                placeholder={asItWas(name)}
                onInput={(e) => change({ [name]: e.currentTarget.value })}
              />
            </label>
          ),
        )}
        {(['since', 'until'] as const).map((name) => (
          <label key={name}>
            {name} <InstantField at={query[name]} give={(instant) => change({ [name]: instant })} />
          </label>
        ))}
      </form>
      <Omitted
        group={group}
        runners={known.data?.verdicts.map(({ runner }) => runner) ?? []}
        version={known.data?.version ?? 0}
      />
      {!isAsked && <p class="quiet">Change something, and the answer stands here.</p>}
      {isAsked && (answer.isOld || !(answer.data ?? answer.problem)) && (
        <p class="quiet">Playing it again …</p>
      )}
      {answer.problem && !answer.isOld && <ProblemNote problem={answer.problem} />}
      {answer.data && known.data && <Outcomes reply={answer.data} />}
    </main>
  );
}
