import { expect, it } from '@jest/globals';
import type { StoredEvent } from '@conclave/event-store';
import { FormOfLog } from './form-of-log.js';

const form = new FormOfLog({ nameOf: (stream) => `conclave.${stream}` });
const apply = (stream: string, version: number, v: number) => (): void => {
  const type = 'SigningKeyPublished';
  const event: StoredEvent = { stream, version, type, id: '', position: '1', data: {}, meta: { v } };
  form.apply({ stream, position: '1', events: [event] });
};

it('a log that begins with a key of an older form is not read, and the refusal says what to do', () => {
  for (const older of [1, 2])
    expect(apply('keys', 1, older)).toThrow(
      /^event 1 of stream "conclave.keys" \(SigningKeyPublished\) .* "conclave export" the log and "conclave import" it/,
    );
  expect(apply('keys', 1, 3)).not.toThrow();
  expect(apply('keys', 2, 1)).not.toThrow();
  expect(apply('group-a', 1, 1)).not.toThrow(); // of one group alone: others go on
});
