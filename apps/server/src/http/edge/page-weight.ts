/** A page ends when it has grown so large, however few items it has: an answer must not take the memory of many. */
const PAGE_BYTES = 2 * 1024 * 1024;

/** Adds up what a page weighs. */
export class PageWeight {
  private bytes = 0;

  add(item: object): void {
    this.bytes += Buffer.byteLength(JSON.stringify(item));
  }
  get isFull(): boolean {
    return this.bytes >= PAGE_BYTES;
  }
}
