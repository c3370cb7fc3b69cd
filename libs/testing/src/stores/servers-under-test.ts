import { readFileSync } from 'node:fs';
import { credentials, Metadata, type ChannelCredentials } from '@grpc/grpc-js';
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

/** `host:port` of each node. */
export const hostsOf = (url: string): string[] =>
  url
    .replace(/^esdb:\/\/([^@/?]*@)?/, '')
    .replace(/[/?].*$/, '')
    .split(',');

/** For who speaks to its nodes without a client: TLS and user as its connection string has them. */
export function bareOf(url: string): { secrets: ChannelCredentials; metadata: Metadata } {
  const metadata = new Metadata();
  if (/[?&]tls=false/i.test(url)) return { secrets: credentials.createInsecure(), metadata };
  const { username, password } = credentialsOf(url);
  metadata.set('authorization', `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`);
  const ca = /[?&]tlsCAFile=([^&]+)/i.exec(url)?.[1];
  return { secrets: credentials.createSsl(ca ? readFileSync(decodeURIComponent(ca)) : null), metadata };
}

/** What a bare client is to give with each call, so that it takes the path of single appends (facts 0.1). */
export function credentialsOf(url: string): { username: string; password: string } {
  const [username = 'x', password = 'x'] = (/\/\/([^@/?]*)@/.exec(url)?.[1] ?? '')
    .split(':')
    .filter(Boolean)
    .map(decodeURIComponent);
  return { username, password };
}
