import Sequencer from '@jest/test-sequencer';

/**
 * Where no run before says how long each takes, Jest goes by size; but what starts processes takes longer than what does not. Begun
 * last, one of those would be waited for with nothing beside it.
 */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const startsProcesses = ({ path }) => path.includes('.e2e.');
    return [...sorted.filter(startsProcesses), ...sorted.filter((test) => !startsProcesses(test))];
  }
}
