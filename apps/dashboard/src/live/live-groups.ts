import type { LeaderReply } from '@conclave/contract';
import { onAge } from '../api/age.js';
import { ask, type Problem } from '../api/ask.js';
import { toldUpTo } from '../api/told.js';
import { watch } from '../api/watch.js';

/** A stream does not say how old what its server knows is; whoever is asked does. */
const LOOK_MS = 5_000;
/** So long what has changed is marked. */
export const MARKED_MS = 2_000;

/** Who leads every group, as the server tells it. */
export class LiveGroups {
  readonly groups = new Map<string, LeaderReply>();
  /** The last version of a group that was told of, whatever happened in it. */
  readonly versions = new Map<string, number>();
  readonly changedAt = new Map<string, number>();
  /** Of which nothing can be said, and why. */
  readonly unreadable = new Map<string, string>();
  isSynced = false;
  /** Since when something may have been missed; null: nothing can have been. */
  lostSince: number | null = null;
  why: Problem | null = null;
  /** Since when the server hears nothing from its store; null: it does. */
  staleSince: number | null = null;
  revision = 0;
  /** How often all of it began anew. */
  generation = 0;
  private readonly listeners = new Set<() => void>();
  private isTold = true;
  private stop: (() => void) | null = null;
  private looking: number | null = null;
  private isLooking = false;

  start(): void {
    if (this.stop !== null) return;
    onAge((since) => this.age(since));
    this.looking ??= window.setInterval(() => void this.look(), LOOK_MS);
    this.listen();
  }

  /** One at a time: what is not answered keeps one of the few connections that a browser has. */
  private async look(): Promise<void> {
    if (document.hidden || this.stop === null || this.isLooking) return;
    this.isLooking = true;
    await ask('/v1/groups?limit=1').catch(() => undefined); // the stream says what is wrong then
    this.isLooking = false;
  }

  private age(since: number | null): void {
    if ((since === null) === (this.staleSince === null)) return;
    this.staleSince = since;
    this.changed();
  }

  /** Events of the groups that whoever looks may read, and who leads the others. */
  private listen(): void {
    this.stop = watch('/v1/watch?events=true', {
      leader: (news) => this.take(news),
      event: ({ group, version, position }) => {
        this.versions.set(group, version);
        toldUpTo(position);
        this.heard();
      },
      synced: ({ position }) => {
        toldUpTo(position);
        this.isSynced = true;
        this.heard();
      },
      unreadable: ({ group, detail }) => {
        this.unreadable.set(group, detail);
        this.groups.delete(group);
        this.heard();
      },
      resumed: () => this.heard(),
      restarted: () => this.forget(),
      lost: (since, why) => {
        this.lostSince ??= since;
        this.why = why;
        this.changed();
      },
    });
  }

  /** Nothing is shown to who has no credential, so nothing is asked for. */
  rest(): void {
    this.stop?.();
    this.stop = null;
    this.forget();
    this.lostSince = null;
    this.changed();
  }

  /** Another credential may see other groups. */
  restart(): void {
    this.rest();
    this.start();
  }

  /** What was told is of another log, or for somebody else: the same version may be another event. */
  private forget(): void {
    toldUpTo(null);
    this.generation++;
    this.isSynced = false;
    for (const told of [this.groups, this.versions, this.changedAt, this.unreadable]) told.clear();
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private take(news: LeaderReply): void {
    const known = this.groups.get(news.group);
    if (known && known.version > news.version) return;
    if (this.isSynced && known?.version !== news.version) this.changedAt.set(news.group, Date.now());
    if (news.state === 'deleted') this.groups.delete(news.group);
    else this.groups.set(news.group, news);
    this.unreadable.delete(news.group);
    if (this.isSynced) toldUpTo(news.position);
    this.versions.set(news.group, Math.max(news.version, this.versions.get(news.group) ?? 0));
    this.heard();
  }

  private heard(): void {
    this.lostSince = null;
    this.why = null;
    this.changed();
  }

  /** Once a frame, however much comes. */
  private changed(): void {
    this.revision++;
    if (!this.isTold) return;
    this.isTold = false;
    setTimeout(() => {
      this.isTold = true;
      for (const listener of this.listeners) listener();
    }, 16);
  }
}

export const live = new LiveGroups();
