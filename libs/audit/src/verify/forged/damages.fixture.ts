import { change, type Corruption } from './corruption.fixture.js';

/** Somebody who changes the stored bytes, and nothing else. */
export const DAMAGES: Record<string, Corruption> = {
  'a reason is changed': (h) => {
    h[0]!.meta.reason = 'because';
    return true;
  },
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
