import { expect } from '@jest/globals';
import type { Answer, Balanced } from './balanced.fixture.js';

/** Handed over, then killed with -9: traffic follows, and no two lead at an instant. */
export async function expectToFollow(world: Balanced): Promise<void> {
  world.ask(4);
  const first = await world.servedBy('somebody serves', () => true);
  await world.api.put(`/v1/groups/web/runners/${first.name}/taints/k`, {});
  const second = await world.servedBy('traffic follows a handover', ({ term }) => term > first.term);
  await world.api.delete(`/v1/groups/web/runners/${first.name}/taints/k`);
  const { name: killed, term } = world.served.at(-1)!;
  await world.kill(killed);
  const third = await world.servedBy('traffic follows a death', (one) => one.term > term);
  expect([second.name !== first.name, third.name !== killed]).toEqual([true, true]);
  await world.stopAsking();
  expectOneAtATime(world.served);
  expectNoneOlder(world.answers.filter(({ status }) => status === 200));
}

/** As the backends noted it themselves, in one order: a term is served by one, and never after a later one. */
function expectOneAtATime(served: readonly { term: number; name: string }[]): void {
  const terms = served.map(({ term }) => term);
  expect(terms).toEqual([...terms].sort((a, b) => a - b));
  const names = new Map<number, Set<string>>();
  for (const { term, name } of served) names.set(term, (names.get(term) ?? new Set()).add(name));
  expect([...names.values()].map((of) => of.size)).toEqual([...names].map(() => 1));
  expect(names.size).toBeGreaterThanOrEqual(3);
}

/** As those saw it who asked: what was asked after an answer of a term had come is of no older one. */
function expectNoneOlder(answers: readonly Answer[]): void {
  const byEnd = [...answers].sort((a, b) => a.ended - b.ended);
  for (const later of answers) {
    const before = byEnd.filter(({ ended }) => ended < later.began).map(({ term }) => term);
    expect(later.term).toBeGreaterThanOrEqual(Math.max(0, ...before));
  }
}
