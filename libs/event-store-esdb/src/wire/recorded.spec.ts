import { expect, it } from '@jest/globals';
import { storedEventOf } from './recorded.js';

it.each([[null], ['null'], [new Uint8Array([1])]])(
  'whatever others have written (%p), nobody meets a null',
  (written) => {
    const position = { commit: 7n, prepare: 7n };
    const event = { streamId: 'c.checkpoints', revision: 0n, position, id: 'a', type: 'T' };
    const { data, meta } = storedEventOf({ ...event, data: written, metadata: written } as never, 'c.');
    expect([data, meta]).not.toContain(null);
  },
);
