import type { RecordedEvent, SettingsPatch } from '@conclave/election';
import { TICK_MS } from '@conclave/node';
import { PlayedRunner } from './played-runner.js';
import { VirtualServer, type Outcome } from './virtual-server.js';
import type { Deed, World } from './worlds.js';

/** What one run of a world left behind. */
export interface Run {
  history: RecordedEvent[];
  /** Of each deed, in the order of the world. */
  outcomes: Outcome[];
  startMs: number;
}

/** Plays worlds side by side, each a group of its own, on one real server under settings of their own. */
export async function run(
  worlds: readonly World[],
  settingsOf: (world: World) => SettingsPatch,
): Promise<Run[]> {
  const server = new VirtualServer();
  try {
    await server.start();
    const played = worlds.map((world, n) => new PlayedWorld(world, settingsOf(world), server, `g${n}`));
    const beganMs = server.nowMs;
    const endMs = Math.max(...worlds.map((world) => world.endMs));
    for (let atMs = 0; atMs <= endMs; atMs += TICK_MS)
      await server.pass(() => {
        for (const each of played) each.act(atMs);
      });
    const startMs = server.startMs + beganMs + TICK_MS;
    if (server.defects.length > 0) throw new AggregateError(server.defects, 'the server met a defect');
    const histories = await Promise.all(played.map(async ({ group }) => server.historyOf(group)));
    return played.map(({ outcomes }, n) => ({ history: histories[n]!, outcomes, startMs }));
  } finally {
    await server.stop();
  }
}

class PlayedWorld {
  readonly outcomes: Outcome[] = [];
  private readonly runners: Map<string, PlayedRunner>;

  constructor(
    private readonly world: World,
    private readonly settings: SettingsPatch,
    private readonly server: VirtualServer,
    readonly group: string,
  ) {
    const { lives, workMs } = world;
    this.runners = new Map(lives.map((life) => [life.runner, new PlayedRunner(server, group, life, workMs)]));
  }

  act(atMs: number): void {
    const { world, server, group, settings } = this;
    if (atMs > world.endMs) return;
    if (atMs === 0) void server.order(group, { type: 'ConfigureGroup', settings }, 'operator:ana');
    for (const runner of this.runners.values()) runner.act(atMs);
    world.deeds.forEach((deed, n) => {
      if (deed.atMs === atMs) this.perform(deed, n);
    });
  }

  private perform({ does }: Deed, n: number): void {
    const { outcomes, server, group, settings } = this;
    if (does.type !== 'Resign' && does.type !== 'GiveBack') {
      // in the second run the other settings stay in force over whatever operators set
      const isOver = does.type === 'ConfigureGroup' && settings === this.world.b;
      const command = isOver ? { ...does, settings: { ...does.settings, ...settings } } : does;
      void server.order(group, command, 'operator:ana').then((outcome) => (outcomes[n] = outcome));
      return;
    }
    const runner = this.runners.get(does.runner)!;
    outcomes[n] = runner.holds === null ? 'nothing' : 'changed';
    if (runner.holds === null) return;
    if (does.type === 'Resign') runner.resign(does.cooldownMs);
    else runner.giveBack();
  }
}
