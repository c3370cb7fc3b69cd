import { clockTime } from '../words/duration.js';
import { useLive } from './use-live.js';

/** Said in plain words as long as it is so; nothing when all is well. */
export function Connection() {
  const { lostSince, staleSince, why } = useLive();
  return (
    <div role="status" aria-live="polite">
      {lostSince !== null && (
        <p class="stale">
          May be out of date since {clockTime(lostSince, Date.now())}:{' '}
          {why?.detail ?? 'the connection was lost.'}{' '}
          {why?.code === 'log-replaced'
            ? 'It goes on when somebody has looked, and accepted it: conclave log.'
            : 'It is tried again by itself.'}
        </p>
      )}
      {lostSince === null && staleSince !== null && (
        <p class="stale">
          May be out of date since {clockTime(staleSince, Date.now())}: the server hears nothing from its
          store. <a href="/servers">Servers</a> says why.
        </p>
      )}
    </div>
  );
}
