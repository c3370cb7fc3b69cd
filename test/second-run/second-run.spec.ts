import { describe, expect, it } from '@jest/globals';
import { whatIf } from '@conclave/audit';
import { appendsOf, initialState } from '@conclave/election';
import { compare, type Comparison } from './comparison.js';
import { worldOf } from './generated.js';
import { told } from './told.js';
import { run } from './runs.js';
import type { World } from './worlds.js';

/** `WORLDS=5000 npm run -s jest -- second-run` looks at more, `SEED=42 WORLDS=1` at one. */
const WORLDS = Number(process.env.WORLDS ?? 100);
const SEED = Number(process.env.SEED ?? 1);
/** Worlds that share a server, each a group of its own. */
const AT_ONCE = 100;
/** Seconds, unless others keep the machine busy. */
const MOST_MS = 60_000 + WORLDS * 1_000;

/** What is foretold from a first run under other settings, beside a second run that has them. */
async function foretoldAndDone(worlds: readonly World[]): Promise<Comparison[]> {
  const first = await run(worlds, ({ a }) => a);
  const second = await run(worlds, ({ b }) => b);
  return Promise.all(
    worlds.map(async (world, n) => {
      const a = await told(first[n]!);
      const b = await told(second[n]!);
      const to = new Date(a.startMs + world.endMs).toISOString();
      const answer = await whatIf(appendsOf(a.history, initialState('g')), { settings: world.b, to });
      if ('rejection' in answer) throw new Error(answer.rejection.detail);
      return compare(world, a, b, answer);
    }),
  );
}

describe('what if', () => {
  it(
    'foretells a real second run of the same facts, but for what its limits name',
    async () => {
      const seeds = Array.from({ length: WORLDS }, (_, n) => SEED + n);
      const compared: Comparison[] = [];
      for (let at = 0; at < seeds.length; at += AT_ONCE)
        compared.push(...(await foretoldAndDone(seeds.slice(at, at + AT_ONCE).map(worldOf))));
      const problems = compared.flatMap(({ problem }, n) =>
        problem ? [`SEED=${seeds[n]}: ${problem}`] : [],
      );
      expect(problems).toEqual([]);
      if (process.env.TELL) tell(compared);
      if (WORLDS < 100) return;
      // the limits excuse some, not most
      expect(compared.filter(({ horizon }) => !horizon).length).toBeGreaterThan(WORLDS / 2);
      expect(turnsIn(compared)).toBeGreaterThan(4 * WORLDS);
    },
    MOST_MS,
  );
});

const turnsIn = (compared: readonly Comparison[]): number => compared.reduce((n, c) => n + c.compared, 0);

function tell(compared: readonly Comparison[]): void {
  const whys = Object.entries(Object.groupBy(compared, ({ horizon }) => horizon?.why ?? 'to the end'));
  process.stdout.write(
    `${turnsIn(compared)} turns in ${compared.length} worlds; ` +
      `apart at most ${Math.max(...compared.map(({ apartMs }) => apartMs))} ms, ` +
      `${Math.max(...compared.map(({ share }) => share)).toFixed(2)} of the bound; compared up to: ` +
      `${whys.map(([why, list]) => `${list!.length} ${why}`).join(', ')}\n`,
  );
}
