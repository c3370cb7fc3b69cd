import { startEsdbDouble } from '../esdb-double/index.js';

export interface ServerUnderTest {
  url: string;
  close: () => Promise<void>;
}

/** By name: the double, and the real servers that ESDB_URL and ESDB_CLUSTER_URL lead to. */
export function serversUnderTest(): [string, () => Promise<ServerUnderTest>][] {
  const real = ['ESDB_URL', 'ESDB_CLUSTER_URL'].flatMap((name) => {
    const url = process.env[name];
    return url
      ? [
          [`the server at ${name}`, async () => ({ url, close: async () => undefined })] as [
            string,
            () => Promise<ServerUnderTest>,
          ],
        ]
      : [];
  });
  const double = async (): Promise<ServerUnderTest> => {
    const started = await startEsdbDouble();
    return { url: started.connectionString, close: async () => started.stop() };
  };
  return [['the double', double], ...real];
}

/** Its first node, for who speaks to it without a client. */
export const hostOf = (url: string): string => url.replace(/^\w+:\/\/([^@/]*@)?/, '').split(/[,?]/)[0]!;

/** What a bare client is to give with each call, so that it takes the path of single appends (facts 0.1). */
export function credentialsOf(url: string): { username: string; password: string } {
  const [username = 'x', password = 'x'] = (/\/\/([^@/?]*)@/.exec(url)?.[1] ?? '')
    .split(':')
    .filter(Boolean)
    .map(decodeURIComponent);
  return { username, password };
}
