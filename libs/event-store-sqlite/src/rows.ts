import {
  canonicalText,
  keepText,
  StoreFull,
  StoreUnavailable,
  StoreUnusable,
  type NewEvent,
  type StoredEvent,
  type StoreError,
} from '@conclave/event-store';
import type { Failure } from './sqlite-thread.js';

/** An event as the table holds it; `data` and `meta` are JSON text. */
export interface Row {
  position: number;
  stream: string;
  version: number;
  id: string;
  type: string;
  data: string;
  meta: string;
}
export type NewRow = Pick<Row, 'id' | 'type' | 'data' | 'meta'>;

/** Rows in order; `isLast`: there were no more when it was read. */
export interface Page {
  rows: Row[];
  isLast: boolean;
}

/** `expectedVersion` null: at whatever version the stream has. */
export interface AppendRequest {
  stream: string;
  expectedVersion: number | null;
  events: NewRow[];
}
export type AppendResult =
  | { kind: 'written'; version: number; lastPosition: number }
  | { kind: 'repeated'; version: number; lastPosition: number }
  | { kind: 'conflict'; actualVersion: number };

export const rowOf = ({ id, type, data, meta }: NewEvent): NewRow => ({
  id,
  type,
  data: canonicalText(data),
  meta: canonicalText(meta),
});

export function eventOf({ position, data, meta, stream, version, id, type }: Row): StoredEvent {
  const parsed = { data: parse(data), meta: parse(meta) };
  return keepText({ stream, version, position: String(position), id, type, ...parsed }, { data, meta });
}

/**
 * What is rotten is told as the text that it is, also where that is `null`: nobody can read it, and that ends one group, not the
 * reading of all.
 */
function parse(text: string): object {
  try {
    return (JSON.parse(text) ?? text) as object;
  } catch {
    return text as unknown as object;
  }
}

export function errorOf({ code, message }: Failure): StoreError {
  if (code === 'store-full') return new StoreFull(message);
  if (code === 'store-unusable') return new StoreUnusable(message);
  return new StoreUnavailable(message);
}
