import { afterAll, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const { platform } = process;
afterAll(() => void Object.defineProperty(process, 'platform', { value: platform }));

it('where there is no /proc, and zombies take no signals (macOS), who was killed and is still there is at work', async () => {
  Object.defineProperty(process, 'platform', { value: 'darwin' });
  const { aliveIn, areZombies, signalSession } = await import('./session.js');
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { detached: true });
  await once(child, 'spawn');
  const session = child.pid!;
  const found = [aliveIn(session), areZombies(session)];
  signalSession(session, 'SIGKILL');
  expect(found).toEqual([[session], false]);
  await once(child, 'exit');
  expect(aliveIn(session)).toEqual([]);
});
