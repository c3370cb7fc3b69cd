import { appendInWords } from '@conclave/audit';
import {
  decide,
  evolveBy,
  heldBy,
  initialState,
  isoOfMs,
  occurrenceOf,
  nextDeadlineMs,
  type ElectionCommand,
  type GroupState,
  type RecordedEvent,
} from '@conclave/election';
import { inc } from '@conclave/processes';

// A scenario is a text: lines like `12:00:05 ana: taint r1 disk for=60s`, and under each, indented, what
// happened in words. REWRITE=1 writes what happens now: read the difference before you commit it.

const DAY = '2026-11-24T';
const LINE = /^(\d\d:\d\d:\d\d)(?: (\w+):)? (.+)$/;

const durationMs = (text: string): number =>
  Number.parseFloat(text) * { s: 1_000, m: 60_000, h: 3_600_000 }[text.at(-1) as 's' | 'm' | 'h'];

class Story {
  state: GroupState = initialState('deploy');
  private readonly lives = new Map<string, number>();
  private commands = 0;
  private nowMs = 0;

  /** What a line does, in words. */
  tell(line: string): string[] {
    const [, time, person, wish] = LINE.exec(line) ?? [];
    if (!wish) throw new Error(`a line is a time, perhaps a person, and a wish; not "${line}"`);
    const atMs = Date.parse(`${DAY}${time}.000Z`);
    if (atMs < this.nowMs) throw new Error(`time goes back at "${line}"`);
    const passed = this.pass(atMs);
    if (wish === 'time passes') return passed.length > 0 ? passed : ['nothing'];
    return [...passed, ...this.carryOut(this.commandOf(wish), person ? `operator:${person}` : 'system')];
  }

  /** Whatever comes due on the way happens at its own time. */
  private pass(untilMs: number): string[] {
    const said: string[] = [];
    for (let dueMs = this.due(); dueMs !== null && dueMs <= untilMs; dueMs = this.due()) {
      this.nowMs = dueMs;
      const words = this.carryOut({ type: 'Reconcile', cause: 'cooldown-over' }, 'system:deadlines');
      if (words[0] === 'nothing') break;
      said.push(...words.map((text) => `${isoOfMs(dueMs).slice(11, 19)} ${text}`));
    }
    this.nowMs = untilMs;
    return said;
  }

  private due(): number | null {
    return this.nowMs === 0 ? null : nextDeadlineMs(this.state, this.nowMs);
  }

  private carryOut(command: ElectionCommand, actor: string): string[] {
    const commandId = `command ${++this.commands}`;
    const occasion = { at: isoOfMs(this.nowMs), actor, reason: null, commandId };
    const decision = decide(command, this.state, occasion);
    if ('rejection' in decision)
      return [`refused (${decision.rejection.code}): ${decision.rejection.detail}`];
    if (decision.events.length === 0) return ['nothing'];
    const before = this.state;
    const events = decision.events.map((event, n) => ({
      ...occurrenceOf(event, occasion),
      group: before.id,
      version: before.version + 1 + n,
      position: '0',
    })) as unknown as RecordedEvent[];
    this.state = evolveBy(before, events);
    return appendInWords({ events, before });
  }

  private incarnationOf(runner: string): string {
    return inc(runner, this.lives.get(runner) ?? 1);
  }

