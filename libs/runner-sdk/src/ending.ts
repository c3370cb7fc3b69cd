/**
 * A promise that is settled from outside. `Promise.withResolvers` would need Node 22; runners may have 20.
 */
export class Ending {
  resolve!: () => void;
  reject!: (why: unknown) => void;
  readonly promise = new Promise<void>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });
}
