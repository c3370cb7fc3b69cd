// npm run mutants [-- name …]: the same worlds with one line changed. Each mutant must be found out.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SEEDS = process.env.MUTANT_SEEDS ?? '150';
const PRESENCE = 'libs/presence/src';
const SDK = 'libs/runner-sdk/src';
/** name, file of dist, what stands there, what stands there instead. */
const MUTANTS = [
  [
    'sdk-counts-from-receipt',
    `${SDK}/tenure.js`,
    'this.sent = sent;',
    'this.sent = { monotonicMs: performance.now(), wallMs: Date.now() };',
  ],
  ['sdk-without-drift', `${SDK}/tenure.js`, 'leaseMs * (1 - this.maxDrift)', 'leaseMs'],
  ['sdk-lease-too-long', `${SDK}/tenure.js`, 'leaseMs * (1 - this.maxDrift)', 'leaseMs * 1.2'],
  [
    'sdk-never-looks-at-its-lease',
    `${SDK}/tenure.js`,
    'Math.max(0, this.grantMs - elapsedMs(this.sent))',
    'this.grantMs',
  ],
  ['sdk-keeps-a-lost-tenure', `${SDK}/tenure.js`, 'this.isHeld = false;', ''],
  [
    'sdk-releases-before-it-has-stopped',
    `${SDK}/candidacy.js`,
    "tenure.stopWork('revoked');",
    "tenure.stopWork('revoked'); void this.handBack(tenure);",
  ],
  [
    'lease-clock-without-drift-and-margin',
    `${PRESENCE}/leases/lease-clock.js`,
    'leaseMs * (1 + this.maxDrift) + MARGIN_MS',
    'leaseMs * 0.97',
  ],
  [
    'lease-clock-takes-the-last-grant',
    `${PRESENCE}/leases/lease-clock.js`,
    'Math.max(deadline.atMs, hearingMs + leaseMs * (1 + this.maxDrift) + MARGIN_MS)',
    'hearingMs + leaseMs * 0.5',
  ],
  [
    'restart-without-a-whole-lease',
    `${PRESENCE}/presence.js`,
    'this.leaseClock.started(group, maxLeaseMs, now.hearingMs)',
    'undefined',
  ],
  [
    'void-check-dropped',
    `${PRESENCE}/leases/lease-table.js`,
    'lease.lastValidRevision > Number(after)',
    'false',
  ],
  [
    'expired-term-still-grants',
    `${PRESENCE}/leases/lease-table.js`,
    'lease.expiredRevision !== null) return 0',
    'false) return 0',
  ],
  [
    'beats-answered-before-they-are-back',
    `${PRESENCE}/reception.js`,
    'return this.p.batcher.renew(recordOf(beat, state), state.settings.heartbeatMs);',
    'this.p.batcher.note(recordOf(beat, state)); return replyTo(beat, state, state.settings.leaseMs);',
  ],
  ['drain-without-end', `${PRESENCE}/reception.js`, '<= settings.drainMs', '>= 0'],
  [
    'deaf-servers-judge',
    `${PRESENCE}/hearing/hearing.js`,
    'return this.isProved(nowMs) && nowMs >= this.resumedMs + 2 * heartbeatMs',
    'return true',
  ],
  [
    'loss-without-proof',
    `${PRESENCE}/failure-detector.js`,
    'this.p.hearing.provedSinceMs - lostMs >= LOSS_CONFIRM_MS',
    'true',
  ],
  [
    'expiry-is-not-level-triggered',
    `${PRESENCE}/failure-detector.js`,
    'expiredRevision !== null && nowMs - triedMs >= RETRY_MS',
    'false',
  ],
  ['nobody-is-silent', `${PRESENCE}/hearing/silence-detector.js`, 'if (isOver && ', 'if (false && '],
  ['leases-never-end', `${PRESENCE}/leases/lease-clock.js`, 'atMs <= hearingMs &&', 'false &&'],
  [
    'term-without-beat-never-ends',
    `${PRESENCE}/leases/lease-clock.js`,
    'hearingMs + 2 * heartbeatMs',
    'Infinity',
  ],
  [
    'acknowledged-before-it-is-written',
    'libs/coordination/src/group-repository.js',
    'const position = await this.write(head, events, echo);',
    'const position = "0"; void this.write(head, events, echo).catch(() => undefined);',
  ],
  [
    'conflicts-are-not-seen',
    'libs/coordination/src/group-repository.js',
    'await this.refresh(group);',
    'undefined;',
  ],
  ['stalls-are-not-noticed', 'libs/node/src/health.js', 'this.tail.resubscribe();', ''],
  ['deadlines-are-not-acted-on', 'libs/coordination/src/deadlines.js', 'if (dueMs > nowMs)', 'if (true)'],
  ['clock-steps-are-followed', 'libs/kernel/src/clock.js', 'Math.abs(gapMs) <= STEP_MS ||', 'true ||'],
  [
    'snapshot-forgets-the-last-beat',
    `${PRESENCE}/leases/lease-table.js`,
    'leases: [...this.leases.values()]',
    'leases: []',
  ],
];

const only = process.argv.slice(2);
const rows = [];
for (const [name, file, from, to] of MUTANTS) {
  if (only.length > 0 && !only.includes(name)) continue;
  const folder = mkdtempSync(join(tmpdir(), 'conclave-mutant-'));
  try {
    for (const part of ['dist', 'test/sim', 'test/chaos'])
      cpSync(part, join(folder, part), { recursive: true });
    cpSync('package.json', join(folder, 'package.json'));
    symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
    const path = join(folder, 'dist', file);
    const text = readFileSync(path, 'utf8');
    if (!text.includes(from)) {
      rows.push([name, 'NOT THERE', from]);
      console.log(rows.at(-1).join('\t'));
      continue;
    }
    writeFileSync(path, text.replaceAll(from, to));
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['test/sim/run.mjs', '--seeds', SEEDS, '--most', '1'],
      { cwd: folder, encoding: 'utf8', timeout: 900_000 },
    );
    const said = /VIOLATION (seed \d+): (.*)/.exec(stdout);
    rows.push([
      name,
      status === 0 ? 'SURVIVED' : 'killed',
      said ? `${said[1]}: ${said[2].slice(0, 110)}` : stderr.slice(-110).replaceAll('\n', ' '),
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(rows.at(-1).join('\t'));
}
const killed = rows.filter(([, fate]) => fate === 'killed').length;
console.log(`mutants: ${killed} of ${rows.length} killed`);
process.exit(killed === rows.length ? 0 : 1);
