import { describe, expect, it } from '@jest/globals';
import type { LeadContext } from '@conclave/runner-sdk';
import { Lead } from './lead.js';

function term(): { context: LeadContext; abort: AbortController; left: { ms: number } } {
  const abort = new AbortController();
  const left = { ms: 1 };
  const context: LeadContext = {
    term: 7,
    signal: abort.signal,
    assertLeading: () => undefined,
    remainingMs: () => left.ms,
    leaseLeftMs: () => left.ms,
    grantMs: () => left.ms,
    certificate: () => null,
  };
  return { context, abort, left };
}

describe('Lead', () => {
  it('looks at the clocks at each question, also when no timer has run', () => {
    const { context, left } = term();
    const lead = new Lead();
    expect(lead.now).toBeNull();
    lead.begin(context);
    expect(lead.now?.term).toBe(7);
    left.ms = 0;
    expect(lead.now).toBeNull();
  });

  it('is over when the runner was told to stop, and when it gave up', () => {
    const [told, gave] = [term(), term()];
    const lead = new Lead();
    lead.begin(told.context);
    told.abort.abort();
    expect(lead.now).toBeNull();
    lead.begin(gave.context);
    lead.giveUp();
    expect(lead.now).toBeNull();
  });
});
