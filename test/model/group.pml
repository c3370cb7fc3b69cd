/* Who appends to the stream of the group, and the resource that its leaders work on. */

/* L5 and the rest of the group's stream. The expected version makes deciding and appending one step: what
   was decided on an older version is refused. With VERSIONS both steps are told apart, to show just that. */
#ifdef VERSIONS
byte cmd[N], cmdVersion[N], cmdTerm[N];
#define DECIDE(i, k, v) cmd[i] = k; cmdVersion[i] = v; cmdTerm[i] = sTerm[i]
#ifdef M_BLIND
#define FITS(i) 1
#else
#define FITS(i) (cmdVersion[i] == version)
#endif
#define GROUP(i) \
  :: d_step { cmd[i] == 0 && MAY_ELECT(i) -> DECIDE(i, ELECTED, sVersion[i]) } \
  :: d_step { cmd[i] == 0 && MAY_ELECT(i) && sTerm[i] == term -> DECIDE(i, ELECTED, version) } \
  :: d_step { cmd[i] == 0 && !sHandover[i] -> DECIDE(i, REVOKED, sVersion[i]) } \
  :: d_step { cmd[i] != 0 && size < W -> \
       if \
       :: FITS(i) && cmd[i] == ELECTED -> append(ELECTED, cmdTerm[i] + 1, 1 - leader, 0) \
       :: FITS(i) && cmd[i] == REVOKED -> append(REVOKED, cmdTerm[i], 0, 0) \
         :: else -> SEEN(REFUSED, 1) \
       fi; \
       cmd[i] = 0; cmdVersion[i] = 0; cmdTerm[i] = 0 }
#else
#define GROUP(i) \
  :: d_step { size < W && sTerm[i] == term && MAY_ELECT(i) -> append(ELECTED, NEXT_TERM, 1 - leader, 0) } \
  AGAIN(i)
#endif
#ifdef ANYBODY   /* the same runner may be elected again */
#define AGAIN(i) \
  :: d_step { size < W && sTerm[i] == term && MAY_ELECT(i) -> append(ELECTED, NEXT_TERM, leader, 0) }
#else
#define AGAIN(i)
#endif

/* A resource that keeps the highest term. Whoever was ever shown to lead may come with that term, late. */
#ifdef FENCED
byte highest, writer;
#define WRITE(x, t) \
  :: d_step { (shown[x] & (1 << t)) && ADMITS(t) -> \
       assert(t > highest || t == highest && writer == x); highest = t; writer = x } \
  :: d_step { (shown[x] & (1 << t)) && !ADMITS(t) -> SEEN(OUTRANKED, 1) }
#endif
