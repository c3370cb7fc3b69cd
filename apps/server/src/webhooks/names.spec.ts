import { expect, it } from '@jest/globals';
import { until } from '@conclave/processes';
import { Names } from './names.js';

/** Names that are answered when the test says so. */
function asked() {
  const waiting: { host: string; answer: (address: string) => void; fail: (why: string) => void }[] = [];
  const names = new Names(
    async (host) =>
      new Promise((resolve, reject) =>
        waiting.push({
          host,
          answer: (address) => resolve([{ address, family: 4 }]),
          fail: (why) => reject(new Error(why)),
        }),
      ),
  );
  const next = async (n: number) =>
    until(`${n} were looked up`, () => waiting.length === n && waiting[n - 1]);
  return { waiting, names, next };
}
const at = (address: string) => [{ address, family: 4 }];

it('a name is looked up once for all that wait, and one name at a time, so that others find a thread', async () => {
  const { waiting, names, next } = asked();
  const silent = Array.from({ length: 8 }, async () => names.addressesOf('silent.test'));
  const other = names.addressesOf('good.test');
  const one = await next(1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(waiting.map(({ host }) => host)).toEqual(['silent.test']);
  one.fail('EAI_AGAIN');
  for (const each of silent) await expect(each).rejects.toThrow('EAI_AGAIN');
  (await next(2)).answer('192.0.2.1');
  expect(await other).toEqual(at('192.0.2.1'));
});

it('a name that was known leads where it led while the one that is looked up is silent', async () => {
  const { waiting, names, next } = asked();
  const first = names.addressesOf('good.test');
  (await next(1)).answer('192.0.2.1');
  await first;
  names.addressesOf('silent.test').catch(() => undefined);
  expect(await names.addressesOf('good.test')).toEqual(at('192.0.2.1'));
  expect(waiting.map(({ host }) => host)).toEqual(['good.test', 'silent.test']);
  waiting[1]!.fail('EAI_AGAIN');
  const moved = names.addressesOf('good.test');
  (await next(3)).answer('192.0.2.2');
  expect(await moved).toEqual(at('192.0.2.2'));
});

it('addresses are no names; sockets may ask for one or for all', async () => {
  const { waiting, names, next } = asked();
  expect(await names.addressesOf('192.0.2.3')).toEqual(at('192.0.2.3'));
  expect(await names.addressesOf('::1')).toEqual([{ address: '::1', family: 6 }]);
  expect(waiting).toEqual([]);
  const got: unknown[] = [];
  names.lookup('good.test', {}, (...one) => got.push(one));
  names.lookup('good.test', { all: true }, (...all) => got.push(all));
  (await next(1)).answer('192.0.2.1');
  await until('both have it', () => got.length === 2);
  expect(got).toEqual([
    [null, '192.0.2.1', 4],
    [null, at('192.0.2.1')],
  ]);
});
