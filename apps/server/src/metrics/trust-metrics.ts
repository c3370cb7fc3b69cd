import { Gauge, type Registry } from 'prom-client';
import type { Node } from '@conclave/node';
import type { ShownCertificate } from '../access/shown-certificate.js';
import { gauge } from './series.js';

/** By what others believe this server, and its log. */
export function ofTrust(registry: Registry, shown: ShownCertificate, node: Node): void {
  // for an alert before it is over: after that a Prometheus that comes by TLS is told nothing any more
  gauge(
    registry,
    'conclave_certificate_ends_timestamp_seconds',
    'When the certificate that this server shows is over, in seconds since 1970; +Inf where it shows none',
    () => shown.endsMs / 1_000,
  );
  const witnesses: Gauge = new Gauge({
    name: 'conclave_witness_cosigns',
    help: '0 while a witness does not co-sign for this server: /readyz says why; else 1',
    labelNames: ['witness'],
    registers: [registry],
    collect: () => {
      for (const { url, why } of node.records.checkpoints.witnesses.standing)
        witnesses.set({ witness: url }, why === null ? 1 : 0);
    },
  });
}
