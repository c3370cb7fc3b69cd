import { afterAll, beforeAll } from '@jest/globals';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo } from 'node:net';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { describeIf } from '@conclave/processes';

const { CHROMIUM_PATH } = process.env;
const first = (...paths: (string | undefined)[]) =>
  paths.find((path) => path !== undefined && existsSync(path));
/** As people have it. */
const WHOLE_BROWSER = first(
  CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
);
/** The headless shell takes a third of the processor time of the whole browser. */
export const BROWSER = first(CHROMIUM_PATH, '/usr/bin/chromium-headless-shell', WHOLE_BROWSER);

const NO_BROWSER = 'no browser: apt-get install chromium, or name one in CHROMIUM_PATH';
/** Specs that need a real browser; without one they are skipped under a name that says what to do. */
export const describeInBrowser = describeIf(BROWSER !== undefined, NO_BROWSER);
/** The same, of what keeps sites from each other. */
export const describeInWholeBrowser = describeIf(WHOLE_BROWSER !== undefined, NO_BROWSER);

/** A name of somebody who lets it stand for this machine. */
export const EVIL = 'evil.example';

/** What a server answered, also what the browser kept from the page. */
export interface Seen {
  method: string;
  url: string;
  status: number;
}

/** One browser, and one web server with a page of somebody else. */
export class Visitor {
  private browser!: Browser;
  private context!: BrowserContext;
  private pages!: Server;

  constructor() {
    beforeAll(async () => {
      const page = readFileSync('test/e2e/access/hostile.page.html');
      this.pages = createServer((_request, response) =>
        response.writeHead(200, { 'content-type': 'text/html' }).end(page),
      ).listen(0, '127.0.0.1');
      await once(this.pages, 'listening');
      this.browser = await chromium.launch({
        executablePath: WHOLE_BROWSER!,
        args: [`--host-resolver-rules=MAP ${EVIL} 127.0.0.1`],
      });
      this.context = await this.browser.newContext();
    });
    afterAll(async () => {
      await this.browser?.close();
      this.pages?.closeAllConnections();
      this.pages?.close();
    });
  }

  /** Of the web server with the page, by one of its names. */
  originBy = (host: string): string => `http://${host}:${(this.pages.address() as AddressInfo).port}`;

  /** A new tab, and every answer that it gets. */
  async tab(): Promise<{ page: Page; seen: Seen[] }> {
    const page = await this.context.newPage();
    const seen: Seen[] = [];
    const asked = new Map<string, { method: string; url: string }>();
    const answered = new Map<string, number>();
    const network = await this.context.newCDPSession(page);
    // the two come in any order, and the second one tells; what a page may not read has no other trace
    const note = (id: string): void => {
      const [request, status] = [asked.get(id), answered.get(id)];
      if (request && status) seen.push({ method: request.method, url: request.url, status });
    };
    network.on('Network.requestWillBeSent', ({ requestId, request }) => {
      asked.set(requestId, request);
      note(requestId);
    });
    network.on('Network.responseReceivedExtraInfo', ({ requestId, statusCode }) => {
      answered.set(requestId, statusCode);
      note(requestId);
    });
    await network.send('Network.enable');
    return { page, seen };
  }

  /**
   * A tab with a page of somebody else, whose name has come to mean `port` of this machine since: its first answer came from
   * elsewhere. One address for both, because browsers do not let what came from further away ask this machine.
   */
  async rebound(port: number): Promise<{ page: Page; seen: Seen[]; origin: string }> {
    const name = createTcpServer((socket) => {
      socket
        .on('error', () => undefined)
        .once('data', (first: Buffer) => {
          if (first.toString().startsWith('GET /lure '))
            return socket.end(
              'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<p>hello',
            );
          const there = connect(port, '127.0.0.1').on('error', () => undefined);
          there.write(first);
          socket.pipe(there).pipe(socket);
        });
    }).listen(0, '127.0.0.1');
    await once(name, 'listening');
    name.unref();
    const origin = `http://${EVIL}:${(name.address() as AddressInfo).port}`;
    const tab = await this.tab();
    await tab.page.goto(`${origin}/lure`);
    tab.seen.length = 0;
    return { ...tab, origin };
  }

  /** A tab with the page of somebody else open, by one of its names. */
  async lured(host: string, query: Record<string, string>): Promise<{ page: Page; seen: Seen[] }> {
    const tab = await this.tab();
    await tab.page.goto(`${this.originBy(host)}/?${new URLSearchParams(query).toString()}`);
    tab.seen.length = 0;
    return tab;
  }
}
