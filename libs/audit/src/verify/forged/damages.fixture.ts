import type { RecordedEvent } from '@conclave/election';
import { change, type Corruption } from './corruption.fixture.js';

/** An event of one person alone. */
const named =
  (edit: (event: RecordedEvent) => void): Corruption =>
  (history) => {
    const event = history.find(({ meta }) => meta.actor.startsWith('operator:') && !meta.causedBy);
    if (event) edit(event);
    return event !== undefined;
  };

/** Somebody who changes the stored bytes, and nothing else. */
export const DAMAGES: Record<string, Corruption> = {
  'a reason is changed': (h) => {
    h[0]!.meta.reason = 'because';
    return true;
  },
  'a name is changed, and whose salt it is': named((e) => {
    e.meta.salts = { 'operator:mallory': e.meta.salts![e.meta.actor]! };
    e.meta.actor = 'operator:mallory';
  }),
  'a salt is swapped for another': named((e) => {
    e.meta.salts![e.meta.actor] = 'f'.repeat(32);
  }),
  'a salt is dropped, and the name kept': named((e) => {
    delete e.meta.salts;
  }),
  'a salt of somebody who is not named': named((e) => {
    e.meta.salts!['operator:mallory'] = 'f'.repeat(32);
  }),
  'a commitment is changed': named((e) => {
    e.meta.actor = `operator:#${'f'.repeat(64)}`;
    delete e.meta.salts;
  }),
  'an actor is changed': (h) => {
    h.at(-1)!.meta.actor = 'operator:mallory';
    return true;
  },
  'a label is changed': change('RunnerRegistered', (e) => {
    e.data.labels = { zone: 'x' };
  }),
  'an event is dropped from the middle': (h) => {
    if (h.length < 5) return false;
    h.splice(2, 1);
    return true;
  },
  'an event is told twice': (h) => {
    h.splice(1, 0, h[0]!);
    return true;
  },
  'a hash is changed': (h) => {
    h[0]!.meta.hash = 'f'.repeat(64);
    return true;
  },
  'an id is changed': (h) => {
    h[0]!.meta.id = '00000000-0000-4000-8000-00000000dead';
    return true;
  },
};
