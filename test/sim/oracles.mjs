// What must hold, seen from outside.
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { termFaults } from '../chaos/checker.mjs';

/** What judges must not be what is judged: mutants are judged by what was not changed. */
const dist = process.env.SIM_ORACLE_DIST ?? resolve('dist');
const { GroupVerifier, LogVerifier } = await import(`${dist}/libs/audit/src/index.js`);
const { groupOf } = await import(`${dist}/libs/election/src/index.js`);

const MOST_AHEAD_MS = 5_500;

/** Who believes that it leads, and since when somebody does. */
export class Oracle {
  found = [];
  believing = new Map();
  acknowledged = [];
  /** Groups in which more than one believe, or did at the last look. */
  contested = new Set();
  /** Who led in which term, also in what a restored log has lost. */
  holders = new Map();
  /** Streams of groups that were fenced in what is lost. */
  lostFenced = new Set();
  constructor(world, log) {
    Object.assign(this, { world, log });
  }
  began(runner, process, incarnation, context) {
    const { group } = runner;
    const belief = { group, runner: runner.id, incarnation, process, context, fromMs: this.world.nowMs };
    const [term, holder] = [`${group} ${context.term}`, `${runner.id} ${incarnation}`];
    if ((this.holders.get(term) ?? holder) !== holder)
      this.fail(`G1: ${group}: term ${context.term} is of ${this.holders.get(term)} and of ${holder}`);
    this.holders.set(term, holder);
    const beliefs = this.believing.get(group) ?? new Set();
    this.believing.set(group, beliefs.add(belief));
    this.check(group);
    if (beliefs.size > 1) this.contest(group);
    return belief;
  }
  contest(group) {
    const isWatched = this.contested.size > 0;
    this.contested.add(group);
    if (!isWatched) this.watchClosely();
  }
  /** While somebody else's work has not ended, each moment may show two who believe. */
  watchClosely() {
    for (const group of this.contested) {
      this.check(group);
      if (!this.mayOverlap(group)) this.contested.delete(group);
    }
    if (this.contested.size > 0) this.world.at(20, this.world.god, () => this.watchClosely());
  }
  /** False: until somebody begins, no moment can show two whom {@link check} would complain of. */
  mayOverlap(group) {
    const terms = [...this.believing.get(group)].flatMap((belief) =>
      this.isOver(belief) ? [] : [belief.context.term],
    );
    const [, second] = terms.sort((a, b) => b - a);
    return second !== undefined && !this.wasFenced(group, second);
  }
  /** For good: what was told to stop is never told to go on. */
  isOver(belief) {
    return (!belief.process.isAlive || belief.context.signal.aborted) && !this.believes(belief);
  }
  /**
   * It was told to stop. If an order was the reason, nobody may follow before it has, unless its lease ends first: that
   * is left alone when it was near.
   */
  drains(belief, drainMs) {
    const { process, context } = belief;
    const leftMs = process.run(() => context.remainingMs());
    if (context.signal.reason?.stopCause === 'revoked' && leftMs > 3 * drainMs + 300)
      Object.assign(belief, { drainsUntilMs: process.monotonicMs() + drainMs, pauses: process.pauses });
  }
  ended(belief) {
    this.believing.get(belief.group).delete(belief);
  }
  died(process) {
    for (const beliefs of this.believing.values())
      for (const belief of beliefs) if (belief.process === process) beliefs.delete(belief);
  }
  /** Would it act if it were asked now? */
  believes(belief) {
    const { process, context, drainsUntilMs, pauses } = belief;
    if (!process.isAlive) return false;
    if (drainsUntilMs !== undefined)
      return pauses === process.pauses && process.monotonicMs() < drainsUntilMs;
    return process.run(() => (context.signal.aborted ? 0 : context.remainingMs())) > 0;
  }
  leaderOf(group) {
    return [...(this.believing.get(group) ?? [])].find((belief) => this.believes(belief)) ?? null;
  }
  /** Somebody leads it, or has not yet stopped to. */
  isWorkedFor(group) {
    return [...(this.believing.get(group) ?? [])].some(({ process }) => process.isAlive);
  }
  check(group) {
    const sure = [...(this.believing.get(group) ?? [])].filter((belief) => this.believes(belief));
    if (sure.length > 1 && !this.wasFenced(group, Math.min(...sure.map(({ context }) => context.term))))
      this.fail(
        `G2: ${group}: ${sure.map((b) => `${b.runner} in term ${b.context.term} (since ${b.fromMs.toFixed(0)} ms)`).join(' and ')} at ${this.world.nowMs.toFixed(0)} ms`,
      );
  }
  /** While it is fenced, nobody waits for the end of a lease: whoever led then may believe so for as long as that runs. */
  wasFenced(group, sinceTerm) {
    if (this.lostFenced.has(`group-${group}`)) return true;
    let isSince = this.log.generation > 0; // when that was is lost, perhaps
    let failover = 'lease';
    for (const { type, data } of this.log.streams.get(`group-${group}`) ?? []) {
      if (type === 'GroupConfigured') ({ failover } = data.settings);
      isSince ||= type === 'LeaderElected' && data.term === sinceTerm;
      if (isSince && failover === 'fenced') return true;
    }
    return false;
  }
  /** Of what a restored log does not have nothing can be asked but that no term comes twice. */
  lose(kept) {
    const ids = new Set(kept.map((event) => event?.id));
    for (const event of this.log.events)
      if (!ids.has(event?.id) && event?.data.settings?.failover === 'fenced')
        this.lostFenced.add(event.stream);
    this.acknowledged = this.acknowledged.filter(({ id }) => ids.has(id));
  }
  fail(what) {
    if (!this.found.includes(what)) this.found.push(what);
  }

