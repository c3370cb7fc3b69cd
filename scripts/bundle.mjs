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
  /^pino-pretty$/,
  /^@nestjs\/(microservices|websockets|platform-express)/,
  /^class-(transformer|validator)/,
  /^@fastify\/(view|multipart)/,
  /^(js-yaml|glob)$/, // loaded by libraries for what we do not ask of them
];

/** What libraries load for who asks for it, and we do not: Fastify's HTTP/2, traces beside metrics, the API as YAML. 25 ms of a start. */
const isAskedLater = (id, importer = '') =>
  /^(node:http2|@opentelemetry\/api|js-yaml)$/.test(id) && /fastify|prom-client|swagger/.test(importer);
/**
 * Functions that are loaded when they are called: for tables at a terminal, which make what knows all emoji (a sixth of a command's
 * start); what looks for files by patterns, which no folder that is served has.
 */
const CALLED_LATER = { 'string-width': 'default', 'wrap-ansi': 'default', glob: 'glob' };
const isCalledLater = (id, importer = '') =>
  id in CALLED_LATER && (importer.startsWith(resolve('dist')) || /@fastify.static/.test(importer));
const whenAsked = {
  name: 'when-asked',
  resolveId: (id, importer) =>
    isAskedLater(id, importer) ? `\0asked:${id}` : isCalledLater(id, importer) ? `\0called:${id}` : null,
  load(id) {
    const [, how, name] = /^\0(asked|called):(.*)$/.exec(id) ?? [];
    if (how === 'asked')
      return `module.exports = new Proxy({}, { get: (_, key) => require('${name}')[key] });`;
    if (how !== 'called') return null;
    const key = CALLED_LATER[name];
    const called = `(...given) => require('${name}').${key}(...given)`;
    return key === 'default' ? `module.exports = ${called};` : `exports.${key} = ${called};`;
  },
};

/** A server has the API written down (`write-openapi.mjs`): what describes it, and makes a document of that, is left out. */
const described = {
  name: 'described',
  load(id) {
    if (/swagger[\\/]dist[\\/]swagger-scanner\.js$/.test(id)) return 'export class SwaggerScanner {}';
    if (!/swagger[\\/]dist[\\/]decorators[\\/].*\.decorator\.js$/.test(id)) return null;
    const names = [...readFileSync(id, 'utf8').matchAll(/^export (?:function|const) (\w+)/gm)];
    return names.map(([, name]) => `export const ${name} = () => () => {};`).join('\n');
  },
};

/** Nest's own logger, which we do not use, makes what writes dates for it as it is loaded: 23 ms of a start go into reading how. */
const undated = {
  name: 'undated',
  transform(code, id) {
    if (!/@nestjs[\\/]common[\\/]services[\\/](console-)?logger\.service\.js$/.test(id)) return null;
    const made = /(const dateTimeFormatter = )(new Intl\.DateTimeFormat\([^)]*\))/;
    if (!made.test(code)) throw new Error(`${id} does not make a dateTimeFormatter any more`);
    return { code: code.replace(made, '$1{ format: (at) => $2.format(at) }'), map: null };
  },
};

const mapOf = (id) => {
  const map = JSON.parse(readFileSync(`${id}.map`, 'utf8'));
  return { ...map, sources: map.sources.map((source) => resolve(dirname(id), source)) };
};

/** Ours do nothing when they are loaded but say what they have; what a program does not use of them is left out. */
const doesNothing = (id) => /[\\/]dist[\\/]libs[\\/](?!launch)|[\\/]@nestjs[\\/]swagger[\\/]/.test(id);

/** One other character in a file, and V8 keeps all of it in twice the memory: 5 MB of a server. */
const inAscii = (code) =>
  code.replace(/[^\0-\x7f]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Apart: what programs had in common would stand in many small files, each of which is looked up: a tenth of a server's start. */
for (const [name, path] of Object.entries(PROGRAMS)) {
  const bundle = await rolldown({
    input: { [name]: path },
    platform: 'node',
    onwarn(warning) {
      throw new Error(warning.message);
    },
    treeshake: { moduleSideEffects: (id) => !doesNothing(id) },
    plugins: [asBefore, asRequired, whenAsked, described, undated],
    external: (id, importer) =>
      !isAskedLater(id, importer) &&
      !isCalledLater(id, importer) &&
      EXTERNAL.some((pattern) => pattern.test(id)),
  });
  const { output } = await bundle.write({
    dir: OUT,
    format: 'esm',
    keepNames: true, // errors and commands are known by the names of their classes
    sourcemap: true,
    sourcemapExcludeSources: true, // they stand beside; each start reads the maps (`--enable-source-maps`)
    chunkFileNames: '[name]-[hash].js',
  });
  for (const { type, fileName, code } of output)
    if (type === 'chunk') writeFileSync(resolve(OUT, fileName), inAscii(code));
  const bundled = asUrl(relative(dirname(path), resolve(OUT, `${name}.js`)));
  writeFileSync(path, `export * from '${bundled}';\n`);
}
// found at once: else each file is looked for one further up, a twelfth of a command's start
writeFileSync(resolve(OUT, 'package.json'), '{"type":"module"}\n');
