// Puts the server as it was built, with the libraries it rests on, into a few files: a start reads 2,700 modules otherwise,
// which takes twice as long as all the rest of it. The modules stay as they are, for whoever asks for one of them.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { rolldown } from 'rolldown';

const OUT = resolve('dist/bundled');
const ENTRY = resolve('dist/apps/server/src/serve.js');
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

const mapOf = (id) => {
  const map = JSON.parse(readFileSync(`${id}.map`, 'utf8'));
  return { ...map, sources: map.sources.map((source) => resolve(dirname(id), source)) };
};

const bundle = await rolldown({
  input: ENTRY,
  platform: 'node',
  onwarn(warning) {
    throw new Error(warning.message);
  },
  plugins: [asBefore],
  // What finds its own files, what somebody else in the process loads, too (it must be the same), and what Nest asks for only
  // if it is there.
  external: [
    /^(@eventstore|@grpc|@opentelemetry)\//,
    /^pino/,
    /^@nestjs\/(microservices|websockets|platform-express)/,
    /^class-(transformer|validator)/,
    /^@fastify\/(view|multipart)/,
  ],
});
await bundle.write({
  dir: OUT,
  format: 'esm',
  keepNames: true, // errors and commands are known by the names of their classes
  sourcemap: true,
  chunkFileNames: '[name]-[hash].js',
});
writeFileSync(ENTRY, `export * from '${asUrl(relative(dirname(ENTRY), resolve(OUT, 'serve.js')))}';\n`);
