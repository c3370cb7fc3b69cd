import { describe, expect, it } from '@jest/globals';
import { commandsFor, MAKERS } from './by-name.js';

describe('commands', () => {
  it.each(MAKERS)('%s have these names', async (names, make) => {
    expect([await make()].flat().map((command) => command.name())).toEqual(names.split(' '));
  });

  it('are not needed to tell the version', async () => {
    expect(await commandsFor('--version')).toEqual({ commands: [], isOne: true });
  });

  it('are all there for a name that is none, and for none', async () => {
    const all = MAKERS.flatMap(([names]) => names.split(' '));
    for (const name of [undefined, '', 'help', '--help', 'gruops', 'toString', 'groups group']) {
      const { commands, isOne } = await commandsFor(name);
      expect(isOne).toBe(false);
      expect(commands.map((command) => command.name())).toEqual(all);
    }
  });
});
