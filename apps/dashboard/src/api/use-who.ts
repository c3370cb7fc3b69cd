import type { WhoReply } from '@conclave/contract';
import { createContext } from 'preact';
import { pathOf } from './ask.js';
import { isSignedIn } from './token.js';
import { useAsked } from './use-asked.js';

/** Who looks, and what the server lets him do: in this group, or in any. Null: not known yet. */
export function useWho(group?: string): WhoReply | null {
  const { data, problem } = useAsked<WhoReply>(pathOf('/v1/whoami', { group }), isSignedIn());
  return problem?.status === 401 ? null : data; // who was let in once is so no more
}

/** Whether whoever looks may order here: what he may not is not offered. */
export const MayOrder = createContext(false);
