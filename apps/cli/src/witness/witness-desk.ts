import { decodeProtectedHeader } from 'jose';
import {
  COSIGNATURE_TYPE,
  GROUPS_MOST,
  lineDigest,
  MARKS_AT_ONCE,
  type CosignBody,
  type CosignatureStatement,
  type Cosigned,
  type ExtendBody,
  type KnownReply,
  type MarksPage,
  type Witnessed,
} from '@conclave/audit';
import { signed, type SigningKey } from '@conclave/node';
import { Drafts, type Draft } from './drafts.js';
import type { KeptLogs, Refusal } from './kept-logs.js';
import { WitnessRefusal } from './witness-refusal.js';

const LOGS_MOST = 100;
const iso = (ms: number): string => new Date(ms).toISOString();

/** Where checkpoints are shown, judged and co-signed. Every method throws {@link WitnessRefusal}. */
export class WitnessDesk {
  private readonly drafts = new Drafts();
  /** What was said last of a log that was refused: it comes again every minute. */
  private readonly said = new Map<string, string>();
  /** Logs of which the last refusal could not be kept. */
  private readonly unkept = new Set<string>();

  constructor(
    private readonly kept: KeptLogs,
    private readonly key: SigningKey,
    /** What an operator reads. */
    private readonly say: (words: string) => void,
    private readonly nowMs: () => number = Date.now,
  ) {}

  known(log: string): KnownReply {
    const { since, at, checkpoint, cosignature, statement, keys } = this.of(log);
    const { root, events, groups } = statement;
    const end = { version: keys.version, head: keys.hash };
    return { log, since, at, checkpoint, cosignature, root, events, groups, keys: end };
  }

  /** Groups after one, in their order. */
  marks(log: string, after: string): MarksPage {
    const { marks, statement } = this.of(log);
    const rest = [...marks.values()]
      .filter(({ group }) => group > after)
      .sort((a, b) => (a.group < b.group ? -1 : 1));
    const page = rest.slice(0, MARKS_AT_ONCE);
    return { root: statement.root, marks: page, next: rest.length > page.length ? page.at(-1)!.group : null };
  }

  private of(log: string): Witnessed {
    const found = this.kept.get(log);
    if (!found) throw new WitnessRefusal('log-unknown', `this witness has never co-signed a log ${log}`);
    return found;
  }

  async extend(log: string, body: ExtendBody): Promise<void> {
    const { part, keys, groups = [], marks = [] } = body;
    const draft = this.draftOf(log, body, part);
    draft.told++;
    if (keys) await this.judge(log, draft, draft.extension.takeKeys(keys));
    if (groups.length + marks.length === 0) return;
    await this.statementOf(log, draft); // who may not sign is not listened to
    if (marks.length > 0) await this.judge(log, draft, draft.extension.takeMarks(marks));
    for (const piece of groups) await this.judge(log, draft, draft.extension.takeGroup(piece));
  }

  async cosign(log: string, body: CosignBody): Promise<Cosigned> {
    const { checkpoint, parts } = body;
    const base = this.kept.get(log);
    if (base?.checkpoint === checkpoint) return replyOf(base); // the answer was lost
    const draft = this.draftOf(log, body, parts);
    const statement = await this.statementOf(log, draft);
    const next = draft.extension.finish(statement);
    if (typeof next === 'string') return this.refuse(log, draft, new WitnessRefusal('does-not-extend', next));
    const now = iso(this.nowMs());
    const at = base && base.at > now ? base.at : now; // somebody may have set the clock back
    const since = base?.since ?? at;
    const said: CosignatureStatement = { cosignature: 1, log, checkpoint: lineDigest(checkpoint), at, since };
    const cosignature = await signed(this.key, COSIGNATURE_TYPE, said);
    if (this.kept.get(log) !== base)
      throw new WitnessRefusal('begin-again', 'another checkpoint was co-signed meanwhile');
    const witnessed = { log, since, at, checkpoint, cosignature, statement, ...next };
    this.keep(log, witnessed); // before anybody hears of it
    this.drafts.drop(log, draft);
    if (!base)
      this.say(
        `log ${log}: first contact, taken as it is: ${statement.events} events of ${statement.groups} groups`,
      );
    else if (this.said.delete(log))
      this.say(`log ${log}: goes on from what was co-signed, and is co-signed again`);
    return replyOf(witnessed);
  }

  /** A disk that takes nothing is told once, here and to whoever asks. */
  private keep(log: string, witnessed: Witnessed): void {
    try {
      this.kept.keep(witnessed);
    } catch (error) {
      const why = `what is known of it cannot be kept (${whyNot(error)}), so it is not co-signed`;
      if (this.said.get(log) !== why) this.say(`log ${log}: ${why}`);
      this.said.set(log, why);
      throw new WitnessRefusal('full', why);
    }
  }

  private draftOf(log: string, { checkpoint, base: from }: CosignBody | ExtendBody, told: number): Draft {
    const base = this.kept.get(log);
    // of what is told from somewhere else nothing would fit, though nothing is wrong with the log
    if (from !== undefined && from !== (base ? lineDigest(base.checkpoint) : null))
      throw new WitnessRefusal('begin-again', 'another checkpoint was co-signed meanwhile');
    if (!base && this.kept.size >= LOGS_MOST)
      throw new WitnessRefusal('full', `this witness knows ${LOGS_MOST} logs, and takes no more`);
    return this.drafts.of(log, base, checkpoint, told, this.nowMs());
  }

  private async statementOf(log: string, draft: Draft): ReturnType<Draft['statement']> {
    const statement = await draft.statement().catch((error: unknown) => {
      if (!(error instanceof WitnessRefusal)) throw error;
      return this.refuse(log, draft, error);
    });
    if (statement.groups <= GROUPS_MOST) return statement;
    throw new WitnessRefusal('full', `a witness remembers ${GROUPS_MOST} groups of a log at the most`);
  }

  private async judge(log: string, draft: Draft, why: string | null): Promise<void> {
    if (why !== null) await this.refuse(log, draft, new WitnessRefusal('does-not-extend', why));
  }

  /** What is signed and does not fit is evidence, and told once; whatever else somebody sends is not. */
  private async refuse(log: string, draft: Draft, refusal: WitnessRefusal): Promise<never> {
    this.drafts.drop(log, draft);
    const { message: why } = refusal;
    const mayTell = (): boolean => this.said.get(log) !== why || this.unkept.has(log);
    if (draft.base && refusal.code !== 'invalid-request' && mayTell() && (await draft.isAuthentic())) {
      const isNews = this.said.get(log) !== why;
      if (isNews) this.say(`log ${log}: REFUSED: ${why}`);
      this.said.set(log, why);
      this.keepRefused(log, { at: iso(this.nowMs()), why, checkpoint: draft.checkpoint }, isNews);
    }
    throw refusal; // also on a full disk: what does not fit is more than that
  }

  private keepRefused(log: string, refusal: Refusal, isNews: boolean): void {
    try {
      this.kept.refused(log, refusal);
      this.unkept.delete(log);
    } catch (error) {
      if (isNews) this.say(`log ${log}: what was refused cannot be kept (${whyNot(error)})`);
      this.unkept.add(log);
    }
  }
}

/** Where is this machine's own business. */
const whyNot = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
};

const replyOf = ({ cosignature }: Witnessed): Cosigned => ({
  kid: decodeProtectedHeader(cosignature).kid!,
  cosignature,
});
