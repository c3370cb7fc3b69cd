import type { GroupReply, WriteReply } from '@conclave/contract';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ask, Problem } from '../api/ask.js';
import { claimedName, claimName, isSignedIn, isTokenWanted } from '../api/token.js';
import { pressOnce } from '../parts/press-once.js';
import { ProblemNote } from '../parts/problem-note.js';
import { useQuery } from '../parts/use-query.js';
import { draftOf, dropDraft, leaveDraft } from './draft.js';
import { Fields } from './fields.js';
import { Followed } from './followed.js';
import { asDryRun, KINDS, onlyIn, type Given, type Request } from './kinds.js';
import { Plan } from './plan.js';
import { gistOf } from './planned.js';

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
/** So long what a plan says is there before it can be ordered: a press of a moment before was not meant for it. */
const SEEN_MS = 500;
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
  const [given, give] = useState(draftOf(of)?.given ?? asked);
  const [name, setName] = useState(claimedName);
  const [plan, setPlan] = useState<{ reply: WriteReply; term: number; version: number } | null>(null);
  const [done, setDone] = useState<WriteReply | null>(draftOf(of)?.done ?? null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isPlanning, setPlanning] = useState(false);
  const [isOrdering, setOrdering] = useState(false);
  const [seen, see] = useState<string | null>(null);
  const key = useRef(random());
  /** A repeat must be the very same: whether the first was carried out is not known. */
  const sent = useRef<Request | null>(null);
  /** What is asked about only: another wish ends it, or the order itself. */
  const planning = useRef<AbortController | null>(null);
  useEffect(() => () => planning.current?.abort(), []);
  const dialog = useRef<HTMLDialogElement>(null);
  const main = useRef<HTMLButtonElement>(null);
  useEffect(() => dialog.current!.showModal(), []);
  // where the focus was is no more
  useEffect(() => {
    if (document.activeElement === document.body) main.current?.focus();
  }, [isOrdering, done]);
  const latest = useRef({ given, done });
  latest.current = { given, done };
  useEffect(() => () => (isTokenWanted() ? leaveDraft(of, latest.current) : dropDraft()), []);
  const close = (): void => change({ order: null, runner: null, proposal: null, taint: null });
  const stopPlanning = (): void => {
    planning.current?.abort();
    setPlanning(false);
  };
  const set = (more: Given): void => {
    stopPlanning();
    give({ ...given, ...more });
    setPlan(null); // it was of another order
    key.current = random();
    sent.current = null;
  };

  async function look(): Promise<void> {
    const { signal } = (planning.current = new AbortController());
    const { path, asked } = kind.request(group.group, given);
    setPlanning(true);
    setProblem(null);
    try {
      const reply = await ask<WriteReply>(asDryRun(path), { ...asked, signal });
      if (signal.aborted) return;
      sent.current = null;
      setPlan({ reply, term: group.term, version: group.version });
    } catch (error) {
      if (signal.aborted) return;
      setProblem(error as Problem);
      setPlan(null);
    }
    setPlanning(false);
  }

  async function send({ term }: { term: number }): Promise<void> {
    stopPlanning(); // what was seen is meant
    const isRepeat = sent.current !== null;
    const { path, asked } = (sent.current ??= onlyIn(term, kind.request(group.group, given)));
    setOrdering(true);
    setProblem(null);
    try {
      const reply = await ask<WriteReply>(path, { ...asked, headers: { 'idempotency-key': key.current } });
      const answer = isRepeat ? { ...reply, changed: reply.events.length > 0 } : reply;
      setDone(answer);
      if (isTokenWanted()) leaveDraft(of, { given, done: answer }); // the form is not there any more
    } catch (error) {
      setProblem(error as Problem);
      if ((error as Problem).code === 'term-stale') setPlan(null);
    }
    setOrdering(false);
  }

  const gist = plan && gistOf(plan.reply, group);
  useEffect(() => {
    const timer = setTimeout(() => see(gist), gist === null ? 0 : SEEN_MS);
    return () => clearTimeout(timer);
  }, [gist]);

  // it is of the group as it is: what has happened meanwhile may make it another one
  useEffect(() => {
    if (plan && plan.version !== group.version && !done && !isPlanning && !isOrdering && !problem)
      void look();
  }, [group.version, isPlanning, isOrdering]);

  const isNothing = plan?.reply.events.length === 0;
  const cannot = isOrdering || (plan === null ? isPlanning : isNothing || gist !== seen);
  const submit = (event: Event): void => {
    event.preventDefault();
    if (cannot) return;
    if (!claimName(name)) setProblem(new Problem(0, 'invalid-request', NAMES));
    else void (plan === null ? look() : send(plan));
  };

  return (
    <dialog ref={dialog} class="ordering" onClose={close} onKeyDown={pressOnce} aria-labelledby="order-title">
      <h2 id="order-title">{kind.title}</h2>
      <p class="quiet">{kind.about}</p>
      {done ? (
        <Followed group={group.group} done={done} undo={kind.undo} given={given} />
      ) : (
        <form onSubmit={submit}>
          <fieldset disabled={isOrdering}>
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
          </fieldset>
          {plan && <Plan plan={plan.reply} group={group} />}
          {problem && (
            <ProblemNote
              problem={problem}
              instead={sent.current && isOpen(problem) ? UNKNOWN : undefined}
              unanswered="Ask again."
            />
          )}
          <p class="moves">
            <button ref={main} type="submit" class="main" aria-disabled={cannot}>
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
          <button ref={main} type="button" class="main" onClick={() => dialog.current!.close()}>
            Close
          </button>
        </p>
      )}
    </dialog>
  );
}
