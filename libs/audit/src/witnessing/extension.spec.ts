import { describe, expect, it } from '@jest/globals';
import { GENESIS_HASH } from '@conclave/event-store';
import { Extension } from './extension.js';
import { judged, Log, pieceOf } from './witnessed-log.fixture.js';

// What a witness knows, what it is told, and what it makes of it.

describe('a witness', () => {
  const log = new Log().publish('k1').write('deploy', 'a', 'b', 'c').write('docs', 'a');
  const known = log.cosigned;

  it('co-signs a log that goes on, with new groups, and one that stands still', () => {
    expect(judged(known, log.copy())).toBeInstanceOf(Extension);
    const longer = log.copy().write('deploy', 'd', 'e').write('new', 'a', 'b');
    expect(judged(known, longer)).toBeInstanceOf(Extension);
    expect(judged(longer.cosigned, longer.copy().write('docs', 'b'))).toBeInstanceOf(Extension);
  });

  it.each<[string, (forged: Log) => Log, RegExp]>([
    [
      'a dropped end',
      (l) => l.cut('deploy', 2),
      /^group "deploy" had 3 events in what was co-signed at .*, and has 2: its end was dropped$/,
    ],
    ['a dropped group', (l) => l.cut('docs', 0), /^group "docs" had 1 .* is not in the log any more/],
    [
      'a rewritten end',
      (l) => l.cut('deploy', 2).write('deploy', 'z'),
      /^group "deploy": version 3 is not the one that was co-signed at .*: the past was rewritten$/,
    ],
    [
      'a rewritten past with events after it',
      (l) => l.cut('deploy', 0).write('deploy', 'z', 'b', 'c', 'd'),
      /^group "deploy": version 3 is not the one/,
    ],
  ])('refuses %s', (_, forge, why) => expect(judged(known, forge(log.copy()))).toMatch(why));

  it('believes no hash that it is told: it follows the chain from the head that it has', () => {
    const rewritten = log.copy().cut('deploy', 0).write('deploy', 'z', 'b', 'c', 'd');
    const { head: before } = known.marks.get('deploy')!;
    const events = rewritten.groups.get('deploy')!.slice(3);
    const extension = new Extension(log.id, known);
    expect(extension.takeGroup({ group: 'deploy', after: 3, before, events })).toMatch(
      /^group "deploy": version 4 does not go on from the head that was co-signed at/,
    );
    const [next] = log.copy().write('deploy', 'd').groups.get('deploy')!.slice(3);
    const gap = { ...next!, version: 5 };
    expect(
      new Extension(log.id, known).takeGroup({ group: 'deploy', after: 3, before, events: [gap] }),
    ).toMatch(/version 4 is missing/);
  });

  it('what it was told must make the root that was signed', () => {
    const longer = log.copy().write('deploy', 'd');
    const untold = new Extension(log.id, known);
    expect(untold.finish(longer.statement)).toMatch(/^the checkpoint is of 5 events, and 4 follow from/);
    expect(untold.finish({ ...log.statement, root: longer.statement.root })).toMatch(/^the root that was/);
    const withGroup = log.copy().write('x', 'a');
    expect(untold.finish(withGroup.statement)).toMatch(/^the checkpoint is of 3 groups, and 2 follow/);
  });

  it('a new group begins with its first event', () => {
    const { id } = log;
    const events = log.copy().write('new', 'a', 'b', 'c').groups.get('new')!;
    const middle = { ...pieceOf(events, 1), group: 'new' };
    expect(new Extension(id, known).takeGroup(middle)).toMatch(
      /^group "new" is new to the witness, and begins after version 1/,
    );
    const cut = { group: 'new', after: 0, before: GENESIS_HASH, events: events.slice(1) };
    expect(new Extension(id, known).takeGroup(cut)).toMatch(/version 1 is missing/);
    const relinked = { group: 'new', after: 0, before: log.id, events };
    expect(new Extension(id, known).takeGroup(relinked)).toMatch(/does not begin with its first event/);
  });

  it('at the first contact takes what is told, if that is what was signed, and later nothing so', () => {
    const other = log.copy().write('docs', 'b');
    const met = new Extension(log.id, null);
    expect(met.takeKeys(pieceOf(log.keys, 0))).toBeNull();
    expect(met.takeMarks(log.marks)).toBeNull();
    expect(met.finish(other.statement)).toMatch(/^the checkpoint is of 5 events, and 4 were told/);
    expect(met.finish(log.statement)).toMatchObject({ keys: { version: 1 } });
    expect(new Extension('0'.repeat(64), null).takeKeys(pieceOf(log.keys, 0))).toMatch(
      /^this is another log/,
    );
    expect(new Extension(log.id, known).takeMarks(other.marks)).toMatch(/only of a log that is not known/);
  });

  it('a key that the record of keys introduces may sign; one that it revokes, or does not have, may not', () => {
    const rotated = log.copy().publish('k2', 'k1');
    const after = judged(known, rotated) as Extension;
    expect([after.whyNotSigner('k1'), after.whyNotSigner('k2')]).toEqual([null, null]);
    expect(after.whyNotSigner('k3')).toMatch(/^key k3 is not in the log's record of keys$/);
    const revoked = judged(rotated.cosigned, rotated.copy().revoke('k1')) as Extension;
    expect(revoked.whyNotSigner('k1')).toMatch(/^key k1 was revoked by operator:ana/);
    expect(revoked.whyNotSigner('k2')).toBeNull();
    expect(revoked.keyOf('k2')).toMatchObject({ kid: 'k2' });
  });

  it('the record of keys goes on, too', () => {
    const rotated = log.copy().publish('k2', 'k1');
    expect(judged(rotated.cosigned, log)).toMatch(
      /^the record of keys had 2 events .*: its end was dropped$/,
    );
    expect(judged(rotated.cosigned, log.copy().publish('k9', 'k1'))).toMatch(
      /^the record of keys: version 2 is not the one that was co-signed/,
    );
    expect(judged(known, log.copy().revoke('k1', 'system:server'))).toMatch(
      /^event 2 of the record of keys .* revoked by system:server, not by an operator/,
    );
  });
});
