import { until, type Api } from '@conclave/processes';

interface Lost {
  group: string;
  known: { version: number; term: number };
  found: { version: number; term: number };
}

/** Of which groups a server has lost something, once it has read the log that it found; it names none before. */
export const lostAt = async (api: Api): Promise<Lost[]> =>
  until('it is stopped, and has read', async () => {
    const groups = (await api.get('/v1/log').catch(() => null))?.body.groups as Lost[] | undefined;
    return groups !== undefined && groups.length > 0 && groups;
  });
