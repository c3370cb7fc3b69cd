import type { FastifyRequest } from 'fastify';
import type { Caller } from '@conclave/access';
import { BatchedBeat, type BatchReply, type HeartbeatReply } from '@conclave/contract';
import { giveWay } from '@conclave/kernel';
import type { Arrival, Beat, Key, Presence } from '@conclave/presence';
import type { Counts } from '../../metrics/counts.js';
import { callerOf, checkSpeaksFor, speakerIn } from '../access/callers.js';
import { hashOfSecret } from '../edge/headers.js';
import type { Problem } from '../edge/problem-of.js';
import { validAtOnce } from '../edge/validation.js';
import { beatOf } from './beat-of.js';
import { settle } from './settle.js';

/** Beats that are heard at once. */
const IN_A_ROW = 50;
/** Those that are three numbers. */
const SHORT_IN_A_ROW = 250;

export interface BatchParts {
  request: FastifyRequest;
  reception: Presence['reception'];
  counts: Counts;
  /** As one alone. */
  hear: (
    beat: Beat,
    certificate: string | undefined,
    arrival: Arrival,
  ) => HeartbeatReply | Promise<HeartbeatReply>;
  problemOf: (error: unknown) => Problem;
}
type Reply = BatchReply['replies'][number];
type Answer = Reply | Promise<Reply>;

/** Beats of one request, each heard and answered by itself, in order. */
export class Batch {
  private arrival: Arrival;
  /** By which the caller speaks for runners. */
  private readonly rights: string = '';

  /** `key`: that the numbers of short beats came with; undefined: who asks says none, and gets none. */
  constructor(
    private readonly p: BatchParts,
    private key: Key | null | undefined,
  ) {
    this.arrival = p.reception.arrival();
    if (key !== undefined) this.rights = rightsOf(callerOf(p.request));
  }

  async hearAll(beats: readonly unknown[]): Promise<Answer[]> {
    const { reception } = this.p;
    const answers: Answer[] = [];
    for (let from = 0; from < beats.length; from += IN_A_ROW) {
      await giveWay('beats'); // also small ones, or a leader who beats for itself waits for all batches before
      this.arrival = reception.arrival();
      const row = beats.slice(from, from + IN_A_ROW);
      reception.readAhead(row);
      for (const one of row) answers.push(this.answer(one));
    }
    return answers;
  }

  private answer(one: unknown): Answer {
    const act = (): Answer => {
      const said = validAtOnce(BatchedBeat, one);
      const speaker = speakerIn(this.p.request, said.credential);
      return speaker instanceof Promise
        ? speaker.then((known) => this.hear(said, known))
        : this.hear(said, speaker);
    };
    return settle(act, asItIs, this.refused);
  }

  private hear(said: BatchedBeat, speaker: Caller): Answer {
    checkSpeaksFor(speaker, said);
    const { group, runner, secret, certificate, credential } = said;
    const secretHash = secret === undefined ? undefined : hashOfSecret(secret);
    const beat = beatOf(group, runner, said, secretHash, speaker.auth);
    return this.answerTo(beat, credential === undefined, certificate);
  }

  /** `mayBeShort`: it speaks by what every request shows, and nothing more. */
  private answerTo(beat: Beat, mayBeShort: boolean, certificate?: string): Answer {
    const answered = (reply: HeartbeatReply): Reply => {
      this.p.counts.beat(reply.role);
      const one = reply as HeartbeatReply & { status: 200; number?: number }; // made for this beat; a copy takes its time
      one.status = 200;
      if (this.key === undefined || !mayBeShort || reply.role !== 'standby') return one;
      const { short } = this.p.reception;
      this.key ??= short.newKey();
      const number = short.give(beat, reply, this.key, this.rights);
      if (number !== undefined) one.number = number;
      return one;
    };
    return settle(() => this.p.hear(beat, certificate, this.arrival), answered, this.refused);
  }

  private refused = (error: unknown): Problem => {
    const problem = this.p.problemOf(error);
    this.p.counts.beat(problem.code);
    return problem;
  };

  /** `numbers`: number, sequence and version of each, one behind the other. `inFull`: those whose answers may bring numbers. */
  async hearShort(
    numbers: readonly number[],
    inFull: readonly Answer[],
  ): Promise<NonNullable<BatchReply['short']>> {
    const { request, reception, counts } = this.p;
    const caller = callerOf(request);
    const [shown, unknown] = [this.key, [] as number[]];
    const changed: [at: number, Answer][] = [];
    for (let from = 0; from < numbers.length; from += 3 * SHORT_IN_A_ROW) {
      await giveWay('beats');
      this.arrival = reception.arrival();
      const to = Math.min(from + 3 * SHORT_IN_A_ROW, numbers.length);
      let same = 0;
      for (let n = from; n < to; n += 3) {
        const [number, sequence, version] = [numbers[n]!, numbers[n + 1]!, numbers[n + 2]!];
        const standby = shown && reception.short.find(number, shown);
        if (!standby) unknown.push(n / 3);
        else if (
          standby.rights === this.rights &&
          reception.short.hear(standby, sequence, version, this.arrival)
        )
          same++;
        else {
          const { auth } = caller;
          const act = (): Answer => {
            checkSpeaksFor(caller, standby.beat);
            return this.answerTo({ ...standby.beat, sequence, acked: sequence - 1, auth }, true);
          };
          changed.push([n / 3, settle(act, asItIs, this.refused)]);
        }
      }
      counts.beat('standby', same); // who was told nothing new
    }
    const replies: [number, Reply][] = [];
    for (const [at, answer] of changed) replies.push([at, await answer]);
    for (const answer of inFull) await answer; // the first number of all may be one of those, and the key comes with it
    return { key: this.key?.text ?? null, changed: replies, unknown };
  }
}

/** All that {@link checkSpeaksFor} looks at. */
const rightsOf = ({ grants, incarnation }: Caller): string => JSON.stringify([grants, incarnation]);

const asItIs = (reply: Reply): Reply => reply;
