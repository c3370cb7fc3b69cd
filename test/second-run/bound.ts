import { TICK_MS } from '@conclave/node';
import { leasesOf, type World } from './worlds.js';

const DRIFT = 0.01;
/** LeaseClock's own margin beyond a lease. */
const MARGIN_MS = 50;

/**
 * How far an instant of the prediction may be from that of the second run. A silence is counted from the last
 * beat before it, which in another run may fall a heartbeat earlier or later; a leader's lease is given its
 * drift and margin, which the silence of a standby is not (L3, L4); what is due is done at the next tick, told
 * and answered within two more. `handoverMs`: of an end for which a leader had to hear first that it has to
 * stop: another heartbeat at the most.
 */
export function boundOf(world: World): { ms: number; handoverMs: number } {
  const { a, b } = world;
  const heartbeatMs = Math.max(a.heartbeatMs!, b.heartbeatMs!);
  const leaseMs = Math.max(...leasesOf(world));
  const ms = heartbeatMs + DRIFT * leaseMs + MARGIN_MS + 3 * TICK_MS;
  return { ms, handoverMs: ms + heartbeatMs };
}
