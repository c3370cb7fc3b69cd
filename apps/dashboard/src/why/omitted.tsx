import type { HistoryPage } from '@conclave/contract';
import { groupPath, pathOf } from '../api/ask.js';
import { pages, pathFrom } from '../api/pages.js';
import { useAsked } from '../api/use-asked.js';
import { Choice } from '../parts/choice.js';
import { Text } from '../parts/text.js';
import { useQuery } from '../parts/use-query.js';
import { canBeLeftOut, ORDERS } from '../timeline/layout.js';
import { clockTime, said } from '../words/duration.js';
import { plain } from '../words/plain.js';
import { listed } from './settings.js';

type Order = HistoryPage['events'][number];
const inList = ({ version, meta, words }: Order): [string, string] => [
  String(version),
  plain(`${clockTime(Date.parse(meta.at), Date.now())} ${said(words)}`),
];

async function ordersFrom(path: string, { signal }: { signal: AbortSignal }): Promise<Order[]> {
  return (await pages<HistoryPage, Order>(pathFrom(path), ({ events }) => events, signal)).all;
}

/** What is taken not to have happened: orders of people, and silences of runners. */
export function Omitted({ group, runners, version }: { group: string; runners: string[]; version: number }) {
  const [query, change] = useQuery();
  // so many back as can be chosen from; older ones are named by an address
  const from = Math.max(1, version - 999);
  const path = pathOf(groupPath(group, '/history'), { from, limit: 1000, type: ORDERS.join(',') });
  const { data } = useAsked(version > 0 ? path : null, 0, ordersFrom);
  const orders = (data ?? []).filter(canBeLeftOut).reverse();
  const without = listed(query.without);
  const alive = listed(query.alive);
  const wordsOf = (given: string): string => {
    const event = orders.find((one) => String(one.version) === given);
    return event ? said(event.words) : `event ${given}`;
  };
  const put = (name: string, values: string[]): void => change({ [name]: values.filter(Boolean).join(',') });
  const isLeft = ({ version: one }: Order): boolean => !without.includes(String(one));
  return (
    <>
      <div class="fields">
        <Choice
          label="without an order"
          value=""
          options={[['', 'as ordered'], ...orders.filter(isLeft).map(inList)]}
          choose={(value) => put('without', [...without, value])}
        />
        <Choice
          label="with a runner never silent"
          value=""
          options={[
            ['', 'silences as they were'],
            ...runners.filter((one) => !alive.includes(one)).map((one) => [one, one] as const),
          ]}
          choose={(value) => put('alive', [...alive, value])}
        />
      </div>
      <ul class="omitted">
        {without.map((one) => (
          <li key={one}>
            Without: <Text of={wordsOf(one)} />{' '}
            <Back
              to={() =>
                put(
                  'without',
                  without.filter((other) => other !== one),
                )
              }
            />
          </li>
        ))}
        {alive.map((one) => (
          <li key={one}>
            <Text of={one} /> was never silent{' '}
            <Back
              to={() =>
                put(
                  'alive',
                  alive.filter((other) => other !== one),
                )
              }
            />
          </li>
        ))}
      </ul>
    </>
  );
}

const Back = ({ to }: { to: () => void }) => (
  <button type="button" class="plain" onClick={to}>
    as it was
  </button>
);
