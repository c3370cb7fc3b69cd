// What run.mjs looks at. `expect`: holds; survives (a mutant that harms nobody, docs/model.md says why);
// reached (a claim that must be refuted); or the property that must be found violated.

/** Servers, records that one may be behind, terms. */
const world = (servers, lag, terms = 3) => [`N=${servers}`, `W=${lag}`, `TERMS=${terms}`];
const said = (servers, lag, terms, more = '') =>
  `${servers} servers, lag ${lag}, ${terms} terms${more && `, ${more}`}`;

const configuration = (name, what, [servers, lag, terms], defines, more) => ({
  name,
  what,
  expect: 'holds',
  bounds: said(servers, lag, terms, more),
  defines: [...world(servers, lag, terms), 'AGREE', ...defines],
});
/** In the smallest world in which it can be told, and without what leaves out records that mean nothing. */
const mutant = (name, what, expect, defines, [servers, lag, terms] = [2, 3, 2], more = '') => ({
  name: `mutant:${name}`,
  what,
  expect,
  bounds: said(servers, lag, terms, more),
  defines: [...world(servers, lag, terms), 'MUTANT', ...defines],
});
const claim = (name, what, number, defines, [servers, lag, terms] = [2, 3, 3], more = '') => ({
  name: `reach:${name}`,
  what,
  expect: 'reached',
  bounds: said(servers, lag, terms, more),
  defines: [...world(servers, lag, terms), `SEEK=${number}`, ...defines],
});

const CUT = ['NOSLIDE', 'PARTIAL'];
const CLOCKS = ['RATES', 'LONG=12', 'SLOWEST=2'];
const CLOCKS_DOCUMENTED = ['RATES', 'LONG=12', 'SLOWEST=3'];

