import { printable } from '@conclave/kernel';
import { Output } from '@conclave/launch';

const STDERR = 2;
/** What is said to people; work goes on, whether or not anybody reads it. */
export const saying = new Output(STDERR, (lines) => `conclave: ${lines} lines were lost: nobody read them\n`);

/** As of a shell in Emacs: what moves a cursor or paints stands there as it is. */
export const isDumb = process.env.TERM === 'dumb';
export const isPlain = isDumb || Boolean(process.env.NO_COLOR);

const saidOf = (parts: unknown[]): string => printable(parts.map(String).join(' '));

let worksUnread = false;

/** From here on this process goes on, whether or not its answer can be read: others need what it does. */
export function workUnread(): void {
  worksUnread = true;
}

/** From here on nothing that is said can act on a terminal; tables write themselves, cell by cell. */
export function protectTerminal(): void {
  // `conclave history deploy | head`: whoever reads has had enough
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (worksUnread) return;
    if (error.code === 'EPIPE') process.exit();
    console.error(`conclave: what it says cannot be written: ${error.message}`);
    process.exit(1);
  });
  process.stderr.on('error', () => undefined);
  console.log = (...parts: unknown[]) => void process.stdout.write(`${saidOf(parts)}\n`);
  console.error = (...parts: unknown[]) => saying.write(`${saidOf(parts)}\n`);
}
