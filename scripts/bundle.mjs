// Puts the programs as they were built, with the libraries they rest on, into a few files: a start of the server reads 2,700
// modules otherwise, which takes twice as long as all the rest of it, and a command spends more time on them than on its work.
// The modules stay as they are, for whoever asks for one of them.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { dirname, relative, resolve } from 'node:path';
import { rolldown } from 'rolldown';

const OUT = resolve('dist/bundled');
/** By the names that they have there. */
const PROGRAMS = {
  serve: resolve('dist/apps/server/src/serve.js'),
  conclave: resolve('dist/apps/cli/src/conclave.js'),
  'demo-runner': resolve('dist/apps/cli/src/demo/demo-runner.js'),
};
const asUrl = (path) => path.replaceAll('\\', '/');

/** What is looked up beside a module is looked up there; lines of a trace are those of the source. */
const asBefore = {
  name: 'as-before',
  load(id) {
    if (!id.startsWith(resolve('dist'))) return null;
    const code = readFileSync(id, 'utf8');
    const where = JSON.stringify(asUrl(relative(OUT, id)));
    return {
      code: code.replaceAll('import.meta.url', `new URL(${where}, import.meta.url).href`),
      map: existsSync(`${id}.map`) ? mapOf(id) : null,
    };
  },
};

const NOT_LAZY = Object.entries(Object.getOwnPropertyDescriptors(http))
  .filter(([, property]) => 'value' in property)
  .map(([name]) => name);
/**
 * `import` of `http` reads each name that it exports, one of which loads all of `fetch` (7 % of a start); `require` does not.
 */
const asRequired = {
  name: 'as-required',
  resolveId: (id, _, { kind }) =>
    /^(node:)?http$/.test(id) && kind === 'import-statement' ? '\0as-required' : null,
  load: (id) =>
    id === '\0as-required'
      ? `const http = process.getBuiltinModule('node:http');
         export const { ${NOT_LAZY.join(', ')} } = http;
         export default http;`
      : null,
};

/** What finds its own files, what somebody else in the process loads, too (it must be the same), and what Nest asks for only if it is there. */
const EXTERNAL = [
  /^(@eventstore|@grpc|@opentelemetry)\//,
  /^pino/,
  /^@nestjs\/(microservices|websockets|platform-express)/,
  /^class-(transformer|validator)/,
  /^@fastify\/(view|multipart)/,
];

/** What libraries load for who asks for it, and we do not: Fastify's HTTP/2, traces beside metrics. 25 ms of a start. */
const isAskedLater = (id, importer = '') =>
  (id === 'node:http2' || id === '@opentelemetry/api') && /fastify|prom-client/.test(importer);
/** Functions for tables at a terminal, which make what knows all emoji when they are loaded: a sixth of a command's start. */
const isCalledLater = (id, importer) =>
  /^(string-width|wrap-ansi)$/.test(id) && importer?.startsWith(resolve('dist'));
const whenAsked = {
  name: 'when-asked',
  resolveId: (id, importer) =>
    isAskedLater(id, importer) ? `\0asked:${id}` : isCalledLater(id, importer) ? `\0called:${id}` : null,
  load(id) {
    const [, how, name] = /^\0(asked|called):(.*)$/.exec(id) ?? [];
    if (how === 'asked')
      return `module.exports = new Proxy({}, { get: (_, key) => require('${name}')[key] });`;
    return how === 'called' ? `module.exports = (...given) => require('${name}').default(...given);` : null;
  },
};

const mapOf = (id) => {
  const map = JSON.parse(readFileSync(`${id}.map`, 'utf8'));
  return { ...map, sources: map.sources.map((source) => resolve(dirname(id), source)) };
};

/** Ours do nothing when they are loaded but say what they have; what a program does not use of them is left out. */
const doesNothing = (id) => /[\\/]dist[\\/]libs[\\/](?!launch)/.test(id);

const bundle = await rolldown({
  input: PROGRAMS,
  platform: 'node',
  onwarn(warning) {
    throw new Error(warning.message);
  },
  treeshake: { moduleSideEffects: (id) => !doesNothing(id) },
  plugins: [asBefore, asRequired, whenAsked],
  external: (id, importer) => !isAskedLater(id, importer) && EXTERNAL.some((pattern) => pattern.test(id)),
});
await bundle.write({
  dir: OUT,
  format: 'esm',
  keepNames: true, // errors and commands are known by the names of their classes
  sourcemap: true,
  sourcemapExcludeSources: true, // they stand beside; each start reads the maps (`--enable-source-maps`)
  chunkFileNames: '[name]-[hash].js',
});
// found at once: else each file is looked for one further up, a twelfth of a command's start
writeFileSync(resolve(OUT, 'package.json'), '{"type":"module"}\n');
for (const [name, path] of Object.entries(PROGRAMS)) {
  const bundled = asUrl(relative(dirname(path), resolve(OUT, `${name}.js`)));
  writeFileSync(path, `export * from '${bundled}';\n`);
}
