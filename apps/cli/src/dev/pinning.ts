import type { GroupReply, WriteReply } from '@conclave/contract';
import { endInWords, personInWords } from '@conclave/election';
import { CliError } from '../remote/cli-error.js';
import { request, type Reach, type Wish } from '../remote/client.js';
import { patiently, RESTART_MS } from '../remote/patiently.js';
import { say } from '../remote/telling.js';
import { isYes } from '../terminal/asking.js';
import { isAtTerminal } from '../terminal/confirming.js';
import { groupPath } from '../terminal/options.js';

type Pin = NonNullable<GroupReply['pin']>;
const POLL_MS = 250;
/** Until the runner is registered, and while others change the group at the same moment. */
const ATTEMPTS = 200;
const REASON_MOST = 500;
/** At the end of a reason: whose pin it was at first stands before. */
const RESTORED = ', restored by conclave dev)';

/**
 * The pin of somebody else that would have to go, once it is agreed; null: there is none. Rejects with {@link CliError}
 * before anything is changed.
 */
export async function pinToReplace(wish: Wish, group: string, runner: string): Promise<Pin | null> {
  const pin = await pinOf(wish, group);
  if (!pin || pin.runner === runner) return null;
  const there = `"${group}" is ${inWords(pin)}`;
  if (!wish.yes) {
    if (!isAtTerminal(wish))
      throw new CliError(
        3,
        `${there}. It is left as it is; with --yes it is replaced, and restored at the end.`,
      );
    if (!(await isYes(`${there}. Replace it while you develop? It is restored at the end.`)))
      throw new CliError(3, 'not confirmed; nothing was changed.');
  }
  say(`${there}; should this process be killed, restore it yourself: ${commandFor(group, pin)}`);
  return pin;
}

async function pinOf(reach: Reach, group: string): Promise<Pin | null> {
  try {
    return (await request<GroupReply>(reach, 'GET', groupPath(group))).pin;
  } catch (error) {
    if (error instanceof CliError && error.details.code === 'group-unknown') return null; // registering makes it
    throw error;
  }
}

const inWords = ({ runner, mode, actor, reason, ...end }: Pin): string =>
  `pinned to "${runner}" (${mode}) by ${personInWords(actor)}${reason ? `: ${reason}` : ''}${endInWords(end)}`;
