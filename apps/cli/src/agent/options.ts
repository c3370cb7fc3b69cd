import { InvalidArgumentError } from 'commander';
import type { Reach } from '../remote/client.js';

export interface AgentOptions extends Reach {
  group: string;
  id: string;
  label?: Record<string, string>;
  priority?: number;
  listen: { host: string; port: number };
  readyFile?: string;
  onElected?: string;
  onRevoked?: string;
  /** ms */
  hookTimeout: number;
  kubernetesLabel?: { name: string; value: string };
  kubernetesAccount: string;
}

/** `127.0.0.1:7610`, `[::1]:7610`, `localhost:0`. */
export function address(text: string): { host: string; port: number } {
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (!match || port > 65_535)
    throw new InvalidArgumentError('Take an address and a port, like 127.0.0.1:7610; port 0: any free one.');
  return { host: match[1]!.replace(/^\[|\]$/g, ''), port };
}

const WORD = '[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?';
const POD_LABEL = new RegExp(`^(([a-z0-9.-]{1,253}/)?${WORD})=(${WORD})$`);

/** `role=leader`, as Kubernetes allows them. */
export function podLabel(text: string): { name: string; value: string } {
  const match = POD_LABEL.exec(text);
  if (!match) throw new InvalidArgumentError('Take a label that Kubernetes allows, like role=leader.');
  return { name: match[1]!, value: match[4]! };
}
