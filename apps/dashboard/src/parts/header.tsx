import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { isSignedIn, signOut } from '../api/token.js';
import { useWho } from '../api/use-who.js';
import { Connection } from '../live/connection.js';
import { Help } from './help.js';
import { useKeys } from './keys.js';
import { Text } from './text.js';
import { withAt } from './use-query.js';

const PLACES = [
  ['/', 'Groups'],
  ['/trust', 'Trust'],
  ['/servers', 'Servers'],
] as const;

export function Header() {
  const { path, query } = useLocation();
  const [isHelp, help] = useState(false);
  const who = useWho();
  useKeys({ '?': () => help(!isHelp) });
  return (
    <>
      <header class="top">
        <a class="brand" href="/">
          Conclave
        </a>
        <nav aria-label="Screens">
          {PLACES.map(([to, name]) => (
            <a
              key={to}
              href={to === '/' ? withAt(to, query.at) : to}
              aria-current={path === to || (to === '/' && path.startsWith('/groups/')) ? 'page' : undefined}
            >
              {name}
            </a>
          ))}
          <a href="/docs">API</a>
        </nav>
        <span class="right">
          <button type="button" class="plain" aria-expanded={isHelp} onClick={() => help(!isHelp)}>
            Keys ( ? )
          </button>
          {who?.proved && (
            <span class="quiet">
              <Text of={`${who.name} (${[...new Set(who.grants.map(({ role }) => role))].join(', ')})`} />
            </span>
          )}
          {isSignedIn() && (
            <button type="button" class="plain" onClick={signOut}>
              Sign out
            </button>
          )}
        </span>
      </header>
      <Connection />
      {isHelp && <Help close={() => help(false)} />}
    </>
  );
}
