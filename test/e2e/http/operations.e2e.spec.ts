import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { STORES } from '@conclave/testing';
import * as schemas from '@conclave/contract';
import { expectBody, Served } from './served.fixture.js';

describe.each(STORES)('operations over %s', (kind) => {
  const served = new Served(kind);

  it('health, readiness, documentation', async () => {
    expectBody(await served.api.get('/healthz'), 200, schemas.HealthReply);
    expect(expectBody(await served.api.get('/readyz'), 200, schemas.ReadyReply)).toMatchObject({
      ready: true,
      reasons: [],
      caughtUp: true,
    });
    expect((await served.api.get('/metrics')).body).toMatch(
      /conclave_groups\{state="led",instance="[0-9a-f-]{36}"\} \d+/,
    );
    expect((await served.api.get('/docs')).body).toContain('swagger');
    expect((await served.api.get('/docs/problems')).body).toContain('id="term-stale"');
  });
  it('serves the committed openapi.json', async () => {
    expect((await served.api.get('/openapi.json')).body).toEqual(
      JSON.parse(readFileSync('openapi.json', 'utf8')),
    );
  });
});
