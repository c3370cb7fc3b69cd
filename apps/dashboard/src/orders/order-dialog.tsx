import type { GroupReply, WriteReply } from '@conclave/contract';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ask, Problem } from '../api/ask.js';
import { claimedName, claimName, isSignedIn, isTokenWanted } from '../api/token.js';
import { ProblemNote } from '../parts/problem-note.js';
import { useQuery } from '../parts/use-query.js';
import { draftOf, dropDraft, leaveDraft } from './draft.js';
import { Fields } from './fields.js';
import { Followed } from './followed.js';
import { asDryRun, KINDS, onlyIn, type Given, type Request } from './kinds.js';
import { Plan } from './plan.js';

interface Ordered {
  group: GroupReply;
  runners: readonly string[];
}

/** The form of the order that the address names. */
export function OrderDialog({ group, runners }: Ordered) {
  const [{ order, runner, proposal, taint }] = useQuery();
  const isKnown = order !== undefined && Object.hasOwn(KINDS, order);
  const of = [group.group, order, runner, proposal, taint].join(' ');
  return isKnown ? <Form key={of} of={of} order={order} group={group} runners={runners} /> : null;
}

const FIRST: Given = { effect: 'NoLead', mode: 'strict', ttlMs: '3600000', force: 'false' };
const NAMES = 'Your name must be like “ana”: letters, digits, “.”, “_”, “-”, “@”, “+”, 127 at most.';
const UNKNOWN =
  'Nobody knows whether it was carried out. “Do it” again is safe: if it was, it is not carried out twice.';
/** No answer, one of somebody who stands between, or one that says that it is not known: it may have been carried out. */
const isOpen = ({ status, code }: Problem): boolean =>
  code === 'unreachable' || code === 'store-unavailable' || (status >= 500 && code === 'internal');
const random = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16)).join('');

/** First what would happen, then the order itself, then what comes of it. */
function Form({ of, order, group, runners }: Ordered & { of: string; order: string }) {
  const [query, change] = useQuery();
  const kind = KINDS[order]!;
  const leader = group.leader?.runner;
  const asked: Given = {
    ...FIRST,
    key: query.taint ?? 'maintenance',
    runner: query.runner ?? leader ?? runners[0] ?? '',
    to: query.runner ?? '',
    proposal: query.proposal ?? '',
  };
  const [given, give] = useState(draftOf(of) ?? asked);
  const [name, setName] = useState(claimedName);
  const [plan, setPlan] = useState<{ reply: WriteReply; term: number; version: number } | null>(null);
  const [done, setDone] = useState<WriteReply | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const key = useRef(random());
  /** A repeat must be the very same: whether the first was carried out is not known. */
  const sent = useRef<Request | null>(null);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current!.showModal(), []);
  const latest = useRef(given);
  latest.current = given;
  useEffect(() => () => (isTokenWanted() ? leaveDraft(of, latest.current) : dropDraft()), []);
  const close = (): void => change({ order: null, runner: null, proposal: null, taint: null });
  const set = (more: Given): void => {
    give({ ...given, ...more });
    setPlan(null); // it was of another order
    key.current = random();
    sent.current = null;
  };

  async function send(isDry: boolean): Promise<void> {
    if (!claimName(name)) return setProblem(new Problem(0, 'invalid-request', NAMES));
    const isRepeat = !isDry && sent.current !== null;
    setBusy(true);
    setProblem(null);
    const request = kind.request(group.group, given);
    const { path, asked } = isDry
      ? { ...request, path: asDryRun(request.path) }
      : (sent.current ??= onlyIn(plan!.term, request)); // that was looked at
    const headers: Record<string, string> = isDry ? {} : { 'idempotency-key': key.current };
    try {
      const reply = await ask<WriteReply>(path, { ...asked, headers });
      if (isDry) sent.current = null;
      if (isDry) setPlan({ reply, term: group.term, version: group.version });
      else setDone(isRepeat ? { ...reply, changed: reply.events.length > 0 } : reply);
    } catch (error) {
      setProblem(error as Problem);
      if (isDry || (error as Problem).code === 'term-stale') setPlan(null);
    } finally {
      setBusy(false);
    }
  }

  // it is of the group as it is: what has happened meanwhile may make it another one
  useEffect(() => {
    if (plan && plan.version !== group.version && !done && !isBusy && !problem) void send(true);
  }, [group.version, isBusy]);

  return (
    <dialog ref={dialog} class="ordering" onClose={close} aria-labelledby="order-title">
      <h2 id="order-title">{kind.title}</h2>
      <p class="quiet">{kind.about}</p>
      {done ? (
        <Followed group={group.group} done={done} undo={kind.undo} given={given} />
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void send(plan === null);
          }}
        >
          <Fields kind={kind} given={given} set={set} group={group} runners={runners} />
          <label>
            Reason, for the record
            <textarea
              rows={2}
              maxLength={500}
              value={given.reason ?? ''}
              onInput={(event) => set({ reason: event.currentTarget.value })}
            />
          </label>
          {!isSignedIn() && (
            <label>
              Your name; nobody proves it here, so it is recorded as a claim
              <input type="text" value={name} onInput={(event) => setName(event.currentTarget.value)} />
            </label>
          )}
          {plan && <Plan plan={plan.reply} group={group} />}
          {problem && (
            <ProblemNote
              problem={problem}
              instead={sent.current && isOpen(problem) ? UNKNOWN : undefined}
              unanswered="Ask again."
            />
          )}
          <p class="moves">
            <button type="submit" class="main" disabled={isBusy || plan?.reply.events.length === 0}>
              {plan === null ? 'What would happen?' : 'Do it'}
            </button>
            <button type="button" onClick={() => dialog.current!.close()}>
              Cancel
            </button>
          </p>
        </form>
      )}
      {done && (
        <p class="moves">
          <button type="button" class="main" onClick={() => dialog.current!.close()}>
            Close
          </button>
        </p>
      )}
    </dialog>
  );
}
