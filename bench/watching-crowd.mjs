// Streams of one group, each only looked through for a new term, so that it costs as little as can be.
import { connect } from 'node:net';

const [port, count] = process.argv.slice(2).map(Number);
let told = 0;
let term = 1;

const watch = () =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', reject);
    socket.write('GET /v1/groups/busy/watch HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n');
    let seen = 0;
    socket.on('data', (chunk) => {
      const found = [...chunk.toString('latin1').matchAll(/event: leader[^]*?"term":(\d+)/g)].at(-1)?.[1];
      if (found === undefined || Number(found) <= seen) return;
      const isFirst = seen === 0;
      seen = Number(found);
      if (isFirst) return resolve();
      if (seen > term) [term, told] = [seen, 0];
      if (++told === count) process.send({ lastMs: performance.timeOrigin + performance.now() });
    });
  });

for (let open = 0; open < count; open += 200)
  await Promise.all(Array.from({ length: Math.min(200, count - open) }, watch));
process.on('disconnect', () => process.exit()); // nobody would end it any more
process.send('open');
