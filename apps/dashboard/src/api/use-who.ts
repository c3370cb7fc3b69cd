import type { WhoReply } from '@conclave/contract';
import { createContext } from 'preact';
import { pathOf } from './ask.js';
import { isSignedIn, isTokenWanted } from './token.js';
import { useAsked } from './use-asked.js';

/** Who looks, and what the server lets him do: in this group, or in any. Null: not known yet. */
export function useWho(group?: string): WhoReply | null {
  const path = isTokenWanted() ? null : pathOf('/v1/whoami', { group }); // nobody yet: there is nothing to ask
  const { data, problem } = useAsked<WhoReply>(path, isSignedIn());
  return problem?.status === 401 ? null : data; // who was let in once is so no more
}

/** Whether whoever looks may order here: what he may not is not offered. */
export const MayOrder = createContext(false);