  /** The log itself: terms, acknowledged events, every decision decided again. */
  judgeLog(events) {
    for (const fault of termFaults(events)) this.fail(fault);
    const ids = new Map(events.map((e) => [`${e.stream} ${e.version}`, e.id]));
    for (const { group, version, id } of this.acknowledged)
      if (ids.get(`group-${group}` + ` ${version}`) !== id)
        this.fail(`G6: ${group}: acknowledged event ${version} is not in the log`);
    // Nobody decides by a clock that is ahead: what people gave an end would be over too early, for everybody.
    for (const { stream, version, meta, writtenMs } of events)
      if (
        groupOf(stream) !== null &&
        Date.parse(meta.at) - writtenMs > MOST_AHEAD_MS + 0.01 * this.world.nowMs
      )
        this.fail(
          `time: ${stream} ${version} is of ${meta.at}, written at ${new Date(writtenMs).toISOString()}`,
        );
    const verifier = new LogVerifier();
    for (const event of events) verifier.take(event);
    const { log, groups } = verifier.finish();
    const found = (where) => (v) =>
      this.fail(
        `verify: ${where} ${v.version} ${v.rule}: ${JSON.stringify([v.recorded, v.expected]).slice(0, 400)}`,
      );
    log.forEach(found('log'));
    for (const { group, violations } of groups) violations.forEach(found(group));
    this.folded = new Map(groups.map(({ group, state }) => [group, state]));
  }

  /** What a server shows is what its log says, up to where it has read. */
  judgeServer({ name, node }, events) {
    for (const [group, state] of this.folded) {
      const shown = node.groups.get(group);
      if (isDeepStrictEqual(shown, state)) continue;
      if (!shown) {
        this.fail(`fold: ${name} does not show ${group}`);
        continue;
      }
      const verifier = new GroupVerifier(group);
      for (const event of events)
        if (event.stream === `group-${group}` && event.version <= shown.version) verifier.takeStored(event);
      verifier.finish();
      if (!isDeepStrictEqual(shown, verifier.state))
        this.fail(`fold: ${name} shows another ${group} than the log`);
    }
  }
}
