import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { WriteReply } from '@conclave/contract';
import type { Role } from '@conclave/access';
import {
  CommandRefused,
  GroupCommand,
  sendBy,
  type Order,
  type Preview,
  type Receipt,
} from '@conclave/coordination';
import { inSpan } from '../../tracing/trace.js';
import { appendInWords } from '@conclave/audit';
import {
  proposalOf,
  type ElectionCommand,
  type GroupState,
  type Id,
  type RecordedEvent,
} from '@conclave/election';
import type { Node, Tried } from '@conclave/node';
import { leaderBody } from '@conclave/views';
import type { AnyCommandRoute, Given } from './command-route.js';
import { Goodbyes } from './goodbyes.js';
import { heed } from '../edge/heed.js';
import { callerOf, checkSpeaksFor, operatorOf } from '../access/callers.js';
import type { Limits } from '../../environment/limits.js';
import { checkLimits } from './check-limits.js';
import { carryOutOnceMore } from './once-more.js';
import { orderOf } from './order-of.js';
import { tag } from '../edge/reads.js';

/** The one place where a request becomes a command on Nest's bus, and its receipt an answer. */
export class Writes {
  readonly goodbyes: Goodbyes;

  constructor(
    private readonly bus: CommandBus,
    private readonly node: Node,
    private readonly limits: Limits,
  ) {
    this.goodbyes = new Goodbyes(
      node,
      sendBy(async (...given) => this.send(...given)),
    );
  }

  /** Carries out what a route takes, or with `?dryRun=true` says what it would do. */
  async perform(
    route: AnyCommandRoute,
    given: Given<{ g: Id }, object | undefined, { dryRun?: string }>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<unknown> {
    const { g } = given.params;
    const { dryRun = 'false', ...query } = given.query;
    const { certificate, ...content } = { ...given.body, ...query } as {
      certificate?: string;
      reason?: string;
      ifTerm?: number;
    };
    if (certificate !== undefined) await heed(this.node, g, certificate);
    const actor = route.actor?.(request, given) ?? operatorOf(request, g);
    checkActor(actor, request, given, route.also);
    await route.before?.(this, given, actor);
    const order = { ...orderOf(request, g, actor, content), ...(await route.facts?.(this.node, given)) };
    const command = route.toCommand(given, order);
    await checkLimits(this.node, this.limits, g, command, order);
    const isDryRun = dryRun === 'true';
    const tried = { group: g, command, order, isDryRun };
    if (isDryRun) {
      const preview = await this.noting(tried, this.node.repository.preview(g, command, order));
      this.node.records.attempts.note({ ...tried, refused: null });
      const foretold =
        'changed' in preview ? { ...(await this.answered(preview)), dryRun: true } : this.previewed(preview);
      return { ...foretold, ...waiting(command, order, preview, preview.before) };
    }
    const receipt = await this.noting(tried, this.send(g, command, order));
    const again = async () => carryOutOnceMore(receipt, order, async (next) => this.send(g, command, next));
    const latest = (await route.then?.(this.node, given, { actor, receipt, again })) ?? receipt;
    const isNew = receipt.changed && route.existed !== undefined && !route.existed(receipt.before, given);
    tag(reply.status(isNew ? 201 : 200), latest.state.version);
    return route.reply
      ? route.reply.of(receipt, given, this.node, callerOf(request))
      : { ...(await this.answered(receipt, latest)), ...waiting(command, order, receipt, latest.state) };
  }

  /** What is refused leaves no event: it is written down apart. */
  private async noting<T>(tried: Omit<Tried, 'refused'>, outcome: Promise<T>): Promise<T> {
    try {
      return await outcome;
    } catch (error) {
      if (error instanceof CommandRefused)
        this.node.records.attempts.note({ ...tried, refused: { code: error.code, detail: error.message } });
      throw error;
    }
  }

  private async send(group: Id, command: ElectionCommand, order: Order): Promise<Receipt> {
    return inSpan(command.type, async () => this.bus.execute(new GroupCommand(group, command, order)));
  }

  private previewed({ before, state, position, events }: Preview): WriteReply {
    const words = appendInWords({ events, before });
    return {
      changed: events.length > 0,
      dryRun: true,
      version: state.version,
      position,
      leader: this.leader(state, position),
      events: events.map(({ position: _position, meta: { id: _id, hash: _hash, ...meta }, ...event }, n) => ({
        ...event,
        meta,
        words: words[n]!,
      })),
    };
  }

  /** `latest`: what the group is after all that followed from it. */
  private async answered(receipt: Receipt, latest = receipt): Promise<WriteReply> {
    const { changed } = receipt;
    const { state, position } = latest;
    const recorded = await this.node.repository.recorded(state.id, receipt);
    const words = await this.inWords(recorded, receipt);
    const events = recorded.map((event, n) => ({ ...event, words: words[n] ?? event.type }));
    return { changed, version: state.version, position, events, leader: this.leader(state, position) };
  }

  /** Of a repeat, what was decided first may be long ago: the history tells it. */
  private async inWords(events: readonly RecordedEvent[], { before, state }: Receipt): Promise<string[]> {
    const first = events[0]?.version;
    if (first === undefined) return [];
    if (first === before.version + 1) return appendInWords({ events, before });
    const head = this.node.head(state.id);
    if (!head || head.state.deleted) return []; // its history is gone
    const append = await this.node.history.appendAt(state.id, first);
    return append ? appendInWords(append) : [];
  }

  private leader(state: GroupState, position: string): WriteReply['leader'] {
    return leaderBody(state, position, this.node.time.now(state.id));
  }
}

/** Also of a repeat, which records nothing: it must not read as if it were so already. */
function waiting(
  command: ElectionCommand,
  { actor, commandId }: Order,
  decided: Preview | Receipt,
  after: GroupState,
): { proposal?: string } {
  // of a repeat its own, whatever the group asks for by now, and whatever waits that is like it
  const isRepeat = 'changed' in decided && !decided.changed && decided.count > 0;
  const proposal = isRepeat
    ? after.proposals.find(({ id }) => id === commandId)
    : proposalOf(command, actor, { before: decided.before, after });
  return proposal ? { proposal: proposal.id } : {};
}

/** Whoever speaks for a runner must be it; a join token speaks for whom it lets join. */
function checkActor(
  actor: string,
  request: FastifyRequest,
  { params, body, query }: Given<{ g: Id }, object | undefined, object>,
  also: readonly Role[] = [],
): void {
  if (!actor.startsWith('runner:')) return;
  const { incarnation } = { ...query, ...body } as { incarnation?: string };
  const runner = actor.slice('runner:'.length);
  const joining = also.filter((role) => role === 'join');
  checkSpeaksFor(callerOf(request), { group: params.g, runner, incarnation }, joining);
}
