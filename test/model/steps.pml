/* Who may do what, one atomic action at a time. */

inline forgetBeat(x) {
  beat[x] = 0; beatTerm[x] = 0; beatAge[x] = 0; beatAt[x] = 0; beatPlace[x] = 0; granted[x] = 0
}

#ifdef FENCED
byte shown[2];      /* terms for which it was ever granted a lease, as bits */
#endif

/* A tick of true time passes everywhere. */
inline tick() {
  printf("a tick passes\n");
  for (j : 0 .. 1) {
    PASS(held[j], RATE_R(j));
#if defined(NEWS) && !defined(M_NEWS_FROM_RECEIPT)
    PASS(newsLeft[j], RATE_R(j));
#endif
    if
    :: beat[j] && beatAge[j] + RATE_R(j) < AGE_MOST -> beatAge[j] = beatAge[j] + RATE_R(j)
    :: beat[j] && beatAge[j] + RATE_R(j) >= AGE_MOST -> TOO_LATE(j)
    :: else
    fi
  }
  for (j : 0 .. N - 1) {
    PASS(deadline[j], RATE_S(j));
#ifdef NEWS
    PASS(newsWait[j], RATE_S(j));
#endif
#ifdef M_OLD_CLOCK
    if :: idle[j] < WAIT(LONG) -> idle[j] = idle[j] + RATE_S(j) :: else fi
#endif
  }
  j = 0
}

/* L12: a grant counts from when the beat was sent; the largest is kept. */
inline accept(x) {
  rest = RUN(granted[x]);
#ifndef M_FROM_RECEIPT
  PASS(rest, beatAge[x]);
#endif
  if :: rest > held[x] -> held[x] = rest :: else fi;
  printf("runner %d: a grant of term %d; left: runner 0 %d, runner 1 %d\n", x, beatTerm[x], held[0], held[1]);
  SEEN(FAILOVER, how == 1 && beatTerm[x] == 2);
  SEEN(HANDED, how == 2 && beatTerm[x] == 2);
  SEEN(THIRD, beatTerm[x] == 3);
#ifdef FENCED
  shown[x] = shown[x] | (1 << beatTerm[x]);
#else
  assert(!(held[0] && held[1]));     /* G2 */
#endif
  forgetBeat(x); rest = 0
}

/* L14: it hears that it is elected, sooner or later, or never. */
#ifdef NEWS
inline hearNews(x) {
  if :: newsLeft[x] > held[x] -> held[x] = newsLeft[x] :: else fi;
  newsLeft[x] = 0;
  printf("runner %d: works on the news; left: runner 0 %d, runner 1 %d\n", x, held[0], held[1]);
  SEEN(TOLD, how == 1 && last == 0);
  assert(!(held[0] && held[1]))      /* G2 */
}
#define NEWS_TO(x) :: d_step { newsLeft[x] != 0 -> hearNews(x) }
#else
#define NEWS_TO(x)
#endif

#define RUNNER(x) NEWS_TO(x) \
  :: d_step { beat[x] == 0 && leader == x && !released -> \
       beat[x] = SENT; beatTerm[x] = term; printf("runner %d: sends a beat of term %d\n", x, term) } \
  :: d_step { beat[x] == ANSWERED -> accept(x) } \
  :: d_step { beat[x] != 0 -> forgetBeat(x); printf("runner %d: gives up its beat\n", x) } \
  :: d_step { leader == x && !released -> \
       released = 1; STOP_WORK(x); IGNORE_GRANTS(x); printf("runner %d: releases term %d\n", x, term) }

/* L2, first half: a server hears a beat of whom it takes for the leader, and appends it. */
inline hear(i, x) {
  printf("server %d: hears runner %d, appends the beat\n", i, x);
  append(BEAT, beatTerm[x], sHandover[i], x);
  beat[x] = WRITTEN; beatAt[x] = i; beatPlace[x] = size - 1;
#ifdef M_NO_READ_BACK
  if
  :: !sOver[i] -> beat[x] = ANSWERED; granted[x] = sLease[i]; beatAt[x] = 0; beatPlace[x] = 0
  :: else
  fi;
#endif
  IF_MEANT(x);
  WROTE(i)
}

/* A process that starts has its folds, from a snapshot or by reading all again, and no clocks: it takes the
   largest lease of the term from now (L4). Who waited for its answers waits in vain. */
inline restart(i) {
  printf("server %d: restarts\n", i);
  deadline[i] = RESTART_WAIT(i);
#ifdef M_FORGETS_BEAT
  sLast[i] = 0;
#endif
#ifdef M_FORGETS_EXPIRY
  sOver[i] = 0;
#endif
  for (j : 0 .. 1) { if :: beat[j] == WRITTEN && beatAt[j] == i -> forgetBeat(j) :: else fi }
  j = 0
}

