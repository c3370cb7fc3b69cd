import { sign, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';

export interface Pem {
  cert: string;
  key: string;
}

const EC = { keyType: 'ec', algorithm: 'sha256' } as const;

/** DER, as far as a list of revoked certificates needs it. */
function der(tag: number, ...parts: (Buffer | string)[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'hex') : part)),
  );
  const { length } = body;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}
const [INTEGER, BITS, OID, TEXT, TIME, SEQUENCE, SET] = [2, 3, 6, 12, 23, 48, 49];
const timeOf = (at: Date): Buffer =>
  der(TIME, Buffer.from(`${at.toISOString().replace(/^..|[-:T]|\..*$/g, '')}Z`));
const ECDSA_SHA256 = der(SEQUENCE, der(OID, '2a8648ce3d040302'));

/** Makes certificates, and writes them as files in a folder. */
export class Authority {
  private constructor(
    private readonly name: string,
    private readonly folder: string,
    private readonly own: Pem,
    readonly caFile: string,
  ) {}

  static async make(folder: string, name: string): Promise<Authority> {
    const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
      ...EC,
      extensions: [
        { name: 'basicConstraints', cA: true, critical: true },
        { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
      ],
    });
    const caFile = join(folder, `${name}.ca.pem`);
    writeFileSync(caFile, cert);
    return new Authority(name, folder, { cert, key }, caFile);
  }

  /** `ends`: when it is over, if that is not in a year. */
  private async issue(subject: Record<string, string>, dns: string[], ends?: Date): Promise<Pem> {
    const names = Object.entries(subject).map(([shortName, value]) => ({ shortName, value }));
    const { cert, private: key } = await generate(names, {
      ...EC,
      ca: this.own,
      ...(ends && { notBeforeDate: new Date(ends.getTime() - 86_400_000), notAfterDate: ends }),
      extensions: [
        { name: 'basicConstraints', cA: false },
        { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
        {
          name: 'subjectAltName',
          altNames: [...dns.map((value) => ({ type: 2 as const, value })), { type: 7, ip: '127.0.0.1' }],
        },
      ],
    });
    return { cert, key };
  }

  async server(dns = ['localhost'], ends?: Date): Promise<Pem> {
    return this.issue({ CN: 'conclave' }, dns, ends);
  }

  /** Files of a certificate for a client. */
  async client(file: string, subject: Record<string, string>, ends?: Date): Promise<Pem> {
    return this.write(file, await this.issue(subject, ['client'], ends));
  }

  /** A list (CRL, PEM) of certificates that count no more; it is over when it `ends`. */
  revoked(some: Pem[], ends: Date): string {
    const name = der(
      SEQUENCE,
      der(SET, der(SEQUENCE, der(OID, '550403'), der(TEXT, Buffer.from(this.name)))),
    );
    const since = timeOf(new Date(ends.getTime() - 86_400_000));
    const serials = some.map(({ cert }) => new X509Certificate(readFileSync(cert)).serialNumber);
    const entries = serials.map((serial) =>
      der(SEQUENCE, der(INTEGER, /^[89A-F]/.test(serial) ? `00${serial}` : serial), since),
    );
    const list = der(
      SEQUENCE,
      der(INTEGER, '01'),
      ECDSA_SHA256,
      name,
      since,
      timeOf(ends),
      der(SEQUENCE, ...entries),
    );
    const signature = der(BITS, '00', sign('sha256', list, this.own.key));
    const text = der(SEQUENCE, list, ECDSA_SHA256, signature).toString('base64');
    return `-----BEGIN X509 CRL-----\n${text.replace(/.{64}/g, '$&\n')}\n-----END X509 CRL-----\n`;
  }

  /** The paths of both. */
  write(file: string, { cert, key }: Pem): Pem {
    const paths = { cert: join(this.folder, `${file}.crt`), key: join(this.folder, `${file}.key`) };
    writeFileSync(paths.cert, cert);
    writeFileSync(paths.key, key, { mode: 0o600 });
    return paths;
  }
}
