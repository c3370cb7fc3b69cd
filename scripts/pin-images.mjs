// node scripts/pin-images.mjs: rewrites the images of Dockerfile and docker-compose.yml from tags to the digests that the
// registry gives now (name:tag@sha256:…); run again, it takes the newer ones. Needs docker with buildx, and the registry.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const FILES = { Dockerfile: /^(FROM )(\S+)/gm, 'docker-compose.yml': /^(\s*image: )(\S+)/gm };
const OWN = /^conclave:/; // built here, so nobody has it by digest

const digests = new Map();
function pinned(image) {
  const tag = image.split('@')[0];
  if (OWN.test(tag)) return image;
  if (!digests.has(tag)) digests.set(tag, digestOf(tag));
  return `${tag}@${digests.get(tag)}`;
}

function digestOf(tag) {
  const args = ['buildx', 'imagetools', 'inspect', tag, '--format', '{{.Manifest.Digest}}'];
  const { status, stdout, stderr, error } = spawnSync('docker', args, { encoding: 'utf8' });
  const digest = stdout?.trim();
  if (status === 0 && /^sha256:[0-9a-f]{64}$/.test(digest)) return digest;
  console.error(`pin-images: docker does not tell the digest of ${tag}: ${error?.message ?? stderr.trim()}`);
  console.error('pin-images: nothing was changed');
  process.exit(1);
}

const texts = Object.entries(FILES).map(([file, images]) => [
  file,
  readFileSync(file, 'utf8').replace(images, (_all, start, image) => start + pinned(image)),
]);
for (const [file, text] of texts) writeFileSync(file, text);
for (const [tag, digest] of digests) console.log(`${tag}@${digest}`);
