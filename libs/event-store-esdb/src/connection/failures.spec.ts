import { expect, it } from '@jest/globals';
import { convertToCommandError } from '@eventstore/db-client';
import type { ServiceError } from '@grpc/grpc-js';
import { isConnectionFault, isRepeatable, NoAnswer, storeErrorOf, Unreachable } from './failures.js';

const exhausted = (details: string): Error =>
  convertToCommandError(
    Object.assign(new Error(`8 RESOURCE_EXHAUSTED: ${details}`), { code: 8, details }) as ServiceError,
  );
const asked = { what: 'reading', stream: 's' };

it('too many calls that were given up at once are no append that is too large: it passes', () => {
  const calm = exhausted('Bandwidth exhausted or memory limit exceeded');
  expect([isRepeatable(calm), isConnectionFault(calm)]).toEqual([true, true]);
  expect(storeErrorOf(calm, asked)).toMatchObject({ code: 'store-unavailable' });
});

it('a message over the limit of gRPC is', () => {
  const large = exhausted('Received message larger than max (20000000 vs. 16777216)');
  expect([isRepeatable(large), isConnectionFault(large)]).toEqual([false, false]);
  expect(storeErrorOf(large, asked)).toMatchObject({ code: 'append-too-large' });
});

it('what is wrong with how a cluster was asked is what all say that answered; one bad node is no mistake', () => {
  const saying = (...errors: object[]) =>
    new Unreachable('no node of the cluster knows of a leader (…)', {
      cause: new AggregateError(errors.map((error) => Object.assign(new Error('x'), error))),
    });
  const away = { code: 14, message: '14 UNAVAILABLE: no connection established' };
  const expired = { code: 14, message: '14 UNAVAILABLE: certificate has expired' };
  const unknown = { code: 16, message: '16 UNAUTHENTICATED: no' };
  const electing = { message: 'no leader' };
  expect(storeErrorOf(saying(unknown, away), asked)).toMatchObject({
    code: 'store-unusable',
    message: expect.stringContaining('does not know this user'),
  });
  expect(storeErrorOf(saying(expired, expired), asked)).toMatchObject({ code: 'store-unusable' });
  for (const error of [saying(expired, electing), saying(unknown, electing), saying(away), saying()]) {
    expect(storeErrorOf(error, asked)).toMatchObject({ code: 'store-unavailable' });
    expect(isRepeatable(error)).toBe(true);
  }
});

it('of several nodes it is said which one', () => {
  const error = Object.assign(new Error('14 UNAVAILABLE: certificate has expired'), {
    code: 14,
    node: 'db-2:2113',
  });
  expect(storeErrorOf(error, asked).message).toContain('it has expired (db-2:2113: 14 UNAVAILABLE');
  const late = Object.assign(new NoAnswer('no answer within 2500 ms'), { node: 'db-2:2113' });
  expect(storeErrorOf(late, asked).message).toBe('reading "s" failed: db-2:2113: no answer within 2500 ms');
});

it('a node that does not lead says so, and not what it could not find', () => {
  const { leader } = { leader: { address: 'db-1', port: 2113 } };
  const error = Object.assign(new Error('5 NOT_FOUND: Leader info available'), {
    type: 'not-leader',
    leader,
  });
  expect(storeErrorOf(error, asked).message).toMatch(
    /^reading "s" failed: this node is not the leader of its cluster; .*name all nodes in CONCLAVE_STORE$/,
  );
});
