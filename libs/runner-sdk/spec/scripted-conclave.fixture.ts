import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Work } from '../src/options.js';

export interface Beat {
  sequence: number;
  acked: number;
  term?: number;
  released?: number;
}
export type Answer =
  | {
      status?: number;
      role?: string;
      term?: number;
      leader?: string | null;
      leaseMs?: number;
      heartbeatMs?: number;
      code?: string;
      detail?: string;
      certificate?: string;
    }
  | 'hang';

/** A Conclave that answers what the test says: the server side of the contract, one runner wide. */
export class Script {
  beats: Beat[] = [];
  /** Terms that were given back; `away`: whichever, by a process that ends. */
  resigned: (number | 'away')[] = [];
  /** What these named as their last beat. */
  lastBeats: (number | undefined)[] = [];
  /** It knows no such thing. */
  isOfBefore = false;
  /** Who has left the group; the first time nobody hears it. */
  left: string[] = [];
  takesEvidence = true;
  freezesAt: 'PUT' | null = null;
  /** Whoever registers is told what is wrong with it. */
  isAtALoss = false;
  /** Whoever registers is told that it did not come in time, so often. */
  tooLate = 0;
  /** The answer to whoever registers is under way until then. */
  onRegister: () => Promise<unknown> = async () => undefined;
  /** Ports of connections by which each was asked. */
  readonly from = { registration: [] as number[], session: [] as number[], beat: [] as number[] };
  /** Certificates that were shown. */
  shown: string[] = [];
  registrations = 0;
  heartbeatMs = 60;
  /** Bodies of them. */
  registered: object[] = [];
  /** Of who registers; undefined: it gets none. */
  credential: () => string | undefined = () => undefined;
  given: string[] = [];
  /** What registrations were shown, and the last beat. */
  credentials: (string | undefined)[] = [];
  shownWith: string | undefined;
  answer: (beat: Beat) => Answer = () => ({ role: 'standby', term: 0 });
  /** The answer to a beat is under way until then. */
  onBeat: () => Promise<unknown> = async () => undefined;
  onResign: () => Promise<void> = async () => undefined;
  session: ServerResponse | null = null;
  /** Whoever asks for a stream by another port hears nothing: a connection that is dead without a word. */
  hearsStreamsOf: (port: number) => boolean = () => true;
  /** Its answers are as old: it hears nothing from its store. */
  staleMs = 0;
  sessions = 0;
  /** What each of them was opened with, until it was left. */
  opened: (string | undefined)[] = [];
  private readonly server: Server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      this.note(request);
      void this.handle(request.method!, request.url!, text, response);
    });
  });
  url = '';

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.listen(0, '127.0.0.1', resolve);
    });
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
  close(): void {
    this.server.closeAllConnections();
    this.refuse();
  }
  /** Nobody comes in any more; who is there may stay. */
  refuse(): void {
    this.server.close();
  }

  private note({ method, url, socket, headers: { authorization } }: IncomingMessage): void {
    const what = url!.includes('/session') ? 'session' : method === 'PUT' ? 'registration' : 'beat';
    this.from[what].push(socket.remotePort!);
    const shown = authorization?.replace('Bearer ', '');
    if (method === 'PUT') this.credentials.push(shown);
    else this.shownWith = shown;
  }

  private async handle(method: string, url: string, text: string, response: ServerResponse): Promise<void> {
    const reply = (status: number, body: Record<string, unknown>) => {
      const { code } = body as { code?: string };
      const type = code !== undefined && { type: `/docs/problems#${code}` };
      const stale = this.staleMs > 0 && { 'x-conclave-stale-ms': String(this.staleMs) };
      response.writeHead(status, { 'content-type': 'application/json', ...stale });
      response.end(JSON.stringify({ ...type, ...body }));
    };
    if (method === 'DELETE') {
      this.left.push(url);
      reply(this.left.length === 1 ? 503 : 200, { code: 'store-unavailable', changed: true });
    } else if (url.includes('/session')) {
      if (!this.hearsStreamsOf(response.socket!.remotePort!)) return;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(': hb\n\n');
      this.session = response;
      this.sessions++;
      const { shownWith } = this;
      this.opened.push(shownWith);
      response.on('close', () => this.opened.splice(this.opened.indexOf(shownWith), 1));
    } else if (method === 'PUT') {
      this.registrations++;
      this.registered.push(JSON.parse(text) as object);
      if (this.freezesAt === 'PUT') return;
      await this.onRegister();
      if (this.tooLate-- > 0)
        return reply(408, { code: 'request-timeout', detail: 'it did not come in time' });
      if (this.isAtALoss) return reply(400, { code: 'invalid-request', detail: '/labels: too new' });
      const credential = this.credential();
      if (credential !== undefined) this.given.push(credential);
      reply(200, { heartbeatMs: this.heartbeatMs, credential });
    } else if (url.endsWith('/log/evidence')) {
      this.shown.push((JSON.parse(text) as { certificate: string }).certificate);
      if (this.takesEvidence) reply(200, { state: 'replaced', why: 'it is another log' });
      else reply(404, { code: 'route-unknown', detail: 'there is no such route' });
    } else if (url.endsWith('/resign')) {
      try {
        await this.onResign();
      } catch {
        return reply(429, { code: 'too-many-requests', detail: 'not now' });
      }
      const { term, sequence } = JSON.parse(text) as { term?: number; sequence?: number };
      if (sequence !== undefined && this.isOfBefore)
        return reply(400, { code: 'invalid-request', detail: '' });
      this.resigned.push(term ?? 'away');
      this.lastBeats.push(sequence);
      reply(200, { changed: true });
    } else {
      const beat = JSON.parse(text) as Beat;
      this.beats.push(beat);
      const answer = this.answer(beat);
      await this.onBeat();
      if (answer !== 'hang') reply(answer.status ?? 200, { leaseMs: 0, heartbeatMs: 60, ...answer });
    }
  }
  push(event: string, data: object): void {
    this.session!.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}

/** Grants term 1 for a second to every beat that names it. */
export const leading =
  (term = 1) =>
  (beat: Beat): Answer => ({ role: 'leader', term, leaseMs: beat.term === term ? 1_000 : 0 });
const HOURS_MS = 3_600_000;
/** Grants term 1 for an hour to the beat that names it; the next one comes as much later. */
export const leadingForHours = ({ term }: Beat): Answer => ({
  role: 'leader',
  term: 1,
  leaseMs: term === 1 ? HOURS_MS : 0,
  heartbeatMs: HOURS_MS,
});
/** Work that goes on until it is told to stop and then takes `drainMs`. */
export const work =
  (log: string[], drainMs = 0): Work =>
  async ({ term, signal }) => {
    log.push(`start ${term}`);
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve());
    });
    await new Promise((resolve) => setTimeout(resolve, drainMs));
    log.push(`stop ${term}`);
  };
