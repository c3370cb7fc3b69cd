// Opens the sockets of one kind of flood, until told to stop.
import { connect } from 'node:net';
import { KINDS } from './kinds.mjs';

const [portText, kind, countText] = process.argv.slice(2);
const port = Number(portText);
const { first, again = false, isDeaf = false, drip, count = Number(countText) } = KINDS[kind];
const statuses = new Map();
const note = (what) => statuses.set(what, (statuses.get(what) ?? 0) + 1);
let isOver = false;
const open = new Set();

function begin(n) {
  if (isOver) return;
  const socket = connect(port, '127.0.0.1');
  open.add(socket);
  socket.on('error', (error) => note(error.code));
  socket.on('close', () => {
    open.delete(socket);
    clearInterval(dripping);
    setTimeout(() => begin(n), 200 + Math.random() * 300); // whoever was cut off comes again
  });
  const text = first(n);
  if (text) socket.write(text);
  const dripping = drip && setInterval(() => socket.write(drip), 1_000);
  if (isDeaf) {
    socket.pause();
    return;
  }
  socket.on('data', (chunk) => {
    const status = chunk.subarray(0, 12).toString('latin1');
    if (!status.startsWith('HTTP/1.1')) return;
    note(status.slice(9));
    if (again)
      setTimeout(() => socket.writable && socket.write(text), status.startsWith('HTTP/1.1 2') ? 0 : 100);
  });
}

process.on('disconnect', () => process.exit()); // nobody would end it any more
process.on('message', () => {
  isOver = true;
  process.send({ open: open.size, statuses: Object.fromEntries(statuses) });
  for (const socket of open) socket.destroy();
  setTimeout(() => process.exit(), 100);
});
for (let n = 0; n < count; n++) {
  begin(n);
  if (n % 50 === 49) await new Promise((resolve) => setTimeout(resolve, 5));
}
process.send('begun');
