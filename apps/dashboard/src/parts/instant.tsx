import { clockTime, elapsed } from '../words/duration.js';
import { useNow } from './use-now.js';

/** How long ago, going on; the instant itself when it is pointed at. */
export function Since({ at, now }: { at: string; now?: number | undefined }) {
  const live = useNow();
  const ms = (now ?? live) - Date.parse(at);
  return (
    <time dateTime={at} title={at}>
      {elapsed(ms)}
    </time>
  );
}

export const Clock = ({ at, precise = false }: { at: string; precise?: boolean }) => (
  <time dateTime={at} title={at}>
    {clockTime(Date.parse(at), Date.now(), precise)}
  </time>
);
