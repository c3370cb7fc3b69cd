// npm run manifests: deploy/kubernetes/*.yaml, for whoever has no Helm: what the chart renders with the values below. Needs helm.
// With a folder as argument they go there.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';

const CHART = 'deploy/helm/conclave';
const NAMESPACE = 'conclave';
const ESDB = 'esdb+discover://eventstore.eventstore.svc.cluster.local:2113';
const MANIFESTS = {
  sqlite: {
    what: 'one server with SQLite on a volume',
    values: ['auth.tokensSecret=conclave-tokens'],
    secrets: ['conclave-tokens --from-file tokens.json'],
  },
  eventstoredb: {
    what: 'three servers on an EventStoreDB (its address is in CONCLAVE_STORE)',
    values: [
      'auth.tokensSecret=conclave-tokens',
      'store.kind=esdb',
      `store.esdb.url=${ESDB}`,
      'store.esdb.user=conclave',
      'store.esdb.passwordSecret.name=conclave-store',
    ],
    secrets: ['conclave-tokens --from-file tokens.json', 'conclave-store --from-file password'],
  },
};

// the API server reads YAML 1.1, where a plain "on" is true and 0440 is octal
const YAML = { version: '1.1' };
const OF_HELM = ['app.kubernetes.io/managed-by', 'helm.sh/chart'];

/** Without the labels that say that Helm looks after it, which it does not here. */
function withoutHelm(value) {
  if (Array.isArray(value)) return value.map(withoutHelm);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([key]) => !OF_HELM.includes(key));
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutHelm(inner)]));
}

function render({ what, values, secrets }) {
  const set = values.flatMap((value) => ['--set', value]);
  const rendered = execFileSync('helm', ['template', NAMESPACE, CHART, '--namespace', NAMESPACE, ...set], {
    encoding: 'utf8',
  });
  const documents = parseAllDocuments(rendered, YAML).map((document) => withoutHelm(document.toJS()));
  const head = [
    `${what}, in the namespace "${NAMESPACE}"; made from the chart by npm run manifests. First:`,
    ...secrets.map((secret) => `  kubectl -n ${NAMESPACE} create secret generic ${secret}`),
    'and name your image. See docs/deployment.md.',
  ].map((line) => `# ${line}\n`);
  const bodies = documents.map((document) => stringify(document, { ...YAML, lineWidth: 110 }));
  return head.join('') + bodies.join('---\n');
}

for (const [name, manifest] of Object.entries(MANIFESTS))
  writeFileSync(join(process.argv[2] ?? 'deploy/kubernetes', `${name}.yaml`), render(manifest));
