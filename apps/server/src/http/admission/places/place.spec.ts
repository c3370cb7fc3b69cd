import { describe, expect, it } from '@jest/globals';
import { Place } from './place.js';

describe('a place among those who do long work', () => {
  function held() {
    let left = 0;
    let finish = (): void => undefined;
    const place = new Place(() => left++);
    const work = async () => new Promise<void>((done) => (finish = done));
    return { place, work, left: () => left, finish: () => finish() };
  }

  it('is given back when the client has left and the work has stopped, whichever comes last, and once', async () => {
    for (const isClientFirst of [true, false]) {
      const { place, work, left, finish } = held();
      const worked = place.workIn(work);
      if (isClientFirst) place.end();
      expect(left()).toBe(0);
      finish();
      await worked;
      expect(left()).toBe(isClientFirst ? 1 : 0);
      place.end();
      place.end();
      expect(left()).toBe(1);
    }
  });

  it('whose work fails is given back, too; and one in which nothing ever began', async () => {
    const { place, left } = held();
    const failed = place.workIn(() => {
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    place.end();
    expect(left()).toBe(1);
    const other = held();
    other.place.end();
    expect(other.left()).toBe(1);
  });

  it('is given back once, also when its client is slow before', async () => {
    const { place, work, left, finish } = held();
    const worked = place.workIn(work);
    place.moveAside();
    expect([left(), place.isLeft]).toEqual([1, true]);
    place.moveAside();
    place.end();
    finish();
    await worked;
    expect(left()).toBe(1);
  });
});
