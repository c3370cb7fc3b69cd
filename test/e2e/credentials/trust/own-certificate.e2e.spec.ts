import { describe, expect, it } from '@jest/globals';
import { until } from '@conclave/processes';
import { TlsServed } from '../tls.fixture.js';
import { bearer } from '../tokens.fixture.js';

describe("the server's own certificate", () => {
  const tls = new TlsServed();
  const anyhow = { rejectUnauthorized: false };
  const warnings = async (): Promise<string[]> => (await tls.ask('/readyz', anyhow)).body.warnings;
  const shows = async (ends?: Date) => tls.ours.write('server', await tls.ours.server(['localhost'], ends));
  const ends = async () => {
    const { body } = await tls.ask('/metrics', { ...anyhow, headers: bearer(tls.token) });
    return /^conclave_certificate_ends_timestamp_seconds\{.*\} (\S+)$/m.exec(body)?.[1];
  };

  it('that ends soon, or is over, is told: in /readyz, in the log, and as a figure', async () => {
    expect(await warnings()).toEqual([]);
    const hour = Math.floor(Date.now() / 1_000) * 1_000 + 3_600_000;
    await shows(new Date(hour));
    const soon = `the certificate of this server is over at ${new Date(hour).toISOString()}: renew it`;
    await until('that it ends soon is said', async () => (await warnings()).includes(soon));
    expect(Number(await ends())).toBe(hour / 1_000);

    const past = new Date(hour - 7_200_000);
    await shows(past);
    const over = `the certificate of this server is over since ${past.toISOString()}: clients refuse it`;
    await until('that it is over is said', async () => (await warnings()).includes(over));
    await expect(tls.ask('/readyz')).rejects.toThrow(/expired/);
    for (const said of [soon, over]) {
      await until('the log has it', () => tls.server.stderr.includes(said));
      expect(tls.server.stderr.split(said)).toHaveLength(2); // once
    }

    await shows();
    await until('a renewed one is taken', async () => (await warnings()).length === 0);
    expect(await tls.ask('/readyz')).toMatchObject({ status: 200 });
  });
});
