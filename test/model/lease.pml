/* Conclave's lease protocol (docs/protocol.md) as a model for spin; docs/model.md explains it.
   N servers, one log, two runners, one group. Every step is one atomic action of somebody; between two
   steps anything may happen to anybody else. Nothing is ever forced: whoever may act may also be late, or
   dead. Defines choose what is covered (see run.mjs); M_… make a mutant, SEEK_… a claim to be refuted. */
#ifndef N
#define N 2
#endif
#ifndef W
#define W 3
#endif
#ifndef TERMS
#define TERMS 3
#endif

/* Durations are units of somebody's own clock. A true clock goes 3 a tick; machines may be off by a third:
   2 to 4. The margin of 50 ms is not needed by the proof: 0. A runner counts L × (1 − 1/3), a server
   L × (1 + 1/3). By default the worst pair that is allowed: runners slow, servers fast. */
#ifndef LONG
#define LONG 6
#endif
#define SHORT (LONG / 2)
#define MARGIN 0
#ifdef RATES
byte rateR[2], rateS[N];
#define RATE_R(r) rateR[r]
#define RATE_S(i) rateS[i]
#else
#define RATE_R(r) 2
#define RATE_S(i) 4
#endif
#ifdef M_NO_DRIFT_RUNNER
#define RUN(L) (L)
#else
#define RUN(L) ((L) * 2 / 3)
#endif
#ifdef M_NO_DRIFT_SERVER
#define WAIT(L) (L)
#else
#define WAIT(L) ((L) * 4 / 3 + MARGIN)
#endif
#define AGE_MOST RUN(LONG)
#define PASS(x, n) x = (x > (n) -> x - (n) : 0)

/* What the protocol says, or a mutant of it. */
#ifdef AGREE
#define AGREES(x) assert(x)   /* every server finds what the log means: validity is a function of the log */
#else
#define AGREES(x) skip
#endif
#ifdef M_LAST_GRANT
#define HOLD(i, x) deadline[i] = x
#else
#define HOLD(i, x) if :: deadline[i] < x -> deadline[i] = x :: else fi
#endif
#if defined(M_NO_VOID)
#define VOID(i, after) 0
#elif defined(M_NO_AFTER)
#define VOID(i, after) (deadline[i] > 0)
#else
#define VOID(i, after) (sLast[i] > after)
#endif
#ifdef PARTIAL
#define AFTER(i) (IS_PARTIAL(i) && unseen > sLast[i] && !UNSAID -> unseen : sLast[i])
#else
#define AFTER(i) sLast[i]
#endif
#if defined(PARTIAL) && !defined(M_DOUBT_GRANTS)
#define DOUBTFUL(i) DOUBTING(i)
#else
#define DOUBTFUL(i) 0
#endif
#ifdef M_NO_DOUBT
#define JUDGES 1
#else
#define JUDGES 0
#endif
#ifdef M_UNSAID
#define UNSAID 1
#else
#define UNSAID 0
#endif
#if N == 2
#define ALL_HAVE_READ (pos[0] > 0 && pos[1] > 0)
#define SERVERS(A) A(0) A(1)
#else
#define ALL_HAVE_READ (pos[0] > 0 && pos[1] > 0 && pos[2] > 0)
#define SERVERS(A) A(0) A(1) A(2)
#endif
#define MOVE(x, t) if :: x >= 2 -> x-- :: x == 1 && ok && t == r -> x = 0 :: else fi

#if defined(M_OLD_CLOCK)
byte idle[N];     /* since its last append */
#define WROTE(i) idle[i] = 0
#define EXTEND(i) HOLD(i, (WAIT(sLease[i]) > idle[i] -> WAIT(sLease[i]) - idle[i] : 0))
#elif defined(M_OWN_APPEND)
#define WROTE(i) HOLD(i, WAIT(sLease[i]))
#define EXTEND(i) if :: AWAITED(i) -> skip :: else -> HOLD(i, WAIT(sLease[i])) fi
#else
#define WROTE(i) skip
#define EXTEND(i) HOLD(i, WAIT(sLease[i]))
#endif
/* L14: the news of an election grants, counted from a beat that stands before it: the worst one, of that very moment.
   No server ends the term before it has counted as much from then, whenever it reads of it (the soonest that L4 allows). */
