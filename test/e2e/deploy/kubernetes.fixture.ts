import { expect } from '@jest/globals';
import { dropFolder } from '@conclave/processes';
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { run } from './tools.fixture.js';

/** An object of Kubernetes as it was written; a test looks where it likes. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
  [field: string]: any;
}

/** As the API server reads it: YAML 1.1. */
export const manifestsIn = (text: string): Manifest[] =>
  parseAllDocuments(text, { version: '1.1', uniqueKeys: true }).flatMap((document) => {
    if (document.errors.length > 0) throw document.errors[0]!;
    const manifest = document.toJS() as Manifest | null;
    return manifest === null ? [] : [manifest];
  });

/** What the schemas of Kubernetes say against it: wrong or missing values by JSON schema, unknown fields by its types. */
export async function complaintsAbout(manifests: Manifest[]): Promise<string[]> {
  const complaints: string[] = [];
  for (const manifest of manifests) {
    const { [manifest.kind]: Model } = (await import(`kubernetes-models/${manifest.apiVersion}`)) as Record<
      string,
      (new (data: object) => { validate: () => void }) | undefined
    >;
    if (!Model) complaints.push(`${manifest.apiVersion} has no ${manifest.kind}`);
    else
      try {
        new Model(manifest).validate();
      } catch (error) {
        complaints.push(`${manifest.kind} ${manifest.metadata.name}: ${(error as Error).message}`);
      }
  }
  return [...complaints, ...(await unknownFieldsOf(manifests))];
}

/** Each as a literal in a program: the compiler refuses a literal that has more than its type. */
async function unknownFieldsOf(manifests: Manifest[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-manifests-'));
  try {
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
    const lines = manifests.flatMap(({ apiVersion, kind, ...rest }, n) => [
      `import { ${kind} as K${n} } from 'kubernetes-models/${apiVersion}';`,
      `new K${n}(${JSON.stringify(rest, null, 1)});`,
    ]);
    writeFileSync(join(folder, 'manifests.ts'), lines.join('\n'));
    const compilerOptions = { module: 'nodenext', strict: true, skipLibCheck: true, noEmit: true, types: [] };
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['manifests.ts'] }),
    );
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    await run(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', folder]);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n').filter((line) => line.includes('error TS'));
  } finally {
    dropFolder(folder);
  }
}

export const podOf = (manifests: Manifest[]): { metadata: any; spec: any } =>
  manifests.find(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')!.spec.template;

/** What names something that is not there, as the API server would take it without a word. */
export function danglingIn(manifests: Manifest[]): string[] {
  const { metadata, spec } = podOf(manifests);
  const workload = manifests.find(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')!;
  const names = (kind: string) => manifests.filter((m) => m.kind === kind).map((m) => m.metadata.name);
  const [container] = spec.containers;
  const volumes = [
    ...spec.volumes,
    ...(workload.spec.volumeClaimTemplates ?? []).map((c: Manifest) => c.metadata),
  ];
  const ports = container.ports.map((port: { name: string }) => port.name);
  const selects = (selector: Record<string, string>) =>
    Object.entries(selector).every(([key, value]) => metadata.labels[key] === value);
  const used: [what: string, isThere: boolean][] = [
    ...container.volumeMounts.map((mount: any) => [
      `volume ${mount.name}`,
      volumes.some((v) => v.name === mount.name),
    ]),
    ...volumes.map((v: any) => [
      `mount of ${v.name}`,
      container.volumeMounts.some((m: any) => m.name === v.name),
    ]),
    ...['startupProbe', 'livenessProbe', 'readinessProbe'].map((probe) => [
      `port of ${probe}`,
      ports.includes(container[probe].httpGet.port),
    ]),
    ...manifests
      .filter(({ kind }) => kind === 'Service')
      .flatMap(({ metadata: { name }, spec: { selector, ports: of } }) => [
        [`pods of service ${name}`, selects(selector)],
        ...of.map((port: any) => [`port of service ${name}`, ports.includes(port.targetPort)]),
      ]),
    ...manifests
      .filter(({ kind }) => kind === 'PodDisruptionBudget')
      .map(({ spec: of }) => ['pods of the budget', selects(of.selector.matchLabels)]),
    ...manifests
      .filter(({ kind }) => kind === 'NetworkPolicy')
      .flatMap(({ spec: of }) => [
        ['pods of the network policy', selects(of.podSelector.matchLabels)],
        ...of.ingress[0].ports.map((port: any) => ['port of the network policy', ports.includes(port.port)]),
      ]),
    ['pods of the workload', selects(workload.spec.selector.matchLabels)],
    ['service account', names('ServiceAccount').includes(spec.serviceAccountName)],
    [
      'service of the set',
      workload.kind === 'Deployment' || names('Service').includes(workload.spec.serviceName),
    ],
    ...container.env
      .filter(({ value }: any) => value.startsWith('/etc/conclave/'))
      .map(({ name, value }: any) => [
        name,
        container.volumeMounts.some((m: any) => value.startsWith(`${m.mountPath}/`)),
      ]),
  ];
  return used.filter(([, isThere]) => !isThere).map(([what]) => what);
}

/** What the Pod Security Standard "restricted" demands, and what we do beyond. */
export function expectLocked({ spec }: { spec: any }): void {
  expect(spec).toMatchObject({
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        resources: { requests: { cpu: expect.any(String) }, limits: { memory: expect.any(String) } },
        livenessProbe: { httpGet: { path: '/healthz' } },
        readinessProbe: { httpGet: { path: '/readyz' } },
      },
    ],
  });
  expect(JSON.stringify(spec)).not.toMatch(/hostNetwork|hostPath|hostPID|privileged"/);
}
