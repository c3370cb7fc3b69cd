import { afterEach, expect } from '@jest/globals';
import { Api, Cli, ServerProcess, until } from '@conclave/processes';
import { Receiver, type Told } from './receiver.fixture.js';

/** What a spec has running; all of it ends with each test. */
export class Running {
  private readonly processes: { kill(): Promise<unknown> }[] = [];
  private readonly closing: (() => Promise<void>)[] = [];

  constructor() {
    afterEach(async () => {
      await Promise.all(this.processes.splice(0).map(async (one) => one.kill()));
      for (const close of this.closing.splice(0)) await close();
    });
  }

  closes(close: () => Promise<void>): void {
    this.closing.push(close);
  }
  ends(process: { kill(): Promise<unknown> }): void {
    this.processes.push(process);
  }
  async receiver(): Promise<Receiver> {
    const receiver = await Receiver.start();
    this.closes(async () => receiver.stop());
    return receiver;
  }
  async server(environment: Record<string, string>): Promise<ServerProcess> {
    const server = await ServerProcess.start(environment);
    this.ends(server);
    return server;
  }
}

export const cliAt = ({ url }: ServerProcess): Cli => new Cli({ CONCLAVE_URL: url, CONCLAVE_ACTOR: 'ana' });

const webhookAt = async (api: Api, name: string) => {
  const { webhooks } = (await api.get('/v1/webhooks')).body; // none of a server that hears nothing
  return webhooks?.find((one: { name: string }) => one.name === name);
};

/** Waits until that server is the one that delivers to all of these. */
export const delivering = async (api: Api, ...names: string[]): Promise<void> => {
  for (const name of names)
    await until(`the server delivers to ${name}`, async () =>
      ['delivering', 'failing'].includes((await webhookAt(api, name))?.state),
    );
};
export { webhookAt };

/** Orders with the reasons n<from> up to n<to - 1>, each an event of its own. */
export async function orders(api: Api, group: string, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n++) {
    const { status } = await api.put(`/v1/groups/${group}`, { drainMs: n + 1, reason: `n${n}` });
    expect(status).toBeLessThan(300);
  }
}
export const reasons = (told: Told[]): (string | null)[] => told.map(({ data }) => data.reason);
export const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, n) => `n${n + from}`);