  private commandOf(wish: string): ElectionCommand {
    const [verb = '', ...rest] = wish.split(' ');
    const words = rest.filter((word) => !word.includes('='));
    const values = new Map(
      rest.filter((word) => word.includes('=')).map((word) => word.split('=') as [string, string]),
    );
    const ttlMs = values.has('for') ? durationMs(values.get('for')!) : null;
    const lifetime = { expiresAt: null, ttlMs, until: null };
    const [runner = '', second = ''] = words;
    const incarnation = this.incarnationOf(runner);
    const { leaseMs } = this.state.settings;
    const lastSeenAt = isoOfMs(this.nowMs - leaseMs);
    const facts = { lastSeenAt, leaseMs, deafMs: 0 };
    switch (verb) {
      case 'configure': {
        const read = (text: string): unknown =>
          /^\d+$/.test(text) ? Number(text) : text === 'on' ? {} : text === 'off' ? null : text;
        return {
          type: 'ConfigureGroup',
          settings: Object.fromEntries([...values].map(([k, v]) => [k, read(v)])),
        };
      }
      case 'register':
        return this.register(runner, words, values);
      case 'restart':
        this.lives.set(runner, (this.lives.get(runner) ?? 1) + 1);
        return this.register(runner, words, values, words.includes('exited') ? incarnation : null);
      case 'back':
        return {
          type: 'ActivateRunner',
          runner,
          incarnation,
          heardAtVersion: 1e9,
          lastSeenAt: null,
          silentMs: 60_000,
        };
      case 'silent': {
        const held = heldBy(this.state, { runner, incarnation });
        const silent = { ...facts, silentMs: leaseMs };
        if (held && this.state.settings.failover === 'lease')
          return { type: 'ReportLeaseExpired', term: held.term, ...silent };
        return {
          type: 'ReportSilence',
          runner,
          incarnation,
          term: held?.term ?? null,
          evidence: 'silence',
          ...silent,
        };
      }
      case 'disconnected': {
        const term = heldBy(this.state, { runner, incarnation })?.term ?? null;
        return {
          type: 'ReportSilence',
          runner,
          incarnation,
          term,
          evidence: 'connection-lost',
          ...facts,
          silentMs: 250,
        };
      }
      case 'lease-over':
        return { type: 'ReportLeaseExpired', term: this.state.term, ...facts, silentMs: 0 };
      case 'release':
        return {
          type: 'ReleaseLeadership',
          runner,
          incarnation,
          term: Number(values.get('term') ?? this.state.term),
        };
      case 'resign':
        return { type: 'ResignLeadership', runner, incarnation, term: this.state.term, cooldownMs: ttlMs };
      case 'deregister':
        return {
          type: 'DeregisterRunner',
          runner,
          incarnation: words.includes('itself') ? incarnation : null,
        };
      case 'taint':
        return {
          type: 'TaintRunner',
          runner,
          key: second,
          effect: (words[2] ?? 'NoLead') as 'NoLead',
          ...lifetime,
        };
      case 'untaint':
        return { type: 'UntaintRunner', runner, key: second, cause: 'request' };
      case 'forgive':
        return { type: 'ForgiveRunner', runner };
      case 'pin':
        return {
          type: 'PinLeader',
          runner,
          mode: words.includes('prefer') ? 'prefer' : 'strict',
          ...lifetime,
        };
      case 'approve':
        return { type: 'ApproveOrder', proposal: this.state.proposals[0]?.id ?? inc('none') };
      case 'withdraw':
        return { type: 'WithdrawOrder', proposal: this.state.proposals[0]?.id ?? inc('none') };
      case 'unpin':
        return { type: 'UnpinLeader' };
      case 'pause':
        return { type: 'PauseElections', expiresAt: null, ttlMs };
      case 'drain':
        return { type: 'DrainGroup', expiresAt: null, ttlMs };
      case 'resume':
        return { type: 'ResumeElections' };
      case 'transfer': {
        const deadlineMs = values.has('within') ? durationMs(values.get('within')!) : null;
        const transfer = inc('move', this.state.version);
        return {
          type: 'TransferLeadership',
          transfer,
          to: values.get('to') ?? null,
          force: words.includes('force'),
          deadlineMs,
        };
      }
      default:
        throw new Error(`"${verb}" is no command of a scenario`);
    }
  }

  private register(
    runner: string,
    words: string[],
    values: Map<string, string>,
    previousExited: string | null = null,
  ): ElectionCommand {
    const priority = values.has('priority') ? Number(values.get('priority')) : undefined;
    return {
      type: 'RegisterRunner',
      runner,
      incarnation: this.incarnationOf(runner),
      ready: words.includes('ready'),
      previousExited,
      priority,
    };
  }
}

/** The same text, with what happens now under each command. */
export function tell(text: string): string {
  const story = new Story();
  const lines = text.split('\n').filter((line) => !line.startsWith('    '));
  return lines
    .flatMap((line) =>
      LINE.test(line) ? [line, ...story.tell(line).map((words) => `    ${words}`)] : [line],
    )
    .join('\n');
}
