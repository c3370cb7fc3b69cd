import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Names } from './names.js';

const UNSPECIFIED = new Set(['0.0.0.0', '::']);
/** All of it leads to this machine. */
const LOOPBACK = /^127\./;
const bare = (host: string): string => host.replace(/^\[|\]$/g, '').replace(/^::ffff:/i, '');

/** True if a URL leads to the server that listens there: a notice would ask it to do what it is doing. */
export async function isOwnAddress(url: URL, { address, port }: AddressInfo, names: Names): Promise<boolean> {
  const theirs = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  if (theirs !== port) return false;
  const isEvery = UNSPECIFIED.has(address);
  const own = isEvery ? everyAddress() : new Set([bare(address)]);
  const found = await names.addressesOf(bare(url.hostname));
  return found.some(
    (one) =>
      own.has(bare(one.address)) ||
      UNSPECIFIED.has(one.address) ||
      (isEvery && LOOPBACK.test(bare(one.address))),
  );
}

function everyAddress(): Set<string> {
  const all = Object.values(networkInterfaces()).flatMap((some) => some ?? []);
  return new Set(['::1', ...all.map(({ address }) => bare(address))]);
}
