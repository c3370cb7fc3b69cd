import { describe, expect, it } from '@jest/globals';
import { evolveBy, initialState, type GroupState } from '@conclave/election';
import { historyOf, to, type Story } from '@conclave/testing';
import { mentions } from './mentions.js';

const after = (story: Story): GroupState => evolveBy(initialState('deploy'), historyOf(story, 'deploy'));
const registered = { ...to.register('build-1'), platform: 'linux', labels: { zone: 'eu-1' } };

describe('mentions', () => {
  const state = after([
    { waitMs: 0, command: registered },
    { waitMs: 0, command: to.taint('build-1', 'NoLead', 'bad-disk') },
    { waitMs: 0, command: to.pin('build-1', 'prefer') },
  ]);

  it.each(['deploy', 'build-1', 'linux', 'zone=eu-1', 'bad-disk', 'ana', 'ANA', 'depl ui ana', 'eu-1 bad'])(
    'finds %s',
    (words) => {
      expect(mentions(state, words.split(' '))).toBe(true);
    },
  );

  it.each(['ben', 'deploy ben', 'build-2'])('does not find %s', (words) => {
    expect(mentions(state, words.split(' '))).toBe(false);
  });

  it('what was lifted is found no more', () => {
    const lifted = after([
      { waitMs: 0, command: registered },
      { waitMs: 0, command: to.taint('build-1', 'NoLead', 'bad-disk') },
      { waitMs: 0, command: to.untaint('build-1', 'bad-disk') },
    ]);
    expect([mentions(lifted, ['disk']), mentions(lifted, ['ana'])]).toEqual([false, false]);
  });
});
