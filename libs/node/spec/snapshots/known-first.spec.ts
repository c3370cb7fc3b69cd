import { afterEach, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dropFolder, until } from '@conclave/processes';
import { copied, fileOf, filesOf, world } from '../../src/review/worlds.fixture.js';
import { register, settings } from '../node.fixture.js';
import { MemoryShelf, minutesOf, shelved } from './shelves.fixture.js';

const folder = mkdtempSync(join(tmpdir(), 'conclave-new-'));
afterEach(() => dropFolder(folder));

// G1: s1 knew a term that was led; a backup from before it was put back, on which a new server works.
it.each(['s1.known', 'old.known'])(
  'a server that knows anything of the log (%s) compares all of it, whatever snapshot stands beside it',
  async (knownAs) => {
    const before = await world();
    const s1 = await before.server('s1', before.store, filesOf('s1'));
    await s1.do(settings({ leaseMs: 1_500 }));
    const upTo = s1.groups.get('g')!.version;
    await s1.do(register('a'));
    await s1.beat('a', 1, 1);
    await s1.leave();
    const after = await copied(before, upTo);
    const shelf = new MemoryShelf();
    const store = () => shelved(after.otherStore(), shelf);
    const s2 = await after.server('s2', store(), (kind) => join(folder, kind));
    for (const runner of ['b', 'c']) await s2.do(register(runner));
    await s2.beat('b', 1, 1);
    await minutesOf(s2, 2);
    expect(shelf.puts).toBe(1);

    if (knownAs !== 's1.known') renameSync(fileOf('s1.known'), fileOf(knownAs));
    expect(existsSync(fileOf('s1.snapshot'))).toBe(false);
    const again = after.servers.begin(store(), after.clock, 's1', filesOf('s1'));
    await until('it is held or works', () => again.node.tail.isHeld || again.node.tail.isCaughtUp);
    expect(again.node.tail.isCaughtUp).toBe(false);
    expect(again.node.review.report()).toMatchObject({ state: 'replaced', groups: [{ group: 'g' }] });
  },
);
