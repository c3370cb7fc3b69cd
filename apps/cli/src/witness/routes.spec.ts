import { expect, it } from '@jest/globals';
import { routesOf as agentRoutes } from '../agent/routes.js';
import { routesOf as witnessRoutes } from './routes.js';

it('neither a witness nor an agent waits for ever for a request that does not come to its end', () => {
  for (const app of [witnessRoutes(null!, null!, () => undefined), agentRoutes({} as never)]) {
    expect(app.server.requestTimeout).toBeGreaterThan(0);
    expect(app.server.requestTimeout).toBeLessThanOrEqual(60_000);
  }
});
