import { z } from 'zod';

/** A wrong environment; `message` is one line that names each variable, its value and what it must be. */
export class ConfigError extends Error {}

/** What a file says that a variable names. Throws {@link ConfigError}, which names it. */
export function namedBy<T>(variable: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw new ConfigError(`${(error as Error).message} (${variable} names it)`, { cause: error });
  }
}

const HOST = /^(\*|\[[0-9a-f:.]+\]|(\*\.)?[a-z0-9_]([a-z0-9._-]*[a-z0-9])?)$/i;
export const listed = (text: string): string[] =>
  text.split(',').map((url) => url.trim().replace(/\/+$/, ''));

/** Who may come, and how. */
export const ACCESS_VARIABLES = {
  CONCLAVE_AUTH: z.enum(['on', 'off'], 'must be on or off').optional(),
  CONCLAVE_TOKENS: z.string().optional(),
  CONCLAVE_ACCESS: z.string().optional(),
  CONCLAVE_TLS_CERT: z.string().optional(),
  CONCLAVE_TLS_KEY: z.string().optional(),
  CONCLAVE_TLS_CLIENT_CA: z.string().optional(),
  CONCLAVE_ALLOWED_HOSTS: z
    .string()
    .transform(listed)
    .refine(
      (hosts) => hosts.every((host) => HOST.test(host)),
      'must be host names, separated by commas, or *',
    )
    .default([]),
  CONCLAVE_CORS_ORIGINS: z
    .string()
    .transform(listed)
    .refine(
      (origins) => origins.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin),
      'must be origins like https://board.example, separated by commas',
    )
    .default([]),
};
const Given = z.object(ACCESS_VARIABLES);
type Given = z.infer<typeof Given>;

export interface TlsFiles {
  cert: string;
  key: string;
  clientCa: string | undefined;
}

export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(host);

/** What is not as safe as it could be; none on a loopback address, which only this machine reaches. */
export function accessWarnings({ host, isAuthOn, tls }: Exposure): string[] {
  if (isLoopback(host)) return [];
  return [
    ...(isAuthOn
      ? []
      : [`authentication is off: everybody who reaches ${host} may do everything, under any name`]),
    ...(isAuthOn && !tls
      ? [`credentials come in the clear to ${host}, unless something before it ends TLS`]
      : []),
  ];
}
interface Exposure {
  host: string;
  isAuthOn: boolean;
  tls: TlsFiles | undefined;
}

/** Throws for a server that everybody could reach and order about, unless that is what somebody wants. */
export function checkedAuth(e: Given, host: string): boolean {
  const isGiven = [e.CONCLAVE_TOKENS, e.CONCLAVE_ACCESS, e.CONCLAVE_TLS_CLIENT_CA].some(Boolean);
  const isOn = e.CONCLAVE_AUTH === undefined ? isGiven : e.CONCLAVE_AUTH === 'on';
  if (isOn || e.CONCLAVE_AUTH === 'off' || isLoopback(host)) return isOn;
  throw new ConfigError(
    `CONCLAVE_HOST="${host}": others can reach that address, and authentication is not set up. ` +
      'Make a token with "conclave token create" and name its file in CONCLAVE_TOKENS (docs/access.md), or say CONCLAVE_AUTH=off if everybody there may do everything',
  );
}

export function tlsOf(e: Given): TlsFiles | undefined {
  const { CONCLAVE_TLS_CERT: cert, CONCLAVE_TLS_KEY: key, CONCLAVE_TLS_CLIENT_CA: clientCa } = e;
  if (cert !== undefined && key !== undefined) return { cert, key, clientCa };
  if (cert === undefined && key === undefined && clientCa === undefined) return undefined;
  throw new ConfigError('TLS needs both CONCLAVE_TLS_CERT and CONCLAVE_TLS_KEY');
}
