import { useEffect, useRef, useState } from 'preact/hooks';
import { signIn, wasRefused } from '../api/token.js';

/** This server wants to know who looks. */
export function SignIn() {
  const [token, setToken] = useState('');
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []); // there is nothing else to do here
  return (
    <main>
      <h1>Who are you?</h1>
      <p>
        This server shows nothing before it knows. Paste a token; it stays in the memory of this tab, and is
        gone when you close or reload it.
      </p>
      {wasRefused() && (
        <p class="problem" role="alert">
          That token does not count here. It may have ended, or be of another server.
        </p>
      )}
      <form
        class="sign-in"
        onSubmit={(event) => {
          event.preventDefault();
          signIn(token);
        }}
      >
        <label>
          Token{' '}
          <input
            ref={field}
            type="password"
            autocomplete="off"
            required
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
        </label>
        <button type="submit">Sign in</button>
      </form>
      <p class="quiet">
        An operator makes one: <code>conclave token create --name ana --role operator</code>. To read only,
        role auditor is enough.
      </p>
    </main>
  );
}
