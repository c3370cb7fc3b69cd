import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dropFolder } from '@conclave/processes';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import {
  complaintsAbout,
  danglingIn,
  expectLocked,
  manifestsIn,
  podOf,
  type Manifest,
} from './kubernetes.fixture.js';
import { describeWith, run } from './tools.fixture.js';

const CHART = 'deploy/helm/conclave';
const textOf = (file: string) => readFileSync(file, 'utf8');
const OFF = ['--set', 'auth.mode=off'];
const ESDB = ['--set', 'store.kind=esdb', '--set', 'store.esdb.url=esdb+discover://db:2113'];

describe('values of the chart', () => {
  const valid = new Ajv({ allErrors: true, strict: false }).compile(
    JSON.parse(textOf(join(CHART, 'values.schema.json'))) as object,
  );
  const values = parse(textOf(join(CHART, 'values.yaml'))) as Record<string, any>;

  it('are described, each of them, and the ones that stand there are valid', () => {
    expect(valid(values)).toBe(true);
    const { properties } = JSON.parse(textOf(join(CHART, 'values.schema.json'))) as { properties: object };
    expect(Object.keys(values).filter((name) => !(name in properties))).toEqual([]);
  });

  it('what the chart sets itself is set nowhere else: a container would have it twice', () => {
    const names = [...textOf(join(CHART, 'templates/_settings.tpl')).matchAll(/name: (CONCLAVE_\w+)/g)];
    expect(names.length).toBeGreaterThan(10);
    const taken = names.filter(([, name]) => valid({ ...values, environment: { [name!]: 'x' } }));
    expect(taken.map(([, name]) => name)).toEqual([]);
  });

  it.each([
    [{ replica: 3 }, 'additional'],
    [{ store: { kind: 'postgres' } }, 'allowed values'],
    [{ store: { kind: 'esdb' } }, 'esdb'],
    [{ store: { kind: 'esdb', esdb: { url: '' } } }, 'url'],
    [{ store: { kind: 'esdb', esdb: { url: 'esdb://ana:secret@db' } } }, 'pattern'],
    [{ auth: { mode: true } }, 'allowed values'],
    [{ environment: { CONCLAVE_AUTH: 'off' } }, 'property name'],
    [{ tls: { clientCaSecret: 'ca' } }, 'secret'],
  ])('%j is refused', (wrong, why) => {
    expect(valid(wrong)).toBe(false);
    expect(JSON.stringify(valid.errors)).toContain(why);
  });
});