export const CONFIGURATIONS = [
  configuration('servers', 'three servers, each as late as it likes', [3, 4, 3], []),
  configuration('handover', 'revocations, draining, restarts', [3, 3, 3], ['HANDOVER', 'RESTARTS']),
  configuration('changes', 'the lease is made shorter and longer', [3, 3, 3], ['CHANGES']),
  configuration('all', 'all of it, two servers', [2, 3, 3], ['CHANGES', 'HANDOVER', 'RESTARTS']),
  configuration(
    'strays',
    'beats that were given up arrive all the same; anybody may be elected again',
    [2, 3, 3],
    ['STRAYS', 'ANYBODY', 'HANDOVER', 'RESTARTS'],
  ),
  configuration('versions', 'deciding and appending told apart', [2, 3, 2], ['VERSIONS']),
  configuration('slow-appends', 'an expiry may take its time to be appended', [2, 3, 3], ['DELAYED']),
  configuration(
    'all-records',
    'also records that mean nothing',
    [2, 3, 3],
    ['MUTANT', 'HANDOVER'],
    'nothing left out',
  ),
  configuration('clocks', 'any clock within a third of the truth', [2, 2, 2], CLOCKS, 'lease 4 ticks'),
  configuration('clocks-of-each-other', 'clocks within a third of each other', [2, 2, 2], CLOCKS_DOCUMENTED),
  configuration(
    'news',
    'the news of an election grants, too',
    [2, 3, 3],
    ['NEWS=SHORT', 'HANDOVER', 'RESTARTS'],
  ),
  configuration(
    'news-changes',
    'the same, three servers, the lease is made shorter and longer',
    [3, 3, 2],
    ['NEWS=SHORT', 'CHANGES'],
  ),
  configuration(
    'news-clocks',
    'the same, any clock within a third of the truth',
    [2, 2, 2],
    ['NEWS=SHORT', ...CLOCKS],
  ),
  configuration('cut', 'a server that has not seen what P held', [2, 6, 2], CUT, 'nothing dropped'),
  configuration('fenced', 'elections wait for nothing; the fence judges', [2, 2, 3], ['FENCED', 'HANDOVER']),

  claim('failover', 'the leader dies, its successor has a grant', 1, []),
  claim('handover', 'revoked, released, its successor has a grant', 2, ['HANDOVER']),
  claim('draining', 'a revoked leader is renewed while it drains', 3, ['HANDOVER']),
  claim('void', 'an expiry is void, a renewal came before it', 4, []),
  claim('third-term', 'the first leader leads again', 5, []),
  claim('conflict', 'two decide at one version, one is refused', 6, ['VERSIONS'], [2, 3, 2]),
  claim('outranked', 'a late write of an old term is refused', 7, ['FENCED'], [2, 2, 3]),
  claim('news', 'the leader dies, its successor works on the news', 9, ['NEWS=SHORT']),
  claim('doubt', 'a server cannot judge an expiry', 8, CUT, [2, 6, 2]),

  mutant('from-receipt', 'the runner counts from the reply, not from when it sent the beat (L12)', 'G2', [
    'M_FROM_RECEIPT',
  ]),
  mutant(
    'no-drift-runner',
    'the runner counts the whole lease (L12)',
    'G2',
    ['M_NO_DRIFT_RUNNER', ...CLOCKS],
    [2, 2, 2],
  ),
  mutant(
    'no-drift-server',
    'the server waits the bare lease (L4)',
    'G2',
    ['M_NO_DRIFT_SERVER', ...CLOCKS],
    [2, 2, 2],
  ),
  mutant(
    'no-drift-runner-documented',
    'the same, clocks within a third of each other',
    'survives',
    ['M_NO_DRIFT_RUNNER', ...CLOCKS_DOCUMENTED],
    [2, 2, 2],
  ),
  mutant(
    'no-drift-server-documented',
    'the same, clocks within a third of each other',
    'survives',
    ['M_NO_DRIFT_SERVER', ...CLOCKS_DOCUMENTED],
    [2, 2, 2],
  ),
  mutant(
    'no-drift-documented',
    'neither allows for drift, clocks within a third of each other',
    'G2',
    ['M_NO_DRIFT_RUNNER', 'M_NO_DRIFT_SERVER', ...CLOCKS_DOCUMENTED],
    [2, 2, 2],
  ),
  mutant(
    'news-from-receipt',
    'the grant in the news counts from when it is heard (L14)',
    'G2',
    ['NEWS=SHORT', 'M_NEWS_FROM_RECEIPT'],
    [2, 3, 3],
  ),
  mutant(
    'news-no-wait',
    'a server does not wait for the grant in the news (L4, L14)',
    'G2',
    ['NEWS=SHORT', 'M_NEWS_NO_WAIT'],
    [2, 3, 3],
  ),
  mutant('news-no-promise', 'a runner works on the news of a term that it released (L11, L14)', 'G2', [
    'NEWS=SHORT',
    'M_NO_PROMISE',
  ]),
  mutant('no-read-back', 'a beat is answered before its record came back (L2)', 'G2', ['M_NO_READ_BACK']),
  mutant('no-void', 'an expiry counts whatever came before it (L4)', 'G2', ['M_NO_VOID']),
  mutant('no-after', 'no `after`: each server judges an expiry by its own deadline (L4)', 'G2', [
    'M_NO_AFTER',
  ]),
  mutant(
    'late-after',
    '`after` is taken when the record is written, not when the deadline was judged (L4)',
    'G2',
    ['M_LATE_AFTER', 'DELAYED'],
  ),
  mutant('renewed-when-over', 'a beat after an effective expiry counts (L1 d)', 'G2', ['M_OVER']),
  mutant('renewed-by-anybody', 'a beat counts whoever sent it, in whatever term (L1 a, b)', 'G2', [
    'M_HOLDER',
  ]),
  mutant('restart-no-lease', 'a server that starts does not wait a whole lease (L4)', 'G2', [
    'M_NO_LEASE_AT_RESTART',
    'RESTARTS',
  ]),
  mutant('snapshot-no-beat', 'a snapshot forgets the last valid beat', 'G2', ['M_FORGETS_BEAT', 'RESTARTS']),
  mutant('snapshot-no-expiry', 'a snapshot forgets that a lease is over', 'G2', [
    'M_FORGETS_EXPIRY',
    'RESTARTS',
  ]),
  mutant('last-grant', 'the deadline is the last grant, not the largest (L4)', 'G2', [
    'M_LAST_GRANT',
    'CHANGES',
  ]),
  mutant('release-early', 'the runner releases before it has stopped (L11)', 'G2', [
    'M_RELEASE_EARLY',
    'HANDOVER',
  ]),
  mutant('no-promise', 'a runner takes a grant of a term that it released (L11)', 'G2', ['M_NO_PROMISE']),
  mutant('no-deadline', 'a lease is announced to be over before it can be (L4)', 'G2', ['M_NO_DEADLINE']),
  mutant('no-wait', 'a revoked term is followed at once (break before make)', 'G2', [
    'M_NO_WAIT',
    'HANDOVER',
  ]),
  mutant(
    'old-clock',
    'a deadline counts from the last append of that server, not from reading the beat',
    'G2',
    ['M_OLD_CLOCK'],
  ),
  mutant(
    'own-append',
    'for beats that it wrote itself: from when it appended them',
    'survives',
    ['M_OWN_APPEND'],
    [2, 4, 2],
  ),
  mutant('no-version', 'the group is appended to without an expected version', 'G1', ['M_BLIND', 'VERSIONS']),
  mutant(
    'same-term',
    'fenced: an election does not raise the term',
    'fence',
    ['M_SAME_TERM', 'NO_G1', 'FENCED'],
    [2, 2, 3],
  ),
  mutant(
    'no-fence',
    'fenced: the resource forgets the highest term',
    'fence',
    ['M_NO_FENCE', 'FENCED'],
    [2, 2, 3],
  ),
  mutant(
    'no-doubt',
    'a server judges expiries by what it has not seen (L7)',
    'G2',
    ['M_NO_DOUBT', ...CUT],
    [2, 6, 2],
  ),
  mutant('doubt-grants', 'a server that doubts grants (L7)', 'G2', ['M_DOUBT_GRANTS', ...CUT], [2, 6, 2]),
  mutant(
    'doubt-unsaid',
    'its own expiries do not say what it has not seen (L7)',
    'survives',
    ['M_UNSAID', ...CUT],
    [2, 5, 2],
  ),
  {
    ...mutant(
      '',
      'P is cut behind an effective expiry of a term that still runs: two servers disagree (L7)',
      'G2',
      ['M_CUT_EXPIRY', ...CUT],
      [2, 6, 2],
    ),
    name: 'open:cut-expiry',
  },
];
