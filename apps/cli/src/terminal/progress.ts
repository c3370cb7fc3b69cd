import { Presets, SingleBar } from 'cli-progress';
import { isDumb } from './protect.js';

/** Told how much of a long work is done. */
export type Progress = (done: number) => void;

/** A bar on stderr while a person looks, nothing otherwise. */
export async function withProgress<T>(
  what: string,
  unit: string,
  work: (progress: Progress) => Promise<T>,
): Promise<T> {
  if (!process.stderr.isTTY || isDumb) return work(() => undefined);
  const bar = new SingleBar(
    {
      format: `${what} {bar} {value} ${unit}, {duration_formatted}`,
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
    },
    Presets.shades_classic,
  );
  bar.start(0, 0);
  try {
    return await work((done) => {
      bar.setTotal(done);
      bar.update(done);
    });
  } finally {
    bar.stop();
  }
}
