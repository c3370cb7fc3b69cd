import { Attempt, type ProblemCode } from '@conclave/contract';
import { ATTEMPTS_STREAM, STORED_FORM, type ElectionCommand, type Id } from '@conclave/election';
import { isOwn, Retention, type Consumer, type EventStore, type StoredAppend } from '@conclave/event-store';
import { isoOf, randomUuid, type Clock } from '@conclave/kernel';
import type { Order } from '@conclave/coordination';
import { Budget } from '../pace/budget.js';
import type { Logger } from '../reporting/logger.js';

const COMMAND_ATTEMPTED = 'CommandAttempted';
const KEEP_MS = 7 * 86_400_000;
/** At least so many are remembered, by every server; what is older stands in the log for a week. */
const SHOWN = 1_000;
/** More than that before some are forgotten. */
const MORE = 100;
/** So many in a row are written down, then one in a while: whoever tries all day must not fill the store. */
const AT_ONCE = 100;
const AGAIN_MS = 5_000;
/** So many people have a budget of their own at a time. */
const MOST_PEOPLE = 1_000;

/** Who shares a budget: a person whose credential was looked at has one alone, so nobody hides what another one tries. */
const shareOf = (actor: string): string => (actor.startsWith('operator:') ? actor : actor.split(':')[0]!);

/** The oldest of whoever tried most go first: who tries all day must not make what others tried be forgotten. */
function lastOf(known: readonly Attempt[]): Attempt[] {
  const byShare = [...Map.groupBy(known, ({ actor }) => shareOf(actor)).values()];
  const dropped = new Set<Attempt>();
  const left = new Map(byShare.map((own) => [own, own.length]));
  for (let n = known.length; n > SHOWN; n--) {
    const most = byShare.reduce((a, b) => (left.get(b)! > left.get(a)! ? b : a));
    dropped.add(most[most.length - left.get(most)!]!);
    left.set(most, left.get(most)! - 1);
  }
  return known.filter((attempt) => !dropped.has(attempt));
}

/** What was tried: refused, or only asked about. */
export interface Tried {
  group: Id;
  command: ElectionCommand;
  order: Pick<Order, 'actor' | 'auth' | 'reason' | 'correlationId'>;
  /** Null: a dry run that would have been carried out. */
  refused: { code: ProblemCode; detail: string } | null;
  isDryRun: boolean;
}

/** Who tried what, and why it was refused: commands that left no event. Nobody waits for it, and it may have gaps. */
export class Attempts implements Consumer {
  private known: Attempt[] = [];
  private readonly retention: Retention;
  private readonly budgets = new Map<string, Budget>();
  private omitted = 0;

  constructor(
    private readonly store: Pick<EventStore, 'publish' | 'expire'>,
    private readonly clock: Clock,
    private readonly instance: string,
    private readonly logger: Pick<Logger, 'info'>,
  ) {
    this.retention = new Retention(store, clock, ATTEMPTS_STREAM, KEEP_MS);
  }

  note({ group, command, order, refused, isDryRun }: Tried): void {
    if (!this.mayWrite(order.actor)) {
      this.omitted++;
      return;
    }
    const { actor, auth, reason, correlationId } = order;
    const { instance, omitted } = this;
    this.omitted = 0;
    const data: Attempt = {
      at: isoOf(this.clock.wallMs()),
      group,
      actor,
      ...(auth && { auth }),
      reason,
      command,
      isDryRun,
      code: refused?.code ?? null,
      detail: refused?.detail ?? null,
      correlationId,
      instance,
      omitted,
    };
    if (refused && !isDryRun) {
      const { code, detail } = refused;
      const told = { group, type: command.type, actor, code, correlationId, omitted };
      this.logger.info(told, `${group}: ${command.type} of ${actor} was refused: ${detail}`);
    }
    const event = { id: randomUuid(), type: COMMAND_ATTEMPTED, data, meta: { v: STORED_FORM, at: data.at } };
    this.store.publish(ATTEMPTS_STREAM, event).catch(() => (this.omitted += 1 + omitted));
    this.retention.tick(() => undefined); // tried again
  }

  private mayWrite(actor: string): boolean {
    const nowMs = this.clock.monotonicMs();
    if (this.budgets.size >= MOST_PEOPLE) this.budgets.clear();
    const share = shareOf(actor);
    const budget = this.budgets.get(share) ?? new Budget(AT_ONCE, AGAIN_MS, nowMs);
    this.budgets.set(share, budget);
    return budget.spend(nowMs);
  }

  apply({ stream, events }: StoredAppend): void {
    if (stream !== ATTEMPTS_STREAM) return;
    for (const { type, data, meta } of events) {
      const attempt = Attempt.safeParse(data);
      if (type === COMMAND_ATTEMPTED && isOwn({ meta }) && attempt.success) this.known.push(attempt.data);
    }
    if (this.known.length > SHOWN + MORE) this.known = lastOf(this.lasting);
  }

  /** Names in what is older are gone from the log, too. */
  private get lasting(): Attempt[] {
    const before = isoOf(this.clock.wallMs() - KEEP_MS);
    return this.known.filter(({ at }) => at >= before);
  }

  /** The newest first. */
  get all(): readonly Attempt[] {
    return this.lasting.toReversed();
  }

  saved(): Attempt[] {
    return this.lasting;
  }
  restore(attempts: Attempt[]): void {
    this.known = attempts;
  }
}