/** With what it stood for: an end that is left out would be none. */
const commandFor = (group: string, { runner, mode, reason, expiresAt, until }: Pin): string =>
  [
    `conclave pin ${group} ${runner} --mode ${mode}`,
    ...(expiresAt ? [`--for ${Math.max(1, Math.ceil((Date.parse(expiresAt) - Date.now()) / 60_000))}m`] : []),
    ...(until ? [`--until-gone ${until.runnerGone}`] : []),
    ...(reason ? [`--reason '${reason.replaceAll("'", `'\\''`)}'`] : []),
  ].join(' ');
const isSame = (one: Pin | null, other: Pin | null): boolean => JSON.stringify(one) === JSON.stringify(other);

/** The strict pin to a developer's machine, which goes with its runner; and the one that stood there before. */
export class DevPin {
  isSet = false;
  private isOver = false;
  private proposal: string | null = null;
  /** It may stand although no answer said so. */
  private wasAsked = false;

  constructor(
    private readonly reach: Reach,
    private readonly about: { group: string; runner: string; silentMs: number },
    private readonly replaced: Pin | null,
  ) {}

  private get path(): string {
    return groupPath(this.about.group);
  }

  /** Nothing is waited for any more. */
  giveUp(): void {
    this.isOver = true;
  }

  /**
   * Resolves when only this runner may lead, or it was given up. Rejects with {@link CliError} if somebody has pinned
   * another meanwhile, or if a second person is needed and does not want it.
   */
  async set(): Promise<void> {
    const { group, runner, silentMs } = this.about;
    const body = { runner, mode: 'strict', until: { runnerGone: runner, silentMs }, reason: 'conclave dev' };
    for (let attempt = 1; !this.isOver; attempt++) {
      try {
        const { pin, version } = await this.group();
        if (pin && pin.runner !== runner && !isSame(pin, this.replaced))
          throw new CliError(3, `"${group}" is ${inWords(pin)}, since a moment ago. It is left as it is.`);
        const only = { 'if-match': `"${version}"` };
        this.wasAsked = true;
        const answer = await request<WriteReply>(this.reach, 'PUT', `${this.path}/pin`, body, only);
        this.proposal = answer.proposal ?? null;
        return await this.approved();
      } catch (error) {
        const code = error instanceof CliError ? error.details.code : '';
        if (attempt >= ATTEMPTS || !/-unknown$|^version-conflict$/.test(code)) throw error;
        await pause();
      }
    }
  }

  /** In a group that wants two people a pin is only proposed at first. */
  private async approved(): Promise<void> {
    const { group, runner } = this.about;
    this.isSet = this.proposal === null;
    let isTold = false;
    while (this.proposal !== null && !this.isOver) {
      const { pin, proposals = [] } = await this.group();
      const waiting = proposals.find(({ id }) => id === this.proposal);
      if (!waiting) {
        this.proposal = null;
        this.isSet = pin?.runner === runner;
        if (!this.isSet)
          throw new CliError(
            3,
            `the pin to "${runner}" was not approved: it was withdrawn, or nobody did in time.`,
          );
      } else if (!isTold) {
        say(
          `"${group}" wants two people: the pin to "${runner}" is only proposed, and nobody stands by yet. Waiting until ${waiting.expiresAt} for somebody else to approve it: conclave approve ${group} ${waiting.id} (Ctrl-C withdraws it)`,
        );
        isTold = true;
      }
      if (this.proposal !== null) await pause();
    }
  }

  /**
   * The pin itself goes with the runner; what it replaced comes back, unless it was to be kept or others changed it.
   * False if that failed; it was told.
   */
  async end(isKept: boolean): Promise<boolean> {
    const { group } = this.about;
    try {
      if (this.proposal !== null) await this.withdraw(this.proposal);
      else if (this.replaced && isKept && this.isSet)
        say(
          `"${group}" was ${inWords(this.replaced)}; to restore that later: ${commandFor(group, this.replaced)}`,
        );
      else if (this.replaced && this.wasAsked) {
        const { replaced } = this;
        await patiently(async () => this.restore(replaced), RESTART_MS); // nobody else knows of it
      }
      return true;
    } catch (error) {
      say(
        `${(error as Error).message}${this.replaced ? ` To restore the pin: ${commandFor(group, this.replaced)}` : ''}`,
      );
      return false;
    }
  }

  private async withdraw(proposal: string): Promise<void> {
    await request(this.reach, 'POST', `${this.path}/proposals/${proposal}/withdraw`, {});
    say('the proposed pin is withdrawn');
  }

  private async restore(before: Pin): Promise<void> {
    const { group, runner } = this.about;
    const { pin } = await this.group();
    if (pin?.runner !== runner) return; // somebody has decided otherwise since
    if (before.expiresAt && Date.parse(before.expiresAt) <= Date.now())
      return say(`the pin to "${before.runner}" has expired meanwhile, and is not restored`);
    const reason = before.reason?.endsWith(RESTORED)
      ? before.reason
      : `${before.reason ?? ''} (of ${personInWords(before.actor)}${RESTORED}`.trim();
    const { proposal } = await request<WriteReply>(this.reach, 'PUT', `${this.path}/pin`, {
      runner: before.runner,
      mode: before.mode,
      reason: reason.slice(-REASON_MOST),
      ...(before.expiresAt && { expiresAt: before.expiresAt }),
      ...(before.until && { until: before.until }),
    });
    say(
      proposal === undefined
        ? `"${group}" is pinned to "${before.runner}" again`
        : `the pin to "${before.runner}" is proposed again, and waits for a second person: conclave approve ${group} ${proposal}`,
    );
  }

  private async group(): Promise<GroupReply> {
    return request(this.reach, 'GET', this.path);
  }
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, POLL_MS));
