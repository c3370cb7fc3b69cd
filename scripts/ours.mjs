// Processes that a script starts end with it, also when it is told to end, and also those that are paused just then.
const alive = new Set();

function endAll() {
  for (const child of alive) child.kill('SIGKILL'); // a paused one is deaf to all others
}

function listen() {
  process.on('exit', endAll);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.once(signal, () => {
      endAll();
      process.kill(process.pid, signal); // whoever waits for this one sees what ended it
    });
}

/** This child is one of them. What it does about a parent that was killed is its own affair: see `FOLLOWS`. */
export function ours(child) {
  if (!process.listeners('exit').includes(endAll)) listen();
  alive.add(child);
  child.once('exit', () => alive.delete(child));
  return child;
}

/** With these a server, which must have a channel ('ipc'), ends with us however we end. */
export const FOLLOWS = { CONCLAVE_CHILD: '1' };
