import { describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { GroupVerifier, whatIf } from '@conclave/audit';
import { appendsOf, initialState } from '@conclave/election';
import { scenario } from '@conclave/testing';

/**
 * Evidence of real runs: `conclave export <group> --window ..`. Put an incident here, and it must hold for
 * ever.
 */
const files = readdirSync('test/scenarios').filter((name) => name.endsWith('.ndjson'));

describe.each(files)('%s', (name) => {
  const events = scenario(join('test/scenarios', name));
  const { group } = events[0]!;

  it('verifies: every decision of then is decided so today', () => {
    const verifier = new GroupVerifier(group);
    for (const event of events) verifier.take(event);
    expect(verifier.finish()).toMatchObject({ ok: true, events: events.length, violations: [] });
  });

  it('replayed with no other settings it is what happened; with others it has an answer', async () => {
    const asked = (settings: object) => whatIf(appendsOf(events, initialState(group)), { settings });
    expect(await asked({})).toMatchObject({ identical: true, limits: [] });
    for (const settings of [
      { failback: 'always' },
      { failover: 'fenced' },
      { failover: 'lease' },
      { leaseMs: 60_000 },
    ])
      expect(await asked(settings)).toHaveProperty('other');
  });
});

it('there are scenarios', () => expect(files.length).toBeGreaterThanOrEqual(2));
