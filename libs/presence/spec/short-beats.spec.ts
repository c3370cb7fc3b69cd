import { describe, expect, it } from '@jest/globals';
import { Groups, type RecordedEvent } from '@conclave/election';
import { inc } from '@conclave/processes';
import { on } from '@conclave/testing';
import { ShortBeats, type Key, type Standby } from '../src/answers/short-beats.js';
import { Roll } from '../src/hearing/roll.js';
import { SilenceDetector } from '../src/hearing/silence-detector.js';

type Story = ReturnType<typeof on.activated>;
const AT = { nowMs: 0, hearingMs: 0 };
const ARRIVAL = { moment: AT, wallMs: 0 };
const [LIMIT, RIGHTS] = [{ limitMs: 15_000, heartbeatMs: 5_000 }, 'all'];
const LED = [on.configured(), on.registered('a'), on.registered('b'), on.activated('a'), on.activated('b')];

function world() {
  const [groups, roll] = [new Groups(), new Roll()];
  const silence = new SilenceDetector(roll);
  const lived: number[] = [];
  const live = ({ beat }: Standby) => void lived.push(beat.sequence);
  const short = new ShortBeats({ groups, roll, live });
  const happen = ({ event, at }: Story) => {
    const version = (groups.get('g')?.version ?? 0) + 1;
    const meta = { at, actor: 'x', reason: null, commandId: inc('c'), hash: '' };
    groups.apply([
      { ...event, group: 'g', version, position: String(version), meta } as unknown as RecordedEvent,
    ]);
  };
  for (const one of [...LED, on.elected('a', 1)]) happen(one);
  const about = (runner: string) => ({ group: 'g', runner, incarnation: inc(runner) });
  const key = short.newKey();
  /** As one that was heard in full. */
  const give = (runner: string, role: 'standby' | 'leader' = 'standby', by: Key = key) => {
    const process = roll.enterProcess(about(runner));
    process.sequence = 1;
    silence.hear(about(runner), LIMIT, AT);
    const { version } = groups.get('g')!;
    const reply = { role, version, term: 1, leader: 'a', leaseMs: 0, heartbeatMs: 5_000 };
    return short.give({ ...about(runner), sequence: 1 }, reply, by, RIGHTS);
  };
  const hear = (number: number, sequence: number, version = groups.get('g')!.version) => {
    const standby = short.find(number, key);
    return standby === undefined ? null : short.hear(standby, sequence, version, ARRIVAL);
  };
  return { short, roll, silence, lived, happen, about, key, give, hear, groups };
}

describe('beats that are three numbers', () => {
  it('count while nothing is different, each sequence once', () => {
    const { give, hear, lived } = world();
    const number = give('b')!;
    expect([hear(number, 2), hear(number, 3), hear(number, 3), hear(number, 2), hear(number, 9)]).toEqual([
      true,
      true,
      false,
      false,
      true,
    ]);
    expect(lived).toEqual([2, 3, 9]);
  });

  it('are heard as ones in full where something happened since, whoever of both knows of it', () => {
    const { give, hear, happen, lived, groups } = world();
    const number = give('b')!;
    const before = groups.get('g')!.version;
    happen(on.configured({ drainMs: 1 }));
    expect([hear(number, 2), hear(number, 2, before)]).toEqual([false, false]);
    expect(give('b')).toBe(number); // heard in full
    expect([hear(number, 2, before), hear(number, 2)]).toEqual([false, true]);
    expect(lived).toEqual([2]);
  });

  it('mean nobody without the key that they came with, nor once their process is gone', () => {
    const { give, hear, short, roll, about, key } = world();
    const number = give('b')!;
    expect(short.find(number, short.newKey())).toBeUndefined();
    expect(short.find(number + 1, key)).toBeUndefined();
    expect([short.keyOf(key.text), short.keyOf('another'), short.keyOf(null)]).toEqual([key, null, null]);
    roll.forget(about('b'), true);
    expect(hear(number, 2)).toBeNull();
    expect(give('b')).toBe(number + 1); // never the same again
  });

  it('are none of who is not watched, or was followed by another process: silence would begin unseen', () => {
    const { give, hear, silence, roll, about } = world();
    const number = give('b')!;
    silence.forget('g', 'b');
    expect(hear(number, 2)).toBe(false);
    give('b');
    roll.enterProcess({ ...about('b'), incarnation: inc('b', 2) });
    expect(hear(number, 3)).toBe(false);
  });

  it('are given to nobody who leads, is not active, or was answered before something else happened', () => {
    const { give, happen, short, roll, about, key, groups } = world();
    expect(give('a', 'leader')).toBeUndefined();
    const { version } = groups.get('g')!;
    happen(on.configured({ drainMs: 1 }));
    roll.enterProcess(about('b'));
    const old = { role: 'standby' as const, version, term: 1, leader: 'a', leaseMs: 0, heartbeatMs: 5_000 };
    expect(short.give({ ...about('b'), sequence: 1 }, old, key, RIGHTS)).toBeUndefined();
    happen(on.registered('c'));
    expect(give('c')).toBeUndefined();
    expect(give('b')).toBe(0);
  });
});
