import {
  StoreFull,
  StoreUnavailable,
  StoreUnusable,
  type NewEvent,
  type StoredEvent,
  type StoreError,
} from '@conclave/event-store';
import type { NewRow, Row } from './sqlite-log.js';
import type { Failure } from './sqlite-thread.js';

export const rowOf = ({ id, type, data, meta }: NewEvent): NewRow => ({
  id,
  type,
  data: JSON.stringify(data),
  meta: JSON.stringify(meta),
});

export function eventOf({ position, data, meta, stream, version, id, type }: Row): StoredEvent {
  return {
    stream,
    version,
    position: String(position),
    id,
    type,
    data: JSON.parse(data) as object,
    meta: JSON.parse(meta) as object,
  };
}

export function errorOf({ code, message }: Failure): StoreError {
  if (code === 'store-full') return new StoreFull(message);
  if (code === 'store-unusable') return new StoreUnusable(message);
  return new StoreUnavailable(message);
}
