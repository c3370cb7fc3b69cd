import { appendInWords } from '@conclave/audit';
import type { Append, GroupListener, RecordedEvent } from '@conclave/election';
import type { Logger } from './logger.js';

/** That nobody leads needs a person, unless a person wanted it. */
const levelOf = ({ type, data }: RecordedEvent): 'info' | 'warn' =>
  type === 'GroupLeaderless' && !data.paused ? 'warn' : 'info';

/**
 * One line for each decision, at the server that took it: of several that share a log exactly one says it. A beat
 * decides nothing and says nothing.
 */
export class DecisionLog implements GroupListener {
  constructor(
    private readonly logger: Logger & { isLevelEnabled(level: string): boolean },
    private readonly instance: string,
    /** False while what is read happened before the start. */
    private readonly isLive: () => boolean,
  ) {}

  changed(append: Append): void {
    const { events, before } = append;
    if (events[0]!.meta.instance !== this.instance || !this.isLive()) return;
    const levels = events.map(levelOf);
    if (!levels.some((level) => this.logger.isLevelEnabled(level))) return; // words cost more than the rest
    const words = appendInWords(append);
    const group = before.id;
    events.forEach(({ type, version, data, meta }, n) => {
      const { actor, reason, correlationId } = meta;
      const { runner, term } = data as { runner?: string; term?: number };
      const about = { group, version, type, runner, term, actor, correlationId, ...(reason && { reason }) };
      this.logger[levels[n]!](about, `${group}: ${words[n]!}`);
    });
  }
}
