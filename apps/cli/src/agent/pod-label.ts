import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { askerFor, textOf, type Ask } from '@conclave/runner-sdk';
import { CliError } from '../remote/cli-error.js';
import { say } from '../commands/running.js';

/** Where Kubernetes puts what a pod may show of itself. */
export const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const REQUEST_MS = 5_000;
const RETRY_MS = 500;

class Refused extends Error {}

/** A label on the pod of this process that is there while it leads. Needs the right to patch pods. */
export class PodLabel {
  private readonly url: string;
  private readonly ask: Ask;
  private readonly tokenFile: string;
  private wish = {};
  private asking: Promise<void> = Promise.resolve();
  private told = '';

  /** Throws {@link CliError} (2) that names what is missing. `account`: folder with `token` and `ca.crt`. */
  constructor(
    private readonly name: string,
    private readonly value: string,
    account: string,
  ) {
    const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = process.env;
    const { POD_NAME: pod, POD_NAMESPACE: namespace } = process.env;
    const files = [(this.tokenFile = join(account, 'token')), join(account, 'ca.crt')];
    const missing = [
      ...Object.entries({ KUBERNETES_SERVICE_HOST: host, POD_NAME: pod, POD_NAMESPACE: namespace })
        .filter(([, text]) => !text)
        .map(([variable]) => variable),
      ...files.filter((file) => !existsSync(file)),
    ];
    if (missing.length > 0)
      throw new CliError(
        2,
        `--kubernetes-label needs ${missing.join(', ')}: see docs/traffic.md, Kubernetes.`,
      );
    const path = `api/v1/namespaces/${encodeURIComponent(namespace!)}/pods/${encodeURIComponent(pod!)}`;
    this.url = `https://${host!.includes(':') ? `[${host}]` : host}:${port}/${path}`;
    this.ask = askerFor({ ca: files[1] });
  }

  /** What an earlier process of this pod left. Rejects with {@link CliError} (3) if the API refuses. */
  async clear(): Promise<void> {
    try {
      await this.patch(false);
    } catch (error) {
      if (error instanceof Refused) throw new CliError(3, error.message);
      void this.want(false);
    }
  }

  /** Resolves when it is so, or when the signal aborts: then it is still tried, until something newer is wanted. */
  async want(leads: boolean, signal?: AbortSignal): Promise<void> {
    const wish = (this.wish = { leads });
    const before = this.asking;
    this.asking = (async () => {
      await before; // one request at a time: the older one must not come last
      while (this.wish === wish) {
        try {
          return await this.patch(leads);
        } catch (error) {
          if (this.told !== (error as Error).message) say((error as Error).message);
          this.told = (error as Error).message;
        }
        await delay(RETRY_MS, undefined, { ref: false }); // no reason to stay, when all else has ended
      }
    })();
    const aborted = new Promise<void>((resolve) =>
      signal?.addEventListener('abort', () => resolve(), { once: true }),
    );
    await Promise.race([this.asking, aborted]);
  }

  private async patch(leads: boolean): Promise<void> {
    const response = await this.ask(this.url, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${readFileSync(this.tokenFile, 'utf8').trim()}`, // Kubernetes renews it in place
        'content-type': 'application/merge-patch+json',
      },
      body: JSON.stringify({ metadata: { labels: { [this.name]: leads ? this.value : null } } }),
      signal: AbortSignal.timeout(REQUEST_MS),
    });
    const text = await textOf(this.url, response);
    if (response.ok) return void (this.told = '');
    const what = `the label of this pod was not changed: ${response.status} ${text.slice(0, 300)}`;
    throw response.status < 500 && response.status !== 429 ? new Refused(what) : new Error(what);
  }
}
