import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api, Cli, freePorts, ServerProcess, dropFolder } from '@conclave/processes';
import { complaintsAbout, danglingIn, expectLocked, manifestsIn, podOf } from './kubernetes.fixture.js';
import { ASKED, describeWith } from './tools.fixture.js';

const textOf = (file: string) => readFileSync(file, 'utf8');

describe.each(['sqlite', 'eventstoredb'])('deploy/kubernetes/%s.yaml', (name) => {
  const manifests = manifestsIn(textOf(`deploy/kubernetes/${name}.yaml`));

  it('is what Kubernetes takes, and names nothing that is not there', async () => {
    expect(await complaintsAbout(manifests)).toEqual([]);
    expect(danglingIn(manifests)).toEqual([]);
    expectLocked(podOf(manifests));
  });

  it('what is wrong is found: a misspelt field, a wrong value, one that is missing, a port that is none', async () => {
    const wrong = structuredClone(manifests);
    const [container] = podOf(wrong).spec.containers;
    container.imagePullPolicy = 'Sometimes';
    delete container.name;
    wrong.find(({ kind }) => kind === 'Service')!.spec.ports[0].targetPort = 'htpp';
    const complaints = (await complaintsAbout(wrong)).join('\n');
    expect(complaints).toContain('imagePullPolicy');
    expect(complaints).toMatch(/name/);
    expect(danglingIn(wrong)).toEqual(['port of service conclave']);
    const misspelt = structuredClone(manifests);
    podOf(misspelt).spec.containers[0].readinesProbe = container.readinessProbe;
    expect((await complaintsAbout(misspelt)).join('\n')).toContain('readinesProbe');
  });
});

it('the namespace is what Kubernetes takes, and lets nothing less restricted in', async () => {
  const [namespace] = manifestsIn(textOf('deploy/kubernetes/namespace.yaml'));
  expect(await complaintsAbout([namespace!])).toEqual([]);
  expect(namespace!.metadata.labels).toEqual({ 'pod-security.kubernetes.io/enforce': 'restricted' });
});

describeWith([ASKED], 'starts what the manifests name', 'the container', () => {
  let folder: string;
  let server: ServerProcess | undefined;
  let token: string;
  const [container] = podOf(manifestsIn(textOf('deploy/kubernetes/sqlite.yaml'))).spec.containers;
  const env: Record<string, string> = Object.fromEntries(
    container.env.map(({ name, value }: { name: string; value: string }) => [name, value]),
  );
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'conclave-container-'));
    const tokens = join(folder, 'tokens.json');
    const made = await new Cli().run(...'token create --name ana --role admin --file'.split(' '), tokens);
    token = made.stdout.trim();
    server = await ServerProcess.start({
      ...env,
      CONCLAVE_PORT: String((await freePorts(1))[0]),
      CONCLAVE_STORE: env.CONCLAVE_STORE!.replace('/data', folder),
      CONCLAVE_TOKENS: tokens,
    });
  });
  afterAll(async () => {
    await server?.kill();
    dropFolder(folder);
  });

  it('starts with the variables of the manifest, knows them all, and its probes answer whoever calls by an address', async () => {
    const { port } = new URL(server!.url);
    expect(server!.stderr).not.toMatch(/unknown variable/);
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'])
      expect((await fetch(`http://127.0.0.2:${port}${container[probe].httpGet.path}`)).status).toBe(200);
    const api = new Api(`http://127.0.0.1:${port}`);
    expect((await api.get('/v1/groups')).status).toBe(401);
    expect((await api.get('/v1/groups', { authorization: `Bearer ${token}` })).status).toBe(200);
  });
});
