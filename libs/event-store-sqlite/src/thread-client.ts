import { Worker } from 'node:worker_threads';
import { StoreUnavailable, type StoreError } from '@conclave/event-store';
import { errorOf, type AppendResult, type Page } from './rows.js';
import type { Hello, Reply, Request } from './sqlite-thread.js';

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;
type Answer = AppendResult | Page | number | boolean | null;
interface Waiting {
  done: (answer: Answer) => void;
  failed: (error: Error) => void;
}

/** This side of the store's thread: sends requests, and hands each answer to whoever waits for it. */
export class ThreadClient {
  private readonly waiting = new Map<number, Waiting>();
  /** Goes to the thread together at the end of the turn: each message wakes it, which takes a tenth of a command's time. */
  private outbox: Request[] = [];
  private lastId = 0;
  private broken: StoreError | null = null;
  /** Whoever closes it knows that nothing is answered any more. */
  isClosing = false;
  /** Nothing is answered any more. */
  onBroken: (error: StoreError) => void = () => undefined;

  private constructor(
    private readonly thread: Worker,
    /** What is not as it should be with the log, though it can be used. */
    readonly problem: string | null,
  ) {
    thread.on('message', (replies: Reply[]) => {
      for (const reply of replies) this.settle(reply);
    });
    thread.on('error', (error) =>
      this.fail(new StoreUnavailable(`the store's thread died: ${error.message}`)),
    );
    thread.on('exit', (code) => {
      const why = this.isClosing ? 'the store is closed' : `the store's thread ended by itself (${code})`;
      this.fail(new StoreUnavailable(why));
    });
  }

  /** Resolves when the thread has opened the log at `path`. Throws {@link StoreUnusable}. */
  static async start(path: string): Promise<ThreadClient> {
    const file = import.meta.url.endsWith('.ts') ? './sqlite-thread.ts' : './sqlite-thread.js';
    const env = { ...process.env, NODE_NO_WARNINGS: '1' }; // that SQLite is new, as Node 22 says, is no line of a log
    const thread = new Worker(new URL(file, import.meta.url), { workerData: { conclaveLog: path }, env });
    const hello = await new Promise<Hello>((resolve, reject) => {
      thread.once('message', resolve).once('error', reject);
    });
    if ('error' in hello) {
      await thread.terminate();
      throw errorOf(hello.error);
    }
    thread.removeAllListeners('error');
    return new ThreadClient(thread, hello.problem);
  }

  async call(request: WithoutId<Request>): Promise<Answer> {
    return new Promise((resolve, reject) => this.ask(request, resolve, reject));
  }

  /** As `call`, for who must act in the very moment of the answer: a promise tells only a turn later. */
  ask(request: WithoutId<Request>, done: Waiting['done'], failed: Waiting['failed']): void {
    if (this.broken) return failed(this.broken);
    const id = ++this.lastId;
    this.waiting.set(id, { done, failed });
    if (this.outbox.push({ ...request, id }) === 1) setImmediate(() => this.post());
  }

  private post(): void {
    const requests = this.outbox;
    this.outbox = []; // whatever becomes of those
    this.thread.postMessage(requests);
  }

  private settle(reply: Reply): void {
    const waiting = this.waiting.get(reply.id);
    if (!waiting) return; // given up meanwhile
    this.waiting.delete(reply.id);
    if ('error' in reply) waiting.failed(errorOf(reply.error));
    else waiting.done(reply.result);
  }

  /** Nothing is asked or answered any more, for this reason. */
  fail(error: StoreError): void {
    if (this.broken) return;
    this.broken = error;
    for (const { failed } of this.waiting.values()) failed(this.broken);
    this.waiting.clear();
    this.onBroken(this.broken);
  }

  /** Waits for what runs, then lets go of the log. */
  async close(): Promise<void> {
    this.isClosing = true;
    await this.call({ op: 'close' }).catch(() => undefined);
    await this.thread.terminate();
  }
}
