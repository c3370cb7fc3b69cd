import type { HistoryEventReply } from '@conclave/contract';
import { Clock } from '../parts/instant.js';
import { Text } from '../parts/text.js';
import { canBeLeftOut } from '../timeline/layout.js';
import { useQuery } from '../parts/use-query.js';
import { plain } from '../words/plain.js';
import { said } from '../words/duration.js';

interface Given {
  event: HistoryEventReply;
  isLater: boolean;
  isOpen: boolean;
  open: (isOpen: boolean) => void;
}

/** What could be asked about it: had nobody ordered that, had this runner not been silent. */
function otherwise(event: HistoryEventReply): string | null {
  if (event.type === 'HeartbeatMissed') return `alive=${encodeURIComponent(String(event.data.runner))}`;
  return canBeLeftOut(event) ? `without=${event.version}` : null;
}

/** One event in words; as it is stored, with its hash, when asked for. */
export function Happened({ event, isLater, isOpen, open }: Given) {
  const [, change] = useQuery();
  const { version, type, words, meta } = event;
  const question = otherwise(event);
  return (
    <li class={isLater ? 'later' : ''}>
      <span class="when">
        <Clock at={meta.at} precise />
      </span>
      <span class="what">
        <Text of={said(words)} />
      </span>
      <span class="do">
        {question && (
          <a
            class="plain"
            href={`/groups/${encodeURIComponent(event.group)}/what-if?${question}`}
            aria-label={`What if not event ${version}`}
          >
            what if not
          </a>
        )}
        <button
          type="button"
          class="plain"
          onClick={() => change({ at: meta.at }, true)}
          aria-label={`As it was at event ${version}`}
        >
          as it was
        </button>
        <button
          type="button"
          class="plain"
          aria-expanded={isOpen}
          onClick={() => open(!isOpen)}
          aria-label={`Raw event ${version}`}
        >
          {version} {isOpen ? '▴' : '▾'}
        </button>
      </span>
      {isOpen && (
        <div class="raw">
          <p>
            {type}, hash <code>{meta.hash}</code>
          </p>
          <pre tabIndex={0}>
            <bdo dir="ltr">{plain(JSON.stringify({ ...event, words: undefined }, null, 2))}</bdo>
          </pre>
        </div>
      )}
    </li>
  );
}
