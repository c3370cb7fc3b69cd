import { expect, it } from '@jest/globals';
import { routesOf as agentRoutes } from '../agent/routes.js';
import { routesOf as witnessRoutes } from './routes.js';

it('neither a witness nor an agent waits for ever for a request that does not come to its end', () => {
  for (const app of [witnessRoutes(null!, null!, () => undefined), agentRoutes({} as never)]) {
    expect(app.server.requestTimeout).toBeGreaterThan(0);
    expect(app.server.requestTimeout).toBeLessThanOrEqual(60_000);
  }
});

it('a witness answers no page that bound its own name to this machine: there would be no room for logs any more', async () => {
  const asked: string[] = [];
  const desk = { known: (log: string) => void asked.push(log) };
  const app = witnessRoutes(desk as never, { kid: 'k' } as never, () => undefined);
  const url = `/v1/logs/${'a'.repeat(64)}`;
  const page = { host: 'evil.example:7700', origin: 'http://evil.example:7700' };
  const refused = await app.inject({ url, headers: page });
  expect([refused.statusCode, refused.json(), asked]).toMatchObject([400, { code: 'invalid-request' }, []]);
  expect((await app.inject({ url })).statusCode).toBe(200);
  expect(asked).toHaveLength(1);
});
