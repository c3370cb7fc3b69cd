import { afterAll, beforeAll, expect } from '@jest/globals';
import type { z } from 'zod';
import { Api, inc, ServerProcess, type Answer } from '@conclave/processes';
import { testStore, type STORES, type TestStore } from '@conclave/testing';
import * as schemas from '@conclave/contract';

export const I = inc('a');
export const J = inc('b');

/** One server over one store for the specs of an audience. */
export class Served {
  store!: TestStore;
  server!: ServerProcess;
  private count = 0;

  constructor(kind: (typeof STORES)[number]) {
    beforeAll(async () => {
      this.store = await testStore(kind);
      this.server = await ServerProcess.start(this.store.environment);
    });
    afterAll(async () => {
      expect(await this.server.kill('SIGTERM')).toBe(0);
      await this.store.close();
    });
  }

  get api(): Api {
    return new Api(this.server.url);
  }

  /** A name that no group has yet. */
  newGroup(): string {
    return `g${++this.count}`;
  }

  /** A fresh group with active a (leads term 1) and b. */
  async ledGroup(settings: object = {}): Promise<string> {
    const group = this.newGroup();
    const { api } = this;
    await api.put(`/v1/groups/${group}`, settings);
    await api.put(`/v1/groups/${group}/runners/a`, { incarnation: I, ready: true });
    await api.put(`/v1/groups/${group}/runners/b`, { incarnation: J, ready: true });
    return group;
  }
}

export function expectBody(answer: Answer, status: number, schema: z.ZodType): any {
  expect({ status: answer.status, body: answer.body }).toMatchObject({ status });
  expect(schema.safeParse(answer.body)).toMatchObject({ success: true });
  return answer.body;
}

export function expectProblem(answer: Answer, status: number, code: string, detail = /./): any {
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  const body = expectBody(answer, status, schemas.ProblemReply);
  expect(body).toMatchObject({
    status,
    code,
    type: `/docs/problems#${code}`,
    detail: expect.stringMatching(detail),
  });
  return body;
}
