import { afterAll, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Api, inc, ServerProcess, until, dropFolder } from '@conclave/processes';

const folder = mkdtempSync(join(tmpdir(), 'conclave-spans-'));
const file = join(folder, 'spans.ndjson');
afterAll(() => dropFolder(folder));
const spans = (): any[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
    : [];

describe('traces', () => {
  it('go to one, too, that registers itself a moment after it was loaded (with --require nothing waits for it)', async () => {
    const late = join(folder, 'late.cjs');
    const path = resolve('test/e2e/operating/tracing.mjs');
    writeFileSync(late, `setTimeout(() => require(${JSON.stringify(path)}), 1);`); // long before the server is made
    const of = join(folder, 'late.ndjson');
    const server = await ServerProcess.start({ NODE_OPTIONS: `--require ${late}`, SPANS: of });
    try {
      await new Api(server.url).get('/v1/groups/none');
      await until('a span', () => existsSync(of) && readFileSync(of, 'utf8').includes('GET /v1/groups/:g'));
    } finally {
      await server.kill();
    }
  });

  it('go to whatever OpenTelemetry SDK is registered before the start, under the trace of the caller', async () => {
    const server = await ServerProcess.start({
      NODE_OPTIONS: `--import ${resolve('test/e2e/operating/tracing.mjs')}`,
      SPANS: file,
    });
    try {
      const traceId = '0af7651916cd43dd8448eb211c80319c';
      const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };
      await new Api(server.url).put('/v1/groups/g/runners/a', { incarnation: inc('a') }, headers);
      await new Api(server.url).get('/v1/groups/none');
      const named = async (name: string) =>
        until(`a span ${name}`, () => spans().find((one) => one.name === name));
      expect(await named('PUT /v1/groups/:g/runners/:r')).toMatchObject({
        traceId,
        attributes: {
          'http.request.method': 'PUT',
          'http.response.status_code': 201,
          'conclave.group': 'g',
          'conclave.runner': 'a',
        },
      });
      expect(await named('RegisterRunner')).toMatchObject({ traceId });
      expect(await named('GET /v1/groups/:g')).toMatchObject({
        traceId: null,
        attributes: { 'http.response.status_code': 404 },
      });
    } finally {
      await server.kill();
    }
  });
});