#ifdef NEWS
byte newsLeft[2];   /* what is left of the grant in news that runner x may still hear, on its own clock */
byte newsWait[N];   /* what is left for server i to wait for it */
#ifdef M_NEWS_NO_WAIT
#define NEWS_WAIT 0
#else
#define NEWS_WAIT WAIT(NEWS)
#endif
#define TELL(x) newsLeft[x] = RUN(NEWS); for (j : 0 .. N - 1) { newsWait[j] = NEWS_WAIT } j = 0
#define FIRST_DEADLINE(i) newsWait[i]
#define NO_NEWS(x) newsLeft[x] = 0
#else
#define TELL(x) skip
#define FIRST_DEADLINE(i) 0
#define NO_NEWS(x) skip
#endif
/* L11: stopped first, then released; and whatever is granted after it is ignored. */
#ifdef M_NO_PROMISE
#define IGNORE_GRANTS(x) skip
#else
#define IGNORE_GRANTS(x) forgetBeat(x); NO_NEWS(x)
#endif
#ifdef M_RELEASE_EARLY
#define STOP_WORK(x) skip
#else
#define STOP_WORK(x) held[x] = 0
#endif
#ifdef M_NO_LEASE_AT_RESTART
#define RESTART_WAIT(i) 0
#else
#define RESTART_WAIT(i) WAIT(sMax[i])
#endif
#if defined(FENCED)
#define UNWAITED(i) 1
#elif defined(M_NO_WAIT)
#define UNWAITED(i) sHandover[i]
#else
#define UNWAITED(i) 0
#endif
/* A record that means nothing to anybody is not waited for; mutants may take it for more. */
#ifdef MUTANT
#define IF_MEANT(x) skip
#define TOO_LATE(x) beatAge[x] = AGE_MOST
#else
#define IF_MEANT(x) if :: !means[size - 1] -> forgetBeat(x) :: else fi
#define TOO_LATE(x) forgetBeat(x)   /* no answer could grant anything any more */
#endif
#define MAY_ELECT(i) (term < TERMS && (sOver[i] || released && sTerm[i] == term || UNWAITED(i)))
#ifdef M_SAME_TERM
#define NEXT_TERM term
#else
#define NEXT_TERM (term + 1)
#endif
#ifdef M_NO_FENCE
#define ADMITS(t) 1
#else
#define ADMITS(t) (t >= highest)
#endif
#ifdef M_CUT_EXPIRY
#define EXPIRY_MAY_BE_CUT 1
#else
#define EXPIRY_MAY_BE_CUT 0
#endif


/* Claims that must be refuted: what the protocol is for can be reached in the model. */
#ifdef SEEK
byte how;           /* the last election: 1 after an expiry, 2 by a release in a handover */
#define HOW(h) how = h
#define SEEN(what, is) assert(!(SEEK == what && (is)))
#else
#define HOW(h) skip
#define SEEN(what, is) skip
#endif
#define FAILOVER 1  /* the leader had a lease and fell silent; its successor has a grant */
#define HANDED 2    /* revoked, released, and its successor has a grant */
#define DRAINED 3   /* a beat of a revoked leader is valid */
#define VOIDED 4    /* a renewal came between "I saw none" and "it is over" */
#define THIRD 5     /* the first leader leads again, in term 3 */
#define REFUSED 6   /* two servers decided at the same version: the second is refused */
#define OUTRANKED 7 /* a late write of an old term is refused */
#define DOUBTED 8   /* a server that has not seen all cannot judge an expiry */
#define TOLD 9      /* the leader fell silent; its successor works on the news of its election */

/* Scratch of single steps, 0 between them: no part of a state. A breadth-first search does not allow that. */
#ifdef SHORTEST
byte p, r, j, rest, ok;
#else
hidden byte p, r, j, rest, ok;
#endif

/* Runner r: what it believes, and its one beat under way. */
#define SENT 1
#define WRITTEN 2
#define ANSWERED 3
byte held[2];       /* what is left of its lease, on its own clock; of whatever term */
byte beat[2], beatTerm[2], beatAge[2], beatAt[2], beatPlace[2], granted[2];
bit released;       /* the leader of the running term has released it */

#include "log.pml"
#include "group.pml"
#include "steps.pml"
