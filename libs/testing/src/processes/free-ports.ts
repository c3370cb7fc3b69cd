import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** Free a moment ago: what must be told its port before it listens. */
export async function freePorts(count: number): Promise<number[]> {
  const held = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = held.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(held.map(async (server) => once(server.close(), 'close')));
  return ports;
}

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
