// What a server's memory grows with, and by how much: heap after garbage collection, in a process of its own.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { ours } from '../scripts/ours.mjs';

export async function growth(report) {
  const child = ours(fork('bench/growth-of-a-node.mjs', [], { execArgv: ['--expose-gc'] }));
  child.on('message', ({ what, bytes, more }) =>
    report(
      `memory: ${what}`,
      `${bytes < 10_000 ? Math.round(bytes) : (bytes / 1_024).toFixed(0) + ' k'} B`,
      more,
      /^a further runner/.test(what) ? { goal: '≤ 2.5 kB', isMet: bytes <= 2_500 } : {},
    ),
  );
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`growth: exit code ${code}`);
}
