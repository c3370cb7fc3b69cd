import type { HistoryPage } from '@conclave/contract';
import { groupPath, pathOf } from '../api/ask.js';
import { useAsked } from '../api/use-asked.js';
import { Text } from '../parts/text.js';
import { useQuery } from '../parts/use-query.js';
import { isOfPerson, ORDERS } from '../timeline/layout.js';
import { clockTime, said } from '../words/duration.js';
import { listed } from './settings.js';

/** What is taken not to have happened: orders of people, and silences of runners. */
export function Omitted({ group, runners, version }: { group: string; runners: string[]; version: number }) {
  const [query, change] = useQuery();
  // so many back as can be chosen from; older ones are named by an address
  const from = Math.max(1, version - 999);
  const path = pathOf(groupPath(group, '/history'), { from, limit: 1000, type: ORDERS.join(',') });
  const { data } = useAsked<HistoryPage>(version > 0 ? path : null);
  const orders = (data?.events ?? []).filter(isOfPerson).reverse();
  const without = listed(query.without);
  const alive = listed(query.alive);
  const wordsOf = (given: string): string => {
    const event = orders.find((one) => String(one.version) === given);
    return event ? said(event.words) : `event ${given}`;
  };
  const put = (name: string, values: string[]): void => change({ [name]: values.join(',') });
  return (
    <>
      <div class="fields">
        <Add
          label="without an order"
          none="as ordered"
          options={orders
            .filter((one) => !without.includes(String(one.version)))
            .map((one) => [
              String(one.version),
              `${clockTime(Date.parse(one.meta.at), Date.now())} ${said(one.words)}`,
            ])}
          add={(value) => put('without', [...without, value])}
        />
        <Add
          label="with a runner never silent"
          none="silences as they were"
          options={runners.filter((one) => !alive.includes(one)).map((one) => [one, one])}
          add={(value) => put('alive', [...alive, value])}
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

interface Choice {
  label: string;
  none: string;
  options: (readonly [string, string])[];
  add: (value: string) => void;
}

const Add = ({ label, none, options, add }: Choice) => (
  <label>
    {label}{' '}
    <select value="" onChange={(event) => event.currentTarget.value && add(event.currentTarget.value)}>
      <option value="">{none}</option>
      {options.map(([value, words]) => (
        <option key={value} value={value}>
          {words}
        </option>
      ))}
    </select>
  </label>
);
