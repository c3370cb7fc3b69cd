import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import { Api, ServerProcess, until, type Proxy } from '@conclave/processes';
import { BROWSER } from '../access/browser.fixture.js';

export { describeInBrowser } from '../access/browser.fixture.js';

const AXE = 'node_modules/axe-core/axe.min.js';

/** Leases that end soon, so that a test sees what follows. */
const SHORT = { leaseMs: 1_500, heartbeatMs: 200, drainMs: 4_000 };

/** Leases that no pause of a busy machine ends: for what is about orders, not about silence. */
export const PATIENT = { leaseMs: 30_000 };

/** A process of a runner: it beats until it is stopped, and stops leading when it is told to. */
export class Beating {
  readonly incarnation = randomUUID();
  private timer: NodeJS.Timeout | null = null;
  private sequence = 0;
  private term = 0;
  constructor(
    private readonly api: Api,
    readonly path: string,
  ) {}

  async start(attributes: object = {}): Promise<this> {
    await this.api.put(this.path, { incarnation: this.incarnation, ...attributes });
    await this.beat();
    this.timer = setInterval(() => void this.beat().catch(() => undefined), 100);
    return this;
  }

  private async beat(): Promise<void> {
    const { incarnation, term } = this;
    const beat = { incarnation, sequence: ++this.sequence, ...(term > 0 && { term }) };
    const { body } = await this.api.post(`${this.path}/heartbeat`, beat);
    if (body.role === 'leader') this.term = body.term;
    else if (body.role === 'revoked')
      await this.api.post(`${this.path}/release`, { incarnation, term: body.term });
    if (body.role !== 'leader') this.term = 0;
  }

  stop(): void {
    clearInterval(this.timer!);
  }
}

/** One browser and one server for a spec file; a new page for each test. */
export class Dashboard {
  server!: ServerProcess;
  api!: Api;
  page!: Page;
  /** What went wrong in the page, or was kept from it by its policy. */
  readonly complaints: string[] = [];
  private browser!: Browser;
  private context!: BrowserContext;
  private readonly runners: Beating[] = [];

  constructor(environment: () => Record<string, string> = () => ({})) {
    beforeAll(async () => {
      this.server = await ServerProcess.start(environment());
      this.api = new Api(this.server.url);
      this.browser = await chromium.launch({ executablePath: BROWSER! });
    });
    afterAll(async () => {
      for (const runner of this.runners) runner.stop();
      await this.browser?.close();
      await this.server?.kill();
    });
    beforeEach(async () => this.open());
    afterEach(async () => {
      await this.context.close();
      expect(this.complaints.splice(0)).toEqual([]);
    });
  }

  /** Anew, as another browser would. */
  async open(options: BrowserContextOptions = {}): Promise<Page> {
    await this.context?.close();
    this.context = await this.browser.newContext({ viewport: { width: 1200, height: 800 }, ...options });
    this.page = await this.context.newPage();
    this.page.setDefaultTimeout(20_000);
    this.page.on('pageerror', (error) => this.complaints.push(error.message));
    this.page.on('console', (said) => {
      // that a server did not answer, or refused, the browser says itself; the page says it in its own words
      if (said.type() === 'error' && !said.text().startsWith('Failed to load resource'))
        this.complaints.push(said.text());
    });
    return this.page;
  }

  async show(path: string): Promise<Page> {
    await this.page.goto(this.server.url + path);
    return this.page;
  }

  /** By way of a proxy, which leads to the server from now on. */
  async showThrough(proxy: Proxy, path: string): Promise<Page> {
    proxy.leadTo(Number(this.server.port));
    await this.page.goto(`http://127.0.0.1:${proxy.port}${path}`);
    return this.page;
  }

  async runner(group: string, id: string, attributes: object = {}): Promise<Beating> {
    const runner = new Beating(this.api, `/v1/groups/${group}/runners/${id}`);
    this.runners.push(runner);
    return runner.start(attributes);
  }

  /** A group with short leases and these runners; the first leads. */
  async group(group: string, ids: readonly string[], settings: object = {}): Promise<Beating[]> {
    await this.api.put(`/v1/groups/${group}`, { ...SHORT, ...settings });
    const runners: Beating[] = [];
    for (const id of ids) runners.push(await this.runner(group, id));
    return runners;
  }

  ledBy = (group: string, runner: string): Promise<unknown> =>
    until(`${runner} leads ${group}`, async () => {
      const { body } = await this.api.get(`/v1/groups/${group}/leader`);
      return body.state === 'led' && body.leader.runner === runner;
    });

  /** What axe finds wrong with the page as it is. */
  async violations(): Promise<string[]> {
    // evaluated by the debugger: the policy of the page lets no script of a test in
    await this.page.evaluate(readFileSync(AXE, 'utf8'));
    return this.page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: {
          run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
        };
      };
      const { violations } = await axe.run();
      return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
      );
    });
  }
}
