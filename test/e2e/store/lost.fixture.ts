import { until, type Api } from '@conclave/processes';

interface Lost {
  group: string;
  known: { version: number; term: number };
  found: { version: number; term: number };
}

/**
 * Of which groups a server has lost something; once it has read the log that it found: before that it knows of no group there,
 * and while it closes only what it had read before.
 */
export const lostAt = async (api: Api): Promise<Lost[]> =>
  until('it is stopped, and has read', async () => {
    const body = (await api.get('/v1/log').catch(() => null))?.body;
    const groups = (body?.groups ?? []) as Lost[];
    const hasRead = groups.length > 0 && groups.every(({ found }) => found.version > 0);
    return body?.state === 'replaced' && hasRead && groups;
  });
