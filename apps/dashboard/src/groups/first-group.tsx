import { isSignedIn } from '../api/token.js';

/** What makes a first group, ready to be copied: a leader within a second. */
export function FirstGroup() {
  const url = `${location.origin}/v1/groups/deploy/runners/runner-1`;
  const token = isSignedIn() ? ` -H "authorization: Bearer $TOKEN"` : '';
  const json = `-H 'content-type: application/json'${token}`;
  const lines = [
    `I=${'aaaaaaaa-0000-4000-8000-000000000001'}   # one process life of runner-1`,
    `curl -X PUT ${url} ${json} -d '{"incarnation":"'$I'"}'`,
    `curl -X POST ${url}/heartbeat ${json} -d '{"incarnation":"'$I'","sequence":1}'`,
  ];
  return (
    <main>
      <h1>No group yet</h1>
      <p>
        A group is there as soon as its first runner registers. These three lines make one, and this page
        shows it at once:
      </p>
      <pre tabIndex={0}>{lines.join('\n')}</pre>
      <p>
        In a program of yours the <a href="/docs">API</a> or the SDK does the same, and keeps beating. This
        runner falls silent after 15 s: then the group is red here, and says why.
      </p>
    </main>
  );
}
