import { describe, expect, it } from '@jest/globals';
import { advanceBy, decide, headAfter, newHead, streamOf, type RecordedEvent } from '@conclave/election';
import { forgetting, saltsFor, Seal, withCommitments, type StoredEvent } from '@conclave/event-store';
import { saltOf, storiesOf } from '@conclave/testing';
import { DIGEST, sealedStory } from '../verify/sealed.fixture.js';
import { GroupVerifier } from '../verify/verify.js';
import { committedLine, forgettingLine, lineProblem } from './archived.js';

const stories = storiesOf(33, 60);
const sealed = (
  await Promise.all(stories.slice(0, 30).map(async (story, n) => sealedStory(story, 0.7, stories[30 + n]!)))
).filter((one) => one !== null);
const ANA = 'operator:ana';
const isAna = (person: string): boolean => person === ANA;

const stored = ({ group, version, position, type, data, meta }: RecordedEvent): StoredEvent => ({
  stream: streamOf(group),
  version,
  position,
  id: meta.id,
  type,
  data,
  meta,
});
const sealEvent = (whole: readonly RecordedEvent[]) => whole.find(({ type }) => type === 'HistorySealed')!;
/** The second archive of a group: it begins with what the first one came to. */
function archiveOf({ whole, past }: (typeof sealed)[number]) {
  const salts = saltsFor(
    { type: 'HistorySealed', data: past, meta: {} },
    (one) => sealEvent(whole).meta.salts![one]!,
  );
  const header = { archive: 2, group: 'g', upTo: whole.length, sealed: past, ...salts };
  return [header, ...whole.slice(past.upTo).map(stored)];
}
const digestOf = (lines: readonly Parameters<typeof committedLine>[0][]): string => {
  const seal = new Seal();
  for (const line of lines) seal.line(committedLine(line));
  return seal.sha256;
};
const violations = (events: readonly RecordedEvent[], seals: readonly object[]) => {
  const verifier = new GroupVerifier('g', { seals: seals as never });
  for (const event of events) verifier.take(event);
  return verifier.finish().violations;
};

describe('an archive without somebody who was in it', () => {
  it('has the digest that was sealed, and the name is nowhere', () => {
    expect(sealed.some((one) => JSON.stringify(archiveOf(one)[0]).includes(ANA))).toBe(true);
    for (const one of sealed) {
      const lines = archiveOf(one);
      const left = lines.map((line) => forgettingLine(line, isAna));
      expect(JSON.stringify(left)).not.toContain(`"${ANA}"`);
      expect(digestOf(left)).toBe(digestOf(lines));
      for (const line of [...lines, ...left]) expect(lineProblem(line)).toBeNull();
    }
  });

  it('another name, another reason, another salt have another digest; a salt of nobody is found', () => {
    for (const one of sealed.slice(0, 10)) {
      const lines = archiveOf(one);
      const digest = digestOf(lines);
      const n = lines.findIndex((line) => 'stream' in line && JSON.stringify(line).includes(ANA));
      if (n < 0) continue;
      const edited = (edit: (text: string) => string) =>
        lines.map((line, at) => (at === n ? (JSON.parse(edit(JSON.stringify(line))) as typeof line) : line));
      expect(digestOf(edited((text) => text.replaceAll(ANA, 'operator:eve')))).not.toBe(digest);
      expect(digestOf(edited((text) => text.replace(/"operator:ana":"../, '"operator:ana":"00')))).not.toBe(
        digest,
      );
      const more = edited((text) => text.replace('"operator:ana":', '"operator:eve":"x","operator:ana":'));
      expect(more.map(lineProblem).filter((problem) => problem !== null)).toEqual([
        'a salt of operator:eve stands there, who is not named',
      ]);
    }
  });

  it('still is what its seal says, whether names are gone in it, in the seal, in both, or in none', () => {
    for (const { whole, past } of sealed) {
      const { salts } = sealEvent(whole).meta;
      const left = whole.map((event) => forgetting(event, isAna));
      const gone = sealEvent(left);
      const stated = { ...gone.data, salts: gone.meta.salts };
      for (const events of [whole, left])
        for (const seal of [{ ...past, salts }, stated]) expect(violations(events, [seal])).toEqual([]);
      const other = structuredClone(past);
      if (other.state.pause?.reason === undefined) continue;
      other.state.pause = { ...other.state.pause, actor: 'operator:eve' };
      expect(violations(left, [{ ...other, salts }]).map(({ rule }) => rule)).toContain('seal');
    }
  });
});

describe('a seal of all that was before, in which somebody is forgotten', () => {
  it('who folds on and who begins with it know the same group; the whole and the rest verify', async () => {
    let standing = 0;
    for (let n = 0; n < 20; n++) {
      const story = await sealedStory(stories[n]!, 1, stories[30 + n]!, (past) => {
        const salts = saltsFor({ type: 'HistorySealed', data: past, meta: {} }, saltOf);
        return withCommitments(past, salts.salts ?? {});
      });
      if (!story) continue;
      const { whole, past } = story;
      const seal = sealEvent(whole);
      if (seal.version !== past.upTo + 1) {
        // what had expired was lifted first: then nobody is forgotten, and it is tried again
        const before = advanceBy(newHead('g'), whole.slice(0, past.upTo)).state;
        const command = { type: 'SealHistory', upTo: past.upTo, digest: DIGEST, isAll: true } as const;
        const { at, actor, reason, commandId } = seal.meta;
        expect(decide(command, before, { at, actor, reason, commandId, past })).toMatchObject({
          rejection: { code: 'version-conflict' },
        });
        continue;
      }
      if (JSON.stringify(past).includes('operator:#')) standing++;
      const text = JSON.stringify(past);
      expect(text).not.toContain(`"${ANA}"`);
      const rest = whole.slice(past.upTo);
      const [all, left] = [advanceBy(newHead('g'), whole), advanceBy(headAfter(past), rest)];
      expect(left).toEqual(all);
      expect(violations(whole, [past])).toEqual([]);
      const verifier = new GroupVerifier('g', { past });
      for (const event of rest) verifier.take(event);
      expect(verifier.finish().violations).toEqual([]);
    }
    expect(standing).toBeGreaterThan(3);
  });
});
