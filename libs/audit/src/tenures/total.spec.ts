import { expect, it } from '@jest/globals';
import { Total, type Availability } from '@conclave/audit';
import { atPlus } from '@conclave/testing';

const part = (more: Partial<Availability>): Availability => ({
  from: atPlus(0),
  to: atPlus(10),
  terms: 0,
  changes: 0,
  changesPerDay: 0,
  ledMs: 0,
  handoverMs: 0,
  leaderlessMs: 0,
  beforeFirstMs: 0,
  leaderlessByCause: {},
  leaderlessByWhy: {},
  openVacancies: 0,
  ledShare: null,
  recovery: { count: 0, meanMs: null, maxMs: null },
  handover: { count: 0, meanMs: null, maxMs: null },
  ...more,
});

it('several groups as one: sums, and means weighted by how often there was something to measure', () => {
  const total = new Total();
  expect(total.of(atPlus(0), atPlus(10))).toEqual(part({}));
  total.add(
    part({
      terms: 3,
      changes: 2,
      changesPerDay: 0.5,
      ledMs: 700,
      handoverMs: 100,
      leaderlessMs: 200,
      leaderlessByCause: { 'lease-expired': 150, released: 50 },
      leaderlessByWhy: { paused: 200 },
      recovery: { count: 2, meanMs: 30, maxMs: 40 },
    }),
  );
  total.add(
    part({
      terms: 1,
      changesPerDay: 0.25,
      ledMs: 1_000,
      beforeFirstMs: 9,
      openVacancies: 1,
      leaderlessByCause: { released: 5 },
      recovery: { count: 1, meanMs: 61, maxMs: 61 },
    }),
  );
  const to = atPlus(34_560_000); // 0.4 days
  expect(total.of(atPlus(0), to)).toEqual(
    part({
      to,
      terms: 4,
      changes: 2,
      changesPerDay: 5, // of this window, not a sum of rates of shorter ones
      ledMs: 1_700,
      handoverMs: 100,
      leaderlessMs: 200,
      beforeFirstMs: 9,
      openVacancies: 1,
      ledShare: 0.9,
      leaderlessByCause: { 'lease-expired': 150, released: 55 },
      leaderlessByWhy: { paused: 200 },
      recovery: { count: 3, meanMs: 40, maxMs: 61 }, // (2 × 30 + 61) / 3
    }),
  );
});
