import type { WhoReply } from '@conclave/contract';
import { createContext } from 'preact';
import { pathOf } from './ask.js';
import { isSignedIn } from './token.js';
import { useAsked } from './use-asked.js';

/** Who looks, and what the server lets him do: in this group, or in any. Null: not known yet. */
export const useWho = (group?: string): WhoReply | null =>
  useAsked<WhoReply>(pathOf('/v1/whoami', { group }), isSignedIn()).data;

/** Whether whoever looks may order here: what he may not is not offered. */
export const MayOrder = createContext(false);
