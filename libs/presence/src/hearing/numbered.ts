const A_PAGE = 1_024;

interface Page<T> {
  items: (T | undefined)[];
  held: number;
}

/** Things that are found by a number, each given once: who shows one of what is gone finds nothing, and nobody else. Pure. */
export class Numbered<T> {
  private readonly pages: (Page<T> | undefined)[] = [];
  private given = 0;

  next(): number {
    return this.given++;
  }

  put(number: number, item: T): void {
    const page = (this.pages[Math.floor(number / A_PAGE)] ??= { items: [], held: 0 });
    const at = number % A_PAGE;
    if (page.items[at] === undefined) page.held++;
    page.items[at] = item;
  }

  at(number: number): T | undefined {
    return this.pages[Math.floor(number / A_PAGE)]?.items[number % A_PAGE];
  }

  drop(number: number): void {
    const place = Math.floor(number / A_PAGE);
    const page = this.pages[place];
    if (page?.items[number % A_PAGE] === undefined) return;
    page.items[number % A_PAGE] = undefined;
    if (--page.held === 0) this.pages[place] = undefined;
  }
}
