// A story that the pictures of the dashboard are of: told to a real server, over HTTP, as runners and people would.
import { randomUUID } from 'node:crypto';

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Waits until `look` gives something. */
async function until(what, look) {
  for (const startMs = performance.now(); performance.now() - startMs < 30_000;) {
    const found = await look();
    if (found) return found;
    await pause(20);
  }
  throw new Error(`this did not happen: ${what}`);
}

/** A process of a runner that beats until it is stopped, and stops leading when it is told to. */
class Beating {
  incarnation = randomUUID();
  sequence = 0;
  isOver = false;
  term = 0;
  constructor(story, group, id, attributes) {
    Object.assign(this, { story, group, id, attributes });
  }
  get path() {
    return `/v1/groups/${this.group}/runners/${this.id}`;
  }
  async start() {
    const { incarnation } = this;
    await this.story.call('PUT', this.path, { incarnation, ...this.attributes });
    await this.beat();
    void this.run();
  }
  /** One after the other, as a runner does; one that fails is followed by the next. */
  async run() {
    while (!this.isOver) {
      await pause(200);
      if (!this.isOver) await this.beat().catch((error) => console.error(error.message));
    }
  }
  async beat() {
    const { incarnation, term } = this;
    const reply = await this.story.call('POST', `${this.path}/heartbeat`, {
      incarnation,
      sequence: ++this.sequence,
      ...(term > 0 && { term }),
    });
    if (reply.role === 'leader') this.term = reply.term;
    if (reply.role === 'revoked' && !this.isStubborn)
      await this.story.call('POST', `${this.path}/release`, { incarnation, term: reply.term });
    if (reply.role === 'standby' || reply.role === 'revoked') this.term = 0;
  }
  stop() {
    this.isOver = true;
  }
}

export class Story {
  runners = new Map();
  constructor(url) {
    this.url = url;
  }

  async call(method, path, body, actor) {
    const response = await fetch(this.url + path, {
      method,
      headers: { 'content-type': 'application/json', ...(actor && { 'x-conclave-actor': actor }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${answer.detail}`);
    return answer;
  }

  async runner(group, id, attributes = {}) {
    const runner = new Beating(this, group, id, attributes);
    this.runners.set(`${group}/${id}`, runner);
    await runner.start();
    return runner;
  }

  group = (group) => this.call('GET', `/v1/groups/${group}`);
  ledBy = (group, runner) =>
    until(`${runner} leads ${group}`, async () => {
      const { state, leader } = await this.group(group);
      return state === 'led' && leader.runner === runner;
    });
  settings = (group, settings) => this.call('PUT', `/v1/groups/${group}`, settings, 'ana');

  async tell() {
    const short = { leaseMs: 1_500, heartbeatMs: 300, drainMs: 5_000 };
    for (const group of ['deploy', 'nightly-builds', 'payments', 'search-index', 'warehouse'])
      await this.settings(group, short);
    for (const id of ['runner-1', 'runner-2', 'runner-3'])
      await this.runner('deploy', id, { platform: 'eks', labels: { zone: `eu-${id.slice(-1)}` } });
    for (const id of ['nb-1', 'nb-2']) await this.runner('nightly-builds', id);
    for (const id of ['pay-a', 'pay-b']) await this.runner('payments', id, { platform: 'vm' });
    for (const id of ['idx-1', 'idx-2', 'idx-3', 'idx-4']) await this.runner('search-index', id);
    await this.runner('warehouse', 'wh-1');

    // deploy: a death, a taint, a transfer
    await this.ledBy('deploy', 'runner-1');
    this.runners.get('deploy/runner-1').stop();
    await this.ledBy('deploy', 'runner-2');
    await this.runners.get('deploy/runner-1').start();
    const disk = { reason: 'bad disk, swap it before noon', ttlMs: 7_200_000 };
    await this.call('PUT', '/v1/groups/deploy/runners/runner-2/taints/disk', disk, 'ana');
    await this.ledBy('deploy', 'runner-3');
    await this.call('POST', '/v1/groups/deploy/transfer', { to: 'runner-1', reason: 'canary of 4.2' }, 'bob');
    await this.ledBy('deploy', 'runner-1');

    // nightly-builds: one tainted, the other dead
    const bad = { reason: 'bad disk', ttlMs: 3_600_000 };
    await this.call('PUT', '/v1/groups/nightly-builds/runners/nb-1/taints/disk', bad, 'ana');
    await this.ledBy('nightly-builds', 'nb-2');
    this.runners.get('nightly-builds/nb-2').stop();
    await until(
      'nobody leads nightly-builds',
      async () => (await this.group('nightly-builds')).state === 'leaderless',
    );

    await this.call(
      'PUT',
      '/v1/groups/payments/pause',
      { reason: 'month-end freeze', ttlMs: 3_600_000 },
      'carol',
    );
    await this.call(
      'PUT',
      '/v1/groups/search-index/pin',
      { runner: 'idx-2', mode: 'prefer', reason: 'warm cache', ttlMs: 1_800_000 },
      'bob',
    );
    await this.ledBy('search-index', 'idx-2');
  }

  pictures() {
    const groups = async (page) => {
      await page.locator('.line svg').nth(4).waitFor();
    };
    const group = async (page) => {
      await page.locator('.mark.flag').first().waitFor();
      await page.locator('.history li').nth(5).waitFor();
    };
    const main = (page) => page.locator('table').waitFor();
    const past = async (page) => {
      await page
        .locator('.history li')
        .nth(8)
        .getByRole('button', { name: /^As it was/ })
        .click();
      await page.getByRole('button', { name: 'What has changed since?' }).click();
      await page.locator('.diff li').first().waitFor();
    };
    const whatIf = (page) => page.locator('.differs').first().waitFor();
    const order = async (page) => {
      await page.getByLabel(/^Name of the taint/).fill('disk');
      await page.getByLabel(/^Reason/).fill('disk swap');
      await page.getByLabel(/^Your name/).fill('ana');
      await page.getByRole('button', { name: 'What would happen?' }).click();
      await page.locator('.plan').waitFor();
    };
    const trust = async (page) => {
      await page.getByRole('button', { name: 'Verify deploy' }).click();
      await page.getByText('All of it holds.').waitFor();
    };
    const servers = (page) => page.getByText('Memory').waitFor();
    return [
      { name: 'groups', path: '/', before: groups },
      { extra: true, name: 'groups-dark', path: '/', dark: true, before: groups },
      { name: 'groups-phone', path: '/', width: 390, before: groups },
      { name: 'group', path: '/groups/deploy', height: 1150, before: group },
      { extra: true, name: 'group-dark', path: '/groups/deploy', height: 1150, dark: true, before: group },
      { extra: true, name: 'group-phone', path: '/groups/deploy', width: 390, before: group },
      { extra: true, name: 'past', path: '/groups/deploy', height: 700, before: past },
      { extra: true, name: 'why', path: '/groups/deploy/why/4', before: main },
      { name: 'what-if', path: '/groups/deploy/what-if?leaseMs=30000', height: 1000, before: whatIf },
      { name: 'order', path: '/groups/deploy?order=taint&runner=runner-1', before: order },
      { extra: true, name: 'trust', path: '/trust?group=deploy', height: 900, before: trust },
      { extra: true, name: 'servers', path: '/servers', height: 900, before: servers },
    ];
  }

  end() {
    for (const runner of this.runners.values()) runner.stop();
  }
}
