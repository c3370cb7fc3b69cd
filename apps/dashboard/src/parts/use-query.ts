import { useLocation } from 'preact-iso';

export type Patch = Record<string, string | null>;

/** What stands in the address, and how to change it: everything that is seen can be sent to somebody. */
export function useQuery(): [Record<string, string>, (patch: Patch, isStep?: boolean) => void] {
  const { query, path, route } = useLocation();
  const change = (patch: Patch, isStep = false): void => {
    // as it is now: another part may have changed the rest since this was drawn
    const next = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(patch))
      if (value === null || value === '') next.delete(name);
      else next.set(name, value);
    const text = next.toString();
    route(text ? `${path}?${text}` : path, !isStep);
  };
  const { at = '', ...rest } = query;
  const ms = Date.parse(at);
  // an instant that cannot be is none; one that somebody wrote by hand is the same in the form of the API
  return [Number.isNaN(ms) ? rest : { ...query, at: new Date(ms).toISOString() }, change];
}

/** Where a link leads that keeps the instant that is looked at. */
export const withAt = (path: string, at: string | undefined): string =>
  at === undefined ? path : `${path}?at=${encodeURIComponent(at)}`;
