import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';

export interface Pem {
  cert: string;
  key: string;
}

const EC = { keyType: 'ec', algorithm: 'sha256' } as const;

/** Makes certificates, and writes them as files in a folder. */
export class Authority {
  private constructor(
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
    return new Authority(folder, { cert, key }, caFile);
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

  async server(dns = ['localhost']): Promise<Pem> {
    return this.issue({ CN: 'conclave' }, dns);
  }

  /** Files of a certificate for a client. */
  async client(file: string, subject: Record<string, string>, ends?: Date): Promise<Pem> {
    return this.write(file, await this.issue(subject, ['client'], ends));
  }

  /** The paths of both. */
  write(file: string, { cert, key }: Pem): Pem {
    const paths = { cert: join(this.folder, `${file}.crt`), key: join(this.folder, `${file}.key`) };
    writeFileSync(paths.cert, cert);
    writeFileSync(paths.key, key, { mode: 0o600 });
    return paths;
  }
}
