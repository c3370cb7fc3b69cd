// A runner on etcd, as one would write it: campaigns through etcd's own HTTP gateway, resigns when it is told to stop.
import { machineMs } from '../dist/apps/cli/src/demo/machine-time.js';

const [url, group, id] = process.argv.slice(2);
const TTL_S = 2;
const text = (value) => Buffer.from(value).toString('base64');
const call = async (path, body) =>
  (await fetch(`${url}/v3/${path}`, { method: 'POST', body: JSON.stringify(body) })).json();

const { ID: lease } = await call('lease/grant', { TTL: TTL_S });
setInterval(() => void call('lease/keepalive', { ID: lease }).catch(() => undefined), (TTL_S * 1_000) / 3);
let leader;
const stop = async () => {
  if (leader) await call('election/resign', { leader });
  process.exit();
};
process.on('SIGTERM', () => void stop());
process.on('disconnect', () => process.exit());
setTimeout(() => leader ?? process.send({ event: 'standby' }), 200);
({ leader } = await call('election/campaign', { name: text(group), lease, value: text(id) }));
process.send({ event: 'leading', term: Number(leader.rev), atMs: machineMs() });
