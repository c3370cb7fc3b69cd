import {
  AccessDeniedError,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  TimeoutError,
  UnavailableError,
  UnknownError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { Status } from '@eventstore/db-client/generated/status_pb.js';

const PREFIX = 'event_store.client.';

/**
 * The driver's error for the answer to one append of many: the same that its single append would have thrown.
 */
export function failureOf(error: Status | undefined, stream: string): Error {
  const details = error?.getDetails();
  const name = details?.getTypeName() ?? '';
  const message = error?.getMessage() ?? '';
  switch (name) {
    case `${PREFIX}WrongExpectedVersion`:
      return WrongExpectedVersionError.fromWrongExpectedVersion(
        details!.unpack((bytes) => shared.WrongExpectedVersion.deserializeBinary(bytes), name)!,
        stream,
      );
    case `${PREFIX}StreamDeleted`:
      return StreamDeletedError.fromStreamName(stream);
    case `${PREFIX}AccessDenied`:
      return new AccessDeniedError(undefined, 'access denied');
    case `${PREFIX}Timeout`:
      return new TimeoutError(undefined, 'the server did not write it in its own time');
    case `${PREFIX}MaximumAppendSizeExceeded`: {
      const limit = details!.unpack(
        (bytes) => shared.MaximumAppendSizeExceeded.deserializeBinary(bytes),
        name,
      )!;
      return MaxAppendSizeExceededError.fromMaxAppendSize(limit.getMaxappendsize());
    }
    case 'google.protobuf.Empty': // not ready, too busy, or without a leader (facts 2.6)
      return new UnavailableError(undefined, message);
    default:
      return new UnknownError(undefined, `${message || 'no reason given'} (${name || 'without details'})`);
  }
}
