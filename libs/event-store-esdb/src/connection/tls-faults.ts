import { readFileSync } from 'node:fs';
import { StoreUnusable } from '@conclave/event-store';

/** Options that name files, as people write them, and what must stand in such a file. */
const FILES = {
  tlscafile: ['tlsCAFile', 'CERTIFICATE'],
  usercertfile: ['userCertFile', 'CERTIFICATE'],
  userkeyfile: ['userKeyFile', 'PRIVATE KEY'],
} as const;
type PemOption = keyof typeof FILES;
export const PEM_OPTIONS = Object.keys(FILES) as PemOption[];

/** What stands now in the file that an option names; null: none is named. Throws {@link StoreUnusable}. */
export function pemIn(options: ReadonlyMap<string, string>, option: PemOption): Buffer | null {
  const path = options.get(option);
  if (path === undefined) return null;
  const [name, kind] = FILES[option];
  let why = `has no ${kind} in it (PEM)`;
  try {
    const pem = readFileSync(path);
    if (pem.includes(`${kind}-----`)) return pem;
  } catch (error) {
    why = `cannot be read: ${(error as Error).message}`;
  }
  throw new StoreUnusable(`${name}="${path}", named in the EventStoreDB connection string, ${why}.`);
}

const CERTIFICATE = /certificate|self.signed|CERT_|altname/i;
/** What gRPC passes on of TLS, and what a person can do; the last one takes all the rest. */
const CERTIFICATE_FAULTS = [
  {
    says: /altname|does not match certificate/i,
    means: 'it is for another name',
    advice:
      'Connect by a host name that it has (to several nodes: by what each advertises to clients), or have one made that has this name.',
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
