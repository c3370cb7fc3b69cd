import type { GroupReply } from '@conclave/contract';
import type { ComponentChildren } from 'preact';
import { Choice } from '../parts/choice.js';
import { inLocalField, instantOf } from '../past/instants.js';
import { SETTINGS, settingInWords } from '../why/settings.js';
import type { Field, Given, Kind } from './kinds.js';

const EXPIRY: [ms: string, words: string][] = [
  ['900000', '15 min'],
  ['3600000', '1 h'],
  ['28800000', '8 h'],
  ['86400000', '1 d'],
  ['until', 'an instant …'],
  ['', 'never, until somebody ends it'],
];
const EFFECTS = ['NoLead', 'NoElect', 'PreferNoLead'];

interface Shown {
  kind: Kind;
  given: Given;
  set: (more: Given) => void;
  group: GroupReply;
  runners: readonly string[];
}

/** The fields that an order has. */
export function Fields({ kind, given, set, group, runners }: Shown) {
  const choose = (
    name: string,
    label: string,
    options: readonly (readonly [string, string])[],
  ): ComponentChildren => (
    <Choice
      key={name}
      label={label}
      value={given[name] ?? ''}
      options={options}
      choose={(value) => set({ [name]: value })}
    />
  );
  const same = (values: readonly string[]): [string, string][] => values.map((value) => [value, value]);
  /** Also the one that the address names, though it has left: the answer says what became of it. */
  const andGiven = (values: readonly string[], one = ''): readonly string[] =>
    one === '' || values.includes(one) ? values : [one, ...values];
  const drawn: Record<Field, () => ComponentChildren> = {
    runner: () => choose('runner', 'Runner', same(andGiven(runners, given.runner))),
    to: () =>
      choose('to', 'To', [
        ['', 'the next best'],
        ...same(
          andGiven(
            runners.filter((one) => one !== group.leader?.runner),
            given.to,
          ),
        ),
      ]),
    key: () => (
      <label key="key">
        Name of the taint
        <input
          type="text"
          required
          maxLength={63}
          value={given.key}
          onInput={(event) => set({ key: event.currentTarget.value })}
        />
      </label>
    ),
    effect: () => choose('effect', 'Effect', same(EFFECTS)),
    mode: () => choose('mode', 'Mode', same(['strict', 'prefer'])),
    force: () =>
      choose('force', 'Wait for the leader', [
        ['false', 'yes'],
        ['true', 'no: force it'],
      ]),
    ttlMs: () => (
      <>
        {choose('ttlMs', 'Ends by itself after', EXPIRY)}
        {given.ttlMs === 'until' && (
          <label>
            Ends at
            <input
              type="datetime-local"
              required
              step="1"
              value={given.expiresAt ? inLocalField(given.expiresAt) : ''}
              onInput={(event) => set({ expiresAt: instantOf(event.currentTarget.value) ?? '' })}
            />
          </label>
        )}
      </>
    ),
    settings: () =>
      SETTINGS.map(({ name, words, options }) => {
        const stays = `stays ${settingInWords(name, group.settings[name])}`;
        if (options) return choose(name, words, [['', stays], ...same(options)]);
        return (
          <label key={name}>
            {words}
            <input
              type="number"
              min={0}
              placeholder={stays}
              value={given[name] ?? ''}
              onInput={(event) => set({ [name]: event.currentTarget.value })}
            />
          </label>
        );
      }),
  };
  return <div class="fields">{kind.fields.map((field) => drawn[field]())}</div>;
}