describeWith(['helm'], 'from https://helm.sh', 'the chart, rendered', () => {
  const render = async (...args: string[]): Promise<Manifest[]> =>
    manifestsIn(await run('helm', ['template', 'blue', CHART, '--namespace', 'ops', ...args]));
  const ACCESS = 'issuers: []\n';
  const EVERYTHING = {
    image: { repository: 'registry.example/conclave', digest: `sha256:${'a'.repeat(64)}` },
    imagePullSecrets: [{ name: 'pull' }],
    store: {
      kind: 'esdb',
      esdb: { url: 'esdb+discover://db:2113', user: 'conclave', passwordSecret: { name: 'db' } },
    },
    auth: { tokensSecret: 'tokens', access: ACCESS },
    tls: { secret: 'tls', clientCaSecret: 'ca' },
    webhooksSecret: 'hooks',
    allowedHosts: ['conclave.example'],
    environment: { CONCLAVE_MAX_GROUPS: 1_000_000, CONCLAVE_WITNESSES: 'http://witness:7700' },
    service: { type: 'LoadBalancer', port: 443, annotations: { a: 'b' } },
    networkPolicy: {
      from: [{ namespaceSelector: { matchLabels: { team: 'ci' } } }],
      egress: [{ ports: [{ port: 443, protocol: 'TCP' }] }],
    },
    podAnnotations: { c: 'd' },
    nodeSelector: { disk: 'ssd' },
    tolerations: [{ key: 'ci', operator: 'Exists' }],
    affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
  };
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'conclave-chart-'));
    writeFileSync(join(folder, 'everything.json'), JSON.stringify(EVERYTHING));
  });
  afterAll(() => dropFolder(folder));

  it('helm lint finds nothing', async () => {
    await run('helm', ['lint', '--strict', CHART, ...OFF]);
  });

  it('sqlite is one server with a volume, esdb three that are replaced one by one', async () => {
    const one = await render(...OFF);
    expect(one.map(({ kind }) => kind).sort()).toEqual(
      ['NetworkPolicy', 'Service', 'Service', 'ServiceAccount', 'StatefulSet'].sort(),
    );
    const three = await render(...OFF, ...ESDB);
    const of = (kind: string) => three.find((manifest) => manifest.kind === kind)!;
    expect(of('Deployment').spec.replicas).toBe(3);
    expect(of('Deployment').spec.strategy.rollingUpdate).toEqual({ maxSurge: 1, maxUnavailable: 0 });
    expect(of('PodDisruptionBudget').spec.maxUnavailable).toBe(1);
    for (const manifests of [one, three]) {
      expect(await complaintsAbout(manifests)).toEqual([]);
      expect(danglingIn(manifests)).toEqual([]);
      expectLocked(podOf(manifests));
    }
  });

  it('with every value set: valid, and each reaches its place', async () => {
    const manifests = await render('--values', join(folder, 'everything.json'));
    expect(await complaintsAbout(manifests)).toEqual([]);
    expect(danglingIn(manifests)).toEqual([]);
    const { spec, metadata } = podOf(manifests);
    expectLocked({ spec });
    const [container] = spec.containers;
    expect(container.image).toBe(`registry.example/conclave@sha256:${'a'.repeat(64)}`);
    expect(container.readinessProbe.httpGet.scheme).toBe('HTTPS');
    const env = Object.fromEntries(container.env.map((e: any) => [e.name, e.value]));
    expect(env.CONCLAVE_MAX_GROUPS).toBe('1000000');
    expect(env.CONCLAVE_WEBHOOKS).toBe('/etc/conclave/webhooks/webhooks.yaml');
    expect(env.CONCLAVE_ALLOWED_HOSTS.split(',')).toContain('conclave.example');
    expect(metadata.annotations).toEqual({ c: 'd' });
    expect(spec.nodeSelector).toEqual({ disk: 'ssd' });
    expect(manifests.find(({ kind }) => kind === 'ConfigMap')!.data['access.yaml']).toBe(ACCESS);
    const policy = manifests.find(({ kind }) => kind === 'NetworkPolicy')!.spec;
    expect(policy.ingress[0].from).toEqual(EVERYTHING.networkPolicy.from);
    expect(policy.egress.at(-1)).toEqual(EVERYTHING.networkPolicy.egress[0]);
  });

  it('a value that is left empty is one that is not set: without a certificate nobody is asked by TLS', async () => {
    writeFileSync(join(folder, 'empty.yaml'), 'tls:\n  secret:\n');
    const manifests = await render(...OFF, '--values', join(folder, 'empty.yaml'));
    expect(JSON.stringify(manifests)).not.toMatch(/https/i);
  });

  it('names that YAML would take for numbers and the like are names', async () => {
    const text = await run('helm', [
      ...[
        'template',
        '1e3',
        CHART,
        '--set-string',
        'auth.tokensSecret=123,tls.secret=1e3,tls.clientCaSecret=no',
      ],
      ...['--set-string', 'webhooksSecret=0x1,store.sqlite.storageClass=true'],
    ]);
    expect(await complaintsAbout(manifestsIn(text))).toEqual([]);
    const esdb = await render(
      ...OFF,
      ...ESDB,
      '--set-string',
      'store.esdb.user=1,store.esdb.passwordSecret.name=1e3',
    );
    expect(await complaintsAbout(esdb)).toEqual([]);
  });

  it('two of one release, each by a name of its own in a chart around them, have each its own pods', async () => {
    const around = join(folder, 'around');
    cpSync(CHART, join(around, 'charts/conclave'), { recursive: true });
    const dependencies = ['ci', 'ops'].map((alias) => ({ name: 'conclave', version: '0.1.0', alias }));
    const chart = { apiVersion: 'v2', name: 'around', version: '1.0.0', dependencies };
    writeFileSync(join(around, 'Chart.yaml'), JSON.stringify(chart));
    const set = ['ci', 'ops'].flatMap((alias) => ['--set', `${alias}.auth.mode=off`]);
    const manifests = manifestsIn(await run('helm', ['template', 'blue', around, ...set]));
    const sets = manifests.filter(({ kind }) => kind === 'StatefulSet');
    expect(sets).toHaveLength(2);
    for (const { metadata, spec } of manifests.filter(({ kind }) => kind === 'Service')) {
      const pods = sets.filter(({ spec: of }) =>
        Object.entries(spec.selector).every(([key, value]) => of.template.metadata.labels[key] === value),
      );
      expect(pods.map(({ metadata: of }) => of.name)).toEqual([metadata.name.replace(/-pods$/, '')]);
    }
  });

  it('refuses what could not work, and says why', async () => {
    await expect(render()).rejects.toThrow(/nobody could come in/);
    await expect(render(...OFF, '--set', 'replica=2')).rejects.toThrow(/'replica' not allowed/);
    await expect(render(...OFF, ...ESDB, '--set', 'store.esdb.user=u')).rejects.toThrow(
      /passwordSecret.name/,
    );
  });

  it('deploy/kubernetes is what it renders (npm run manifests)', async () => {
    await run(process.execPath, ['scripts/manifests.mjs', folder]);
    for (const name of ['sqlite.yaml', 'eventstoredb.yaml'])
      expect(textOf(join('deploy/kubernetes', name))).toBe(textOf(join(folder, name)));
  });
});
