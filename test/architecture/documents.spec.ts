import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PROBLEMS, Settings } from '@conclave/contract';
import { DEFAULT_SETTINGS } from '@conclave/election';
import { KNOWN_VARIABLES } from '../../apps/server/src/environment/config.js';

const below = (folder: string, ending: RegExp): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && ending.test(entry.name) && !entry.parentPath.includes('node_modules'),
    )
    .map((entry) => join(entry.parentPath, entry.name));
const documents = [
  ...readdirSync('.').filter((name) => name.endsWith('.md')),
  ...below('docs', /\.md$/),
  ...below('libs', /\.md$/),
];
const code = ['apps', 'libs', 'test', 'bench', 'scripts'].flatMap((root) => below(root, /\.(ts|mjs)$/));
const textOf = new Map([...documents, ...code].map((file) => [file, readFileSync(file, 'utf8')]));
const cited = (pattern: RegExp): Map<string, string> =>
  new Map(
    code.flatMap((file) =>
      [...textOf.get(file)!.matchAll(pattern)].map((match): [string, string] => [match[1]!, file]),
    ),
  );
/** As GitHub makes them. */
const anchorsIn = (text: string) =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe('documents are true', () => {
  it('every rule that code cites stands in docs/protocol.md, every fact in docs/eventstoredb-facts.md, every guarantee in docs/concepts.md', () => {
    const rules = cited(/\b(L\d+)\b/g);
    expect(rules.size).toBeGreaterThan(8);
    for (const [rule, file] of rules)
      expect({ file, rule, found: textOf.get('docs/protocol.md')!.includes(`**${rule}. `) }).toEqual({
        file,
        rule,
        found: true,
      });
    const facts = textOf.get('docs/eventstoredb-facts.md')!;
    for (const [fact, file] of cited(/\(facts (\d+(?:\.\d+a?)?)/g)) {
      const [section, item] = fact.split('.');
      const isThere =
        new RegExp(`^#+ ${fact.replace('.', '\\.')}\\b`, 'm').test(facts) ||
        new RegExp(`^## ${section}\\. [\\s\\S]*?^${item}\\. `, 'm').test(facts);
      expect({ file, fact, isThere }).toEqual({ file, fact, isThere: true });
    }
    for (const [guarantee, file] of cited(/\b(G[1-9])\b/g))
      expect({ file, found: textOf.get('docs/concepts.md')!.includes(`**${guarantee}**`) }).toEqual({
        file,
        found: true,
      });
  });

  it('nothing is cited that is not in the repository', () => {
    for (const file of [
      ...documents.filter((name) => !name.includes('facts')),
      ...code.filter((name) => !name.endsWith('documents.spec.ts')),
    ])
      expect({ file, cites: textOf.get(file)!.match(/§\d|DESIGN\.md/) }).toEqual({ file, cites: null });
  });

  it('every link leads somewhere', () => {
    let links = 0;
    for (const file of documents) {
      for (const [, target] of textOf
        .get(file)!
        .replaceAll(/^```[\s\S]*?^```/gm, '')
        .matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
        const [path, anchor] = target!.split('#') as [string, string | undefined];
        const where = path === '' ? file : join(dirname(file), path);
        links++;
        expect({ file, target, exists: existsSync(where) }).toEqual({ file, target, exists: true });
        if (anchor && where.endsWith('.md'))
          expect({ file, target, anchors: anchorsIn(readFileSync(where, 'utf8')) }).toMatchObject({
            anchors: expect.arrayContaining([anchor]),
          });
      }
    }
    expect(links).toBeGreaterThan(40);
  });

  it('the problem table is the catalogue', () => {
    const rows = [
      ...textOf.get('docs/http.md')!.matchAll(/^\| `([a-z-]+)` \| (\d{3}) \| (.+) \| (.+) \|$/gm),
    ].map(([, code_, status, title, remedy]) => [code_, Number(status), title, remedy]);
    expect(rows).toEqual(
      Object.entries(PROBLEMS).map(([code_, { status, title, remedy }]) => [code_, status, title, remedy]),
    );
  });

  it('the settings table has every setting and its default', () => {
    const rows = new Map(
      [
        ...textOf
          .get('docs/concepts.md')!
          .matchAll(/^\| `(\w+)` \| (?:`?(\w+)`?|a third of `leaseMs`) \| /gm),
      ].map(([, name, value]) => [name!, value]),
    );
    expect([...rows.keys()].sort()).toEqual(Object.keys(Settings.shape).sort());
    const { heartbeatMs: _, ...defaults } = DEFAULT_SETTINGS;
    for (const [name, value] of Object.entries(defaults))
      expect([name, rows.get(name)]).toEqual([name, `${value as string | number}`]);
  });

  it('the environment table has every variable that the server knows', () => {
    const rows = [...textOf.get('docs/configuration.md')!.matchAll(/^\| (`CONCLAVE_[^|]+) \|/gm)].flatMap(
      ([, names]) => [...names!.matchAll(/`(CONCLAVE_\w+)`/g)].map(([, name]) => name!),
    );
    expect(rows.sort()).toEqual([...KNOWN_VARIABLES].sort());
  });

  it('README is short', () => {
    expect(textOf.get('README.md')!.split('\n').length).toBeLessThanOrEqual(201);
  });
});
