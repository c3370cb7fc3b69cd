/**
 * The closed list of what can go wrong with a store. The HTTP edge maps codes; nobody looks at driver errors.
 */
export type StoreErrorCode =
  | 'version-conflict'
  | 'store-unavailable'
  | 'store-full'
  | 'append-too-large'
  | 'stream-deleted'
  | 'store-unusable';

export class StoreError extends Error {
  constructor(
    readonly code: StoreErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'StoreError';
  }
}

/** Somebody else wrote first: reload, decide again. */
export class VersionConflict extends StoreError {
  constructor(
    readonly stream: string,
    readonly expectedVersion: number,
    readonly actualVersion: number | null,
  ) {
    super(
      'version-conflict',
      `stream "${stream}" is at version ${actualVersion ?? 'unknown'}, not ${expectedVersion}`,
    );
  }
}

/**
 * Temporarily not reachable or shut; nothing is known to be written unless the caller repeats and it
 * succeeds.
 */
export class StoreUnavailable extends StoreError {
  constructor(message: string, options?: ErrorOptions) {
    super('store-unavailable', message, options);
  }
}

/** Of what was read a part is gone: it is no history, and nobody may sign it, copy it, or judge by it. */
export class HistoryGone extends StoreUnavailable {
  constructor(stream: string, version: number) {
    super(
      `event ${version} of stream "${stream}" is not there any more: history was sealed while it was read. ` +
        'Ask again; if that does not help, the store was changed: verify.',
    );
  }
}

/** Why a subscription that worked is over. The closed list: it labels a metric. */
export type DropReason = 'slow-consumer' | 'node-stopped' | 'connection-lost' | 'ended' | 'moved' | 'stalled';

/**
 * A subscription that had been confirmed broke. That is no outage: resume at once from the last whole append.
 */
export class SubscriptionDropped extends StoreUnavailable {
  constructor(
    readonly reason: DropReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** No room to write; reads still work. */
export class StoreFull extends StoreError {
  constructor(message: string) {
    super('store-full', message);
  }
}

/**
 * Repeating does not help: wrong file, corrupt, no permission, in use. The server does not start, or stops.
 */
export class StoreUnusable extends StoreError {
  constructor(message: string, options?: ErrorOptions) {
    super('store-unusable', message, options);
  }
}
