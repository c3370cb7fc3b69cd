import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { CliError } from '../remote/cli-error.js';

/**
 * What the person at the terminal answers. Ctrl-C and Ctrl-D are no answer: rejects with {@link CliError} (130), and
 * whoever asked has changed nothing yet.
 */
async function answerTo(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  terminal.on('SIGINT', () => terminal.close());
  const closed = once(terminal, 'close').then(() => null);
  const answered = new Promise<string>((resolve) => terminal.question(question, resolve));
  const answer = await Promise.race([answered, closed]);
  terminal.close();
  if (answer !== null) return answer.trim();
  console.error('');
  throw new CliError(130, 'interrupted; nothing was changed.');
}

/** True for yes; no answer is a no. */
export const isYes = async (question: string): Promise<boolean> =>
  /^y(es)?$/i.test(await answerTo(`${question} [y/N] `));
