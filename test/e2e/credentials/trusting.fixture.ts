import { afterAll, beforeAll, expect } from '@jest/globals';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api, inc, ServerProcess, dropFolder } from '@conclave/processes';
import { Issuer, makeKey, signToken, type SignerKey } from './issuer.fixture.js';
import { bearer } from './tokens.fixture.js';

export const CLUSTER = 'https://kubernetes.default.svc';
const BY_URL = 'https://ci.example';
export const PERSON = { profile: { login: 'ana' } };

/** A server that trusts three issuers: one by OIDC discovery, one by a URL of keys, one by a file of them. */
export class Trusting {
  private readonly folder = mkdtempSync(join(tmpdir(), 'conclave-issuers-'));
  readonly rules = join(this.folder, 'access.yaml');
  readonly clusterKeys = join(this.folder, 'cluster-jwks.json');
  readonly oidc = new Issuer();
  server!: ServerProcess;
  api!: Api;
  key!: SignerKey;
  inCluster!: SignerKey;

  constructor() {
    beforeAll(async () => {
      await this.oidc.start();
      [this.key, this.inCluster] = [await makeKey('k1'), await makeKey('c1', 'RS256')];
      this.oidc.keys = [this.key];
      this.saveKeys(this.inCluster);
      writeFileSync(this.rules, this.yamlWith('ops'));
      this.server = await ServerProcess.start({ CONCLAVE_ACCESS: this.rules });
      this.api = new Api(this.server.url);
    });
    afterAll(async () => {
      await this.server?.kill('SIGTERM');
      await this.oidc.stop();
      dropFolder(this.folder);
    });
  }

  yamlWith = (operators: string): string => `
issuers:
  - issuer: ${this.oidc.url}
    audience: conclave
    clockSkewMs: 20000
    name: /profile/login
    grants:
      - when: { sub: ana* }
        role: operator
        groups: [${operators}]
      - when: { team: core }
        role: auditor
        groups: ["*"]
      - when: { team: apps }
        role: consumer
        groups: ["*"]
  - issuer: ${BY_URL}
    audience: conclave
    keys: ${this.oidc.url}/jwks
    grants:
      - when: { repository: acme/*, environment: production }
        role: runner
        groups: ["\${project}"]
        runners: ["gh-\${run_id}"]
  - issuer: ${CLUSTER}
    audience: conclave
    keys: ${this.clusterKeys}
    name: /kubernetes.io/pod/name
    grants:
      - when: { /kubernetes.io/namespace: ci }
        role: runner
        groups: [ci]
        runners: ["\${/kubernetes.io/pod/name}"]
`;
  person = async (claims: object = {}, by = this.key) =>
    signToken(by, this.oidc.url, { ...PERSON, ...claims });
  job = async (claims: object = {}) =>
    signToken(this.key, BY_URL, {
      sub: 'repo:acme/app:production',
      repository: 'acme/app',
      environment: 'production',
      project: 'web',
      run_id: '77',
      ...claims,
    });
  pod = async (name: string, namespace = 'ci', by = this.inCluster) =>
    signToken(by, CLUSTER, {
      sub: `system:serviceaccount:${namespace}:runner`,
      aud: ['conclave'],
      'kubernetes.io': { namespace, pod: { name, uid: '1' } },
    });

  configure = async (token: string, group = 'ops') =>
    this.api.put(`/v1/groups/${group}`, { drainMs: Math.floor(Math.random() * 1e6) }, bearer(token));
  register = async (token: string, group: string, runner: string) =>
    this.api.put(`/v1/groups/${group}/runners/${runner}`, { incarnation: inc(runner) }, bearer(token));
  async refused(token: string, why: RegExp): Promise<void> {
    const { status, body, headers } = await this.configure(token);
    expect({ status, code: body.code, detail: body.detail, token }).toMatchObject({
      status: 401,
      code: 'unauthenticated',
      detail: expect.stringMatching(why),
    });
    expect(headers.get('www-authenticate')).toBe('Bearer realm="conclave"');
  }
  saveKeys = (...keys: SignerKey[]) =>
    writeFileSync(this.clusterKeys, JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }));
  told = (text: string) => this.server.stderr.split('\n').filter((line) => line.includes(text)).length;
}
