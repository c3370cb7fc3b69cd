import { expect, it } from '@jest/globals';
import { convertToCommandError } from '@eventstore/db-client';
import type { ServiceError } from '@grpc/grpc-js';
import { isConnectionFault, isRepeatable, storeErrorOf } from './failures.js';

const exhausted = (details: string): Error =>
  convertToCommandError(
    Object.assign(new Error(`8 RESOURCE_EXHAUSTED: ${details}`), { code: 8, details }) as ServiceError,
  ) as Error;
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
