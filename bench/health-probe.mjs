// A process of its own that asks /healthz again and again, so that nothing but the server makes it wait.
import { quantile } from './http-load.mjs';

const [, , port] = process.argv;
const times = [];
let isOver = false;
process.on('disconnect', () => process.exit()); // nobody would end it any more
process.on('message', () => (isOver = true));
while (!isOver) {
  const sentMs = performance.now();
  const response = await fetch(`http://127.0.0.1:${port}/healthz`, {
    signal: AbortSignal.timeout(20_000),
  }).catch(() => null);
  if (response) {
    await response.arrayBuffer();
    times.push(performance.now() - sentMs);
  }
  await new Promise((resolve) => setTimeout(resolve, 2));
}
process.send({ p99: quantile(times, 0.99), most: Math.max(...times), asked: times.length });
