/** What is counted where it happens, as cheaply as can be; metrics and figures read it when somebody looks. */
export class Counts {
  /** Answers to beats, by role, or the code of the refusal. */
  readonly beats = new Map<string, number>();
  /** Answered requests: `<method> <route> <status>`. */
  readonly requests = new Map<string, number>();
  /** Connections that were closed at once: too many of one client, or of all. */
  readonly closed = new Map<string, number>([
    ['client', 0],
    ['all', 0],
  ]);
  decisions = 0;
  writes = 0;

  beat(answer: string, times = 1): void {
    add(this.beats, answer, times);
  }
  connectionClosed(tooManyOf: 'client' | 'all'): void {
    add(this.closed, tooManyOf);
  }
  request(method: string, route: string, status: number): void {
    add(this.requests, `${method} ${route} ${status}`);
  }
}

const add = (counts: Map<string, number>, key: string, times = 1): void =>
  void counts.set(key, (counts.get(key) ?? 0) + times);

export const sumOf = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((sum, n) => sum + n, 0);
