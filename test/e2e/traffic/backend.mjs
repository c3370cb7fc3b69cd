// A program behind a balancer: serves only while the agent beside it says that it leads, and notes under which term.
// GET /idle is answered when nothing is under way any more.
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [name, port, agent, log] = process.argv.slice(2);
let running = 0;
const waiting = [];

async function serve(response) {
  const asked = await fetch(`${agent}/term`).catch(() => null);
  if (asked?.status !== 200) return response.writeHead(503).end(`${name} does not lead\n`);
  const term = Number(await asked.text());
  appendFileSync(log, `${term} ${name}\n`);
  response.end(JSON.stringify({ term, name }));
}

async function counted(response) {
  running++;
  await serve(response).finally(() => running--);
  if (running === 0) for (const one of waiting.splice(0)) one.end();
}

createServer((request, response) => {
  if (request.url !== '/idle') void counted(response);
  else if (running === 0) response.end();
  else waiting.push(response);
}).listen(Number(port), '127.0.0.1', () => console.log('listening'));
