// npm run sbom: what a production install brings along, as CycloneDX in dist/sbom.json, and its licences as a table. Fails for
// a licence that nobody here has thought about yet.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'Unlicense', // a dedication to the public domain, approved by the OSI
]);

// of the lock file, so that it is the same on every platform, optional packages of others included
const args = ['sbom', '--sbom-format=cyclonedx', '--omit=dev', '--package-lock-only'];
const sbom = JSON.parse(execFileSync('npm', args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }));
sbom.metadata.component.name = JSON.parse(readFileSync('package.json', 'utf8')).name; // npm says the folder's
mkdirSync('dist', { recursive: true });
writeFileSync('dist/sbom.json', `${JSON.stringify(sbom, null, 2)}\n`);

const licencesOf = ({ licenses = [] }) =>
  licenses.map(({ license, expression }) => expression ?? license.id ?? license.name);
const byLicence = new Map();
for (const component of sbom.components) {
  const licence = licencesOf(component).join(' and ') || 'none named';
  byLicence.set(licence, [...(byLicence.get(licence) ?? []), `${component.name}@${component.version}`]);
}
for (const [licence, names] of [...byLicence].sort())
  console.log(`${licence.padEnd(16)} ${String(names.length).padStart(4)}  ${names.join(' ')}`);

const refused = sbom.components.filter((component) => {
  const licences = licencesOf(component);
  return licences.length === 0 || !licences.every((licence) => ALLOWED.has(licence));
});
for (const { name, version } of refused)
  console.error(
    `sbom: the licence of ${name}@${version} is on no list: look at it, then at ALLOWED in scripts/sbom.mjs`,
  );
process.exitCode = refused.length > 0 ? 1 : 0;
