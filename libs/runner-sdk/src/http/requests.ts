import type { HeartbeatReply, RegisterReply } from '@conclave/contract';
import type { HttpClient } from './http-client.js';

export type BeatReply = Pick<HeartbeatReply, 'role' | 'term' | 'leaseMs' | 'heartbeatMs' | 'certificate'>;

export interface Said {
  sequence: number;
  acked: number;
  term: number | null;
  released: number | null;
}
interface Patient {
  timeoutMs: number;
  stop?: AbortSignal;
}

const ROLES: ReadonlySet<string> = new Set(['leader', 'standby', 'revoked', 'superseded']);

/** What one process of a runner says to a server, and what an answer to it must have. */
export class Requests {
  constructor(
    private readonly client: HttpClient,
    readonly path: string,
    private readonly incarnation: string,
  ) {}

  async register(about: object, patient: Patient): Promise<RegisterReply> {
    const reply = await this.client.send<RegisterReply>({
      method: 'PUT',
      isJoining: true,
      path: this.path,
      body: { incarnation: this.incarnation, ...about },
      ...patient,
      fits: ({ heartbeatMs }) => heartbeatMs > 0,
    });
    this.client.credential = reply.credential ?? null;
    return reply;
  }

  async beat({ sequence, acked, term, released }: Said, patient: Patient): Promise<BeatReply> {
    const { incarnation } = this;
    return this.client.send<BeatReply>({
      method: 'POST',
      path: `${this.path}/heartbeat`,
      body: {
        incarnation,
        sequence,
        acked,
        ...(term !== null && { term }),
        ...(released !== null && { released }),
      },
      ...patient,
      fits: (reply) =>
        ROLES.has(reply.role) && reply.term >= 0 && reply.leaseMs >= 0 && reply.heartbeatMs > 0,
    });
  }

  async deregister(patient: Patient): Promise<void> {
    await this.client.send<object>({
      method: 'DELETE',
      path: `${this.path}?incarnation=${this.incarnation}`,
      ...patient,
      fits: (reply) => 'changed' in reply,
    });
  }

  async resign(term: number, patient: Patient): Promise<void> {
    await this.client.send<object>({
      method: 'POST',
      path: `${this.path}/resign`,
      body: { incarnation: this.incarnation, term },
      ...patient,
      fits: (reply) => 'changed' in reply,
    });
  }
}
