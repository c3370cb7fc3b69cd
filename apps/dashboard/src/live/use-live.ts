import { useEffect, useReducer } from 'preact/hooks';
import { live, type LiveGroups } from './live-groups.js';

/** Draws again when something is told. */
export function useLive(): LiveGroups {
  const [, again] = useReducer((n: number, _: undefined) => n + 1, 0);
  useEffect(() => live.onChange(() => again(undefined)), []);
  return live;
}
