import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that systems give to whoever asks for any, a part for each worker of jest. */
const [FIRST, PORTS, SLOT_MS, APART] = [10_000, 5_000, 50, 617];
let last = 0;

/**
 * A port that no test had in the last four minutes: runners of a server that was killed still call its port, and would
 * register at whoever has it next.
 */
export async function ownPort(): Promise<string> {
  for (;;) {
    last = Math.max(last + 1, Math.floor(Date.now() / SLOT_MS));
    const worker = Number(process.env.JEST_WORKER_ID ?? 0) % 4;
    const port = FIRST + worker * PORTS + ((last + process.pid * APART) % PORTS); // another jest may run beside this one
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    await once(server.close(), 'close');
    return String(port);
  }
}

/** What must be told its port before it listens: none that the system would give to a connection in between. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(Number(await ownPort()));
  return ports;
}