/* L4: past its deadline a server appends that it has seen no valid beat after `after`. That it is late with
   it is covered by how late it reads. With DELAYED the append itself takes its time as well, while the
   server reads on. The same once more, of the same `after`, would mean nothing new, and is left out. */
#ifdef DELAYED
byte sayTerm[N], sayAfter[N];
bit saying[N];
#ifdef M_LATE_AFTER
#define SAID_AFTER(i) (sTerm[i] == sayTerm[i] -> AFTER(i) : sayAfter[i])
#else
#define SAID_AFTER(i) sayAfter[i]
#endif
#define EXPIRE(i) \
  :: d_step { DUE(i) && !sOver[i] && !saying[i] && IS_NEW(i) -> \
       saying[i] = 1; sayTerm[i] = sTerm[i]; sayAfter[i] = AFTER(i) } \
  :: d_step { saying[i] && size < W -> \
       rest = SAID_AFTER(i); append(EXPIRED, sayTerm[i], rest, 0); \
       rest = 0; saying[i] = 0; sayTerm[i] = 0; sayAfter[i] = 0 }
#else
#define EXPIRE(i) \
  :: d_step { DUE(i) && !sOver[i] && size < W && IS_NEW(i) -> \
       rest = AFTER(i); append(EXPIRED, sTerm[i], rest, 0); rest = 0; WROTE(i) }
#endif
#ifdef M_NO_DEADLINE
#define DUE(i) 1
#else
#define DUE(i) (deadline[i] == 0)
#endif
#define SAME(i, k) (k >= pos[i] && kind[k] == EXPIRED && trm[k] == sTerm[i] && arg[k] == AFTER(i))
#define SAME_2(i) (SAME(i, 0) || SAME(i, 1))
#if W == 2
#define IS_NEW(i) !SAME_2(i)
#elif W == 3
#define IS_NEW(i) !(SAME_2(i) || SAME(i, 2))
#elif W == 4
#define IS_NEW(i) !(SAME_2(i) || SAME(i, 2) || SAME(i, 3))
#elif W == 5
#define IS_NEW(i) !(SAME_2(i) || SAME(i, 2) || SAME(i, 3) || SAME(i, 4))
#else
#define IS_NEW(i) !(SAME_2(i) || SAME(i, 2) || SAME(i, 3) || SAME(i, 4) || SAME(i, 5))
#endif

/* A beat that was given up long ago, or one that was recorded already, arrives all the same (L2): it renews,
   and answers nobody. */
#ifdef STRAYS
#define STRAY(i) :: d_step { size < W -> append(BEAT, sTerm[i], sHandover[i], sLeader[i]); WROTE(i) }
#else
#define STRAY(i)
#endif

#define SERVER(i) \
  :: d_step { beat[0] == SENT && size < W && sTerm[i] == beatTerm[0] && sLeader[i] == 0 -> hear(i, 0) } \
  :: d_step { beat[1] == SENT && size < W && sTerm[i] == beatTerm[1] && sLeader[i] == 1 -> hear(i, 1) } \
  :: d_step { pos[i] < size -> read(i) } \
  STRAY(i) EXPIRE(i) GROUP(i) RESTART(i)

#ifdef RESTARTS
#define RESTART(i) :: d_step { pos[i] == size && deadline[i] != RESTART_WAIT(i) -> restart(i) }
#else
#define RESTART(i)
#endif

active proctype world() {
  d_step {
    for (j : 0 .. N - 1) { sTerm[j] = 1; sLeader[j] = 0; sLease[j] = LONG; sMax[j] = LONG }
    j = 0
  }
#ifdef RATES
  for (j : 0 .. 1) { if :: rateR[j] = SLOWEST :: rateR[j] = 3 :: rateR[j] = 4 fi }
  for (j : 0 .. N - 1) { if :: rateS[j] = SLOWEST :: rateS[j] = 3 :: rateS[j] = 4 fi }
  j = 0;
#endif
  do
  :: d_step { tick() }
  RUNNER(0)
  RUNNER(1)
  SERVERS(SERVER)
#ifdef HANDOVER
  :: d_step { size < W && !handover -> append(REVOKED, term, 0, 0) }
#endif
#ifdef CHANGES
  :: d_step { size < W -> append(CONFIGURED, 0, LONG + SHORT - lease, 0) }
#endif
#ifdef PARTIAL
  /* P was cut, and the last server starts without a snapshot: it has not seen what stood there (L7) */
  :: d_step { !began && pos[N - 1] == size && (!sOver[N - 1] || EXPIRY_MAY_BE_CUT) ->
       began = 1; unseen = (size > 0 -> size + 1 : 0); sLast[N - 1] = 0; sOver[N - 1] = 0;
       restart(N - 1) }
#endif
#ifdef FENCED
  WRITE(0, 1) WRITE(0, 2) WRITE(0, 3) WRITE(1, 1) WRITE(1, 2) WRITE(1, 3)
#endif
  od
}
