import type { JWK } from 'jose';
import type { AccessFile } from './access-file.js';
import { callerByCertificate, type ShownCertificate } from './certificates.js';
import { unauthenticated } from './errors.js';
import { Issuers } from './issuers.js';
import type { ReloadedFile, Reporter } from './reloaded-file.js';
import type { Caller } from './roles.js';
import { callerByCredential, isRunnerCredential } from './runner-credentials.js';
import { callerByToken, isStaticToken, type KeptToken } from './tokens.js';

export interface Shown {
  /** Header of that name. */
  authorization: string | undefined;
  certificate: ShownCertificate | null;
}
export interface Sources {
  tokens: ReloadedFile<ReadonlyMap<string, KeptToken>> | null;
  rules: ReloadedFile<AccessFile> | null;
  /** That servers of this log sign runners' own credentials with. */
  runnerKeys: () => JWK[];
  nowMs: () => number;
  reporter: Reporter;
}

/** So many credentials that somebody signed are remembered: to check a signature takes longer than to hear a beat. */
const REMEMBERED = 20_000;
/** A signed credential is checked again after this time: its key may have been revoked. */
const CHECK_AGAIN_MS = 10_000;

/** Says whom a request comes from. */
export class Access {
  private readonly proved = new Map<string, { caller: Caller; untilMs: number }>();
  private issuers: { generation: number; of: Issuers } | null = null;

  constructor(private readonly sources: Sources) {}

  /** At once, if it was asked lately. Throws or rejects with {@link AccessRefused}. */
  callerOf(shown: Shown): Caller | Promise<Caller> {
    try {
      const found = this.judge(shown);
      return found instanceof Promise
        ? found.catch((error: unknown) => this.judgeAgain(shown, error))
        : found;
    } catch (error) {
      return this.judgeAgain(shown, error);
    }
  }

  /** The process whose own credential this is, one of several that speak in a request. Rejects with {@link AccessRefused}. */
  ownerOf(credential: string): Caller | Promise<Caller> {
    return this.remembered(credential, this.sources.nowMs()) ?? this.proveOwner(credential);
  }
  private async proveOwner(credential: string): Promise<Caller> {
    if (!isRunnerCredential(credential))
      throw unauthenticated(
        'credential: it is none that a process got for its join token; leave it out, what the request shows counts then',
      );
    return this.callerOf({ authorization: `Bearer ${credential}`, certificate: null });
  }

  /** Whoever has been let in a moment ago is not refused for what the files said before. */
  private judgeAgain(shown: Shown, refused: unknown): Caller | Promise<Caller> {
    if (!this.look()) throw refused;
    return this.judge(shown);
  }

  /** At once, whether the files say something else now, before somebody is refused. */
  look(): boolean {
    const { tokens, rules } = this.sources;
    return [tokens?.look(), rules?.look()].includes(true);
  }

  /** To be called now and then: what is wrong in a file is told to whoever changed it, not with the next request. */
  reread(): void {
    const { tokens, rules } = this.sources;
    void [tokens?.current, rules?.current];
  }

  private judge({ authorization, certificate }: Shown): Caller | Promise<Caller> {
    const nowMs = this.sources.nowMs();
    if (authorization === undefined) {
      if (!certificate) throw unauthenticated('no credential was shown');
      return alive(callerByCertificate(certificate, this.sources.rules?.current.certificates), nowMs);
    }
    const token = /^Bearer +([A-Za-z0-9._~+/=-]{1,8192})$/i.exec(authorization)?.[1];
    if (token === undefined) throw unauthenticated('Authorization must be like "Bearer <token>"');
    if (isStaticToken(token)) return callerByToken(token, this.sources.tokens?.current ?? NONE, nowMs);
    return this.remembered(token, nowMs) ?? this.prove(token, nowMs);
  }

  private remembered(token: string, nowMs: number): Caller | null {
    this.rules(); // a change of them empties what was proved
    const known = this.proved.get(token);
    return known && known.untilMs > nowMs ? known.caller : null;
  }

  /** By rules that are in force when it is done: who is refused by them is not asked whether there are others (`look`). */
  private async prove(token: string, nowMs: number): Promise<Caller> {
    const rules = this.rules();
    const [proved] = await Promise.allSettled([this.callerBy(rules.of, token, nowMs)]);
    if (this.rules() !== rules) return this.prove(token, nowMs);
    if (proved.status === 'rejected') throw proved.reason;
    const caller = proved.value;
    const untilMs = Math.min(nowMs + CHECK_AGAIN_MS, caller.expiresAtMs ?? Infinity);
    this.proved.delete(token); // to its place at the end
    this.proved.set(token, { caller, untilMs });
    this.forgetPast(nowMs);
    return caller;
  }

  /** Each process may bring one of its own, of kilobytes: those that must be checked again anyway are not kept. */
  private forgetPast(nowMs: number): void {
    for (const [token, { untilMs }] of this.proved) {
      if (untilMs > nowMs && this.proved.size <= REMEMBERED) return;
      this.proved.delete(token);
    }
  }

  private async callerBy(issuers: Issuers, token: string, nowMs: number): Promise<Caller> {
    const isOurs = isRunnerCredential(token);
    const caller = isOurs
      ? await callerByCredential(token, this.sources.runnerKeys(), nowMs)
      : await issuers.callerOf(token, nowMs);
    return alive(caller, nowMs);
  }

  private rules(): { generation: number; of: Issuers } {
    const { rules } = this.sources;
    const current = rules?.current.issuers ?? [];
    const generation = rules?.generation ?? 0;
    if (this.issuers?.generation === generation) return this.issuers;
    this.proved.clear();
    return (this.issuers = { generation, of: new Issuers(current, this.sources.reporter, this.issuers?.of) });
  }
}

const NONE: ReadonlyMap<string, KeptToken> = new Map();

function alive(caller: Caller, nowMs: number): Caller {
  if (caller.expiresAtMs !== null && caller.expiresAtMs <= nowMs)
    throw unauthenticated('the credential has expired');
  return caller;
}
