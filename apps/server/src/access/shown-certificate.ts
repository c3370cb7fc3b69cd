import { X509Certificate } from 'node:crypto';
import { isoOf } from '@conclave/kernel';

/** Who renews by hand has a weekend; one that lives for hours only is renewed by a machine, well before its last fifth. */
const [SOON_MS, LAST_SHARE] = [3 * 86_400_000, 0.2];

/** How long the certificate counts that this server shows: when it is over nobody asks any more why nobody comes. */
export class ShownCertificate {
  private beginsMs = 0;
  endsMs = Infinity;

  /** PEM; the first one in it is the server's. */
  shows(pem: string): void {
    const { validFrom, validTo } = new X509Certificate(pem);
    this.beginsMs = Date.parse(validFrom);
    this.endsMs = Date.parse(validTo);
  }

  /** What somebody should mend, by the wall clock, as clients go by theirs. */
  warnings(nowMs: number): string[] {
    const { beginsMs, endsMs } = this;
    if (nowMs >= endsMs)
      return [`the certificate of this server is over since ${isoOf(endsMs)}: clients refuse it`];
    if (nowMs < beginsMs)
      return [`the certificate of this server counts from ${isoOf(beginsMs)} on: clients refuse it before`];
    const isSoon = endsMs - nowMs < Math.min(SOON_MS, LAST_SHARE * (endsMs - beginsMs));
    return isSoon ? [`the certificate of this server is over at ${isoOf(endsMs)}: renew it`] : [];
  }
}
