import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { VERSION } from '@conclave/kernel';

const files = ['apps', 'libs', 'test', 'bench'].flatMap((root) =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name)),
);
const product = files.filter((file) => /^(apps|libs)\//.test(file) && !/\.(spec|fixture)\.tsx?$/.test(file));
const text = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));
const importsOf = (file: string) =>
  [...text.get(file)!.matchAll(/(?<![/\w])(?:from|import)\s*\(?'([^']+)'/g)].map((m) => m[1]!);
const roomOf = (file: string) => file.split('/').slice(0, 2).join('/');

/** docs/architecture.md: who may import whom. Packages are named where the design names them. */
const ALLOWED: Record<string, { ours: string[]; packages?: RegExp }> = {
  'libs/launch': { ours: [], packages: /^node:/ },
  'libs/kernel': { ours: [], packages: /^uuid$/ },
  'libs/contract': { ours: [], packages: /^zod$/ },
  'libs/election': { ours: ['contract'], packages: /^(ajv|zod)$/ },
  'libs/event-store': {
    ours: ['kernel'],
    packages: /^(node:(crypto|timers\/promises)|safe-stable-stringify|zod)$/,
  },
  'libs/event-store-sqlite': { ours: ['kernel', 'launch', 'event-store'], packages: /^node:/ },
  'libs/event-store-esdb': {
    ours: ['kernel', 'event-store'],
    packages: /^(node:.*|@eventstore\/db-client(\/generated\/.*)?|@grpc\/grpc-js|zod)$/,
  },
  'libs/coordination': { ours: ['kernel', 'election', 'event-store'], packages: /^(@nestjs\/.*|p-limit)$/ },
  'libs/presence': {
    ours: ['contract', 'kernel', 'election', 'event-store', 'coordination'],
    packages: /^(@nestjs\/.*|p-limit|zod)$/,
  },
  'libs/views': { ours: ['contract', 'kernel', 'election', 'event-store'], packages: /^@nestjs\// },
  'libs/audit': { ours: ['contract', 'kernel', 'election', 'event-store'], packages: /^(@nestjs\/.*|zod)$/ },
  'libs/webhooks': { ours: ['contract', 'kernel', 'election', 'event-store', 'audit'], packages: /^zod$/ },
  'libs/access': { ours: ['contract', 'node'], packages: /^(node:.*|jose|yaml|zod|proper-lockfile)$/ },
  'libs/report': {
    ours: ['kernel', 'election', 'audit'],
    packages: /^(preact|preact-render-to-string|d3-scale)$/,
  },
  'libs/node': {
    ours: [
      'contract',
      'kernel',
      'launch',
      'election',
      'event-store',
      'coordination',
      'presence',
      'views',
      'audit',
      'webhooks',
    ],
    packages: /^(node:.*|jose|p-limit|zod)$/,
  },
  'libs/runner-sdk': { ours: ['contract'], packages: /^(node:.*|eventsource-parser|jose(\/.*)?)$/ },
  // types of the contract only: zod stays out of what a browser loads
  'apps/dashboard': {
    ours: ['contract'],
    packages: /^(preact|preact\/(hooks|compat)|preact-iso|d3-(scale|shape)|eventsource-parser\/stream)$/,
  },
  'libs/processes': { ours: [] },
  'libs/testing': {
    ours: ['processes', 'kernel', 'election', 'event-store', 'event-store-sqlite', 'event-store-esdb'],
  },
};
const ANY = [
  'contract',
  'kernel',
  'launch',
  'election',
  'event-store',
  'event-store-sqlite',
  'event-store-esdb',
  'coordination',
  'presence',
  'views',
  'audit',
  'access',
  'report',
  'webhooks',
  'node',
  'runner-sdk',
];

describe('architecture (docs/architecture.md)', () => {
  it.each(product.map((file) => [file]))('%s imports only what its room may', (file) => {
    const room = roomOf(file);
    const rule =
      ALLOWED[room] ?? (room.startsWith('apps/') ? { ours: ANY, packages: undefined } : undefined)!;
    expect(rule).toBeDefined();
    for (const from of importsOf(file)) {
      if (from.startsWith('.')) {
        expect(roomOf(join(file, '..', from))).toBe(room); // never into another room past its index
      } else if (from.startsWith('@conclave/')) {
        expect(from.split('/')).toHaveLength(2); // only index.ts is importable
        expect(rule.ours).toContain(from.slice('@conclave/'.length));
      } else if (rule.packages) expect(from).toMatch(rule.packages);
    }
  });

  it('testing and processes are imported from specs and fixtures only', () => {
    for (const file of product.filter((f) => !/^libs\/(testing|processes)\//.test(f)))
      for (const room of ['testing', 'processes']) expect(importsOf(file)).not.toContain(`@conclave/${room}`);
  });

  it('the dashboard takes types from the contract, and nothing that runs', () => {
    const pages = product.filter((f) => f.startsWith('apps/dashboard/'));
    expect(pages.length).toBeGreaterThan(20);
    for (const file of pages)
      expect({ file, runs: text.get(file)!.match(/^import (?!type )[^;]*'@conclave\//m) }).toEqual({
        file,
        runs: null,
      });
  });

  it('the core knows no clock, no random, no I/O', () => {
    // docs/concepts.md
    const pure = product.filter(
      (f) =>
        f.startsWith('libs/election/') ||
        f.startsWith('libs/webhooks/') ||
        /presence\/src\/(leases\/|hearing\/|records\/(records|names|naming|retention)\.)/.test(f),
    );
    expect(pure.length).toBeGreaterThan(20);
    for (const file of pure)
      expect({
        file,
        found: text
          .get(file)!
          .match(
            /Date\.now|performance\.|Math\.random|new Date\(\)|setTimeout|setInterval|process\.|fetch\(/,
          ),
      }).toEqual({ file, found: null });
  });

  it('files are small: at most 200 lines', () => {
    expect(files.filter((f) => /^(apps|libs)\//.test(f) && text.get(f)!.split('\n').length > 201)).toEqual(
      [],
    );
  });

  it('folders are rooms, not halls: at most 15 files', () => {
    const counts = new Map<string, number>();
    for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
    expect([...counts].filter(([, count]) => count > 15)).toEqual([]);
  });

  it('no two folders import each other, directly or round about', () => {
    const arrows = new Map<string, Set<string>>();
    for (const file of product) {
      const relative = importsOf(file)
        .filter((from) => from.startsWith('.'))
        .map((from) => dirname(join(dirname(file), from)));
      const to = arrows.get(dirname(file)) ?? new Set();
      arrows.set(dirname(file), to);
      for (const folder of relative) if (folder !== dirname(file)) to.add(folder);
    }
    const circles: string[] = [];
    const done = new Set<string>();
    const walk = (folder: string, path: string[]): void => {
      if (path.includes(folder))
        return void circles.push([...path.slice(path.indexOf(folder)), folder].join(' → '));
      if (done.has(folder)) return;
      for (const next of arrows.get(folder) ?? []) walk(next, [...path, folder]);
      done.add(folder);
    };
    for (const folder of arrows.keys()) walk(folder, []);
    expect(arrows.size).toBeGreaterThan(30);
    expect(circles).toEqual([]);
  });

  it('names say what things are', () => {
    expect(files.filter((f) => /(utils?|helpers?|manager|common|base)\.ts$|\/I[A-Z]/.test(f))).toEqual([]);
  });

  it('version and lock file are in order', () => {
    expect(VERSION).toBe((JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version);
    expect(readFileSync('package-lock.json', 'utf8')).not.toContain('"resolved": "http');
  });
});
