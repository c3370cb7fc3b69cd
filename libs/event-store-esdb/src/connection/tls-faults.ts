import { StoreUnusable } from '@conclave/event-store';

const CERTIFICATE = /certificate|self.signed|CERT_|altname/i;
/** What gRPC passes on of TLS, and what a person can do; the last one takes all the rest. */
const CERTIFICATE_FAULTS = [
  {
    says: /altname|does not match certificate/i,
    means: 'it is for another name',
    advice: 'Connect by a host name that it has, or have one made that has this name.',
  },
  {
    says: /has expired|CERT_HAS_EXPIRED/i,
    means: 'it has expired',
    advice: 'Renew it on the server; if it was just renewed, look at the clock of this machine.',
  },
  {
    says: /not yet valid/i,
    means: 'it is not valid yet',
    advice: 'Look at the clocks of this machine and of the one that made it.',
  },
  {
    says: CERTIFICATE,
    means: 'its authority is not known here',
    advice: 'Name the authority that signed it with tlsCAFile=….',
  },
];
const NOT_TLS = /wrong version number|packet length too long|EPROTO/i;

/** True if what gRPC says is of TLS: a person must do something, and asking again does not help. */
export const isTlsFault = (message: string): boolean => CERTIFICATE.test(message) || NOT_TLS.test(message);

/** What is wrong with TLS, and what to do about it; null if the message is of something else. */
export function tlsFaultOf(message: string, cause: unknown): StoreUnusable | null {
  const certificate = CERTIFICATE_FAULTS.find(({ says }) => says.test(message));
  if (certificate)
    return new StoreUnusable(
      `the certificate of EventStoreDB was not accepted: ${certificate.means} (${message}). ${certificate.advice}`,
      { cause },
    );
  if (!NOT_TLS.test(message)) return null;
  return new StoreUnusable(
    `EventStoreDB does not speak TLS there (${message}). Add tls=false if it runs insecure.`,
    { cause },
  );
}
