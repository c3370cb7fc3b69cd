/* The shared log, what it means, and how a server reads it (docs/protocol.md, L1, L4, L5, L7).

   Of the log only the window is kept that some server has not read yet: W records. What all have read is
   dropped (slide), so that any number of beats may come; the bound is how far a server lags, not how long
   a history is. With NOSLIDE nothing is dropped: W is then the length of the whole log.

   Places in the log, as `after` and "last valid beat" name them, are codes: 0 none in this term, 1 before
   the window, k + 2 entry k of the window. They compare like revisions. */

mtype = { BEAT, EXPIRED, ELECTED, REVOKED, CONFIGURED };

byte size;       /* entries in the window */
byte kind[W];
byte trm[W];    /* term that a beat or an expiry names, or that an election opens */
byte arg[W];    /* beat: draining; expiry: after; election: the leader; configuration: the new lease */
byte who[W];    /* beat: the runner */
bit means[W];   /* what it truly means: the beat is valid, the expiry effective */

/* What the whole log says: folded when a record is appended, by nobody in particular. It is what servers
   are judged by (AGREE), and the head of the group's stream for expected versions. */
byte term = 1, leader, lease = LONG, last;
bit handover, over;

/* What server i has read: folded by itself up to pos[i]. */
byte pos[N], sTerm[N], sLeader[N], sLease[N], sMax[N], sLast[N], deadline[N];
bit sHandover[N], sOver[N];
#ifdef VERSIONS
byte version, sVersion[N];
#define CHANGED version++
#define READ_CHANGE(i) sVersion[i]++
#else
#define CHANGED skip
#define READ_CHANGE(i) skip
#endif
#ifdef PARTIAL
byte unseen;    /* up to here the last server has not seen what P holds (L7) */
bit doubt, began;
#define IS_PARTIAL(i) ((i) == N - 1 && began)
#define DOUBTING(i) (IS_PARTIAL(i) && doubt)
#else
#define DOUBTING(i) 0
#endif

/* L1: (a) the term, (b) who was elected, (d) not expired, (e) led, or in handover and draining. (c), how much
   is unanswered, only makes fewer beats valid, and by what the beat itself says: left out. */
#ifdef M_OVER
#define VALID(t, r, d, T, R, H, O) (t == T && r == R && (!H || d))
#else
#ifdef M_HOLDER
#define VALID(t, r, d, T, R, H, O) (!O && (!H || d))
#else
#define VALID(t, r, d, T, R, H, O) (t == T && r == R && !O && (!H || d))
#endif
#endif

/* One append, at the end of the one order. */
inline append(k, t, a, w) {
  assert(size < W);
  printf("log: record %d is %e, term %d, argument %d\n", size, k, t, a);
  kind[size] = k; trm[size] = t; arg[size] = a; who[size] = w;
  if
  :: k == BEAT ->
       means[size] = VALID(t, w, a, term, leader, handover, over);
       if :: means[size] -> last = size + 2 :: else fi;
       SEEN(DRAINED, means[size] && a)
  :: k == EXPIRED ->
       means[size] = (t == term && !over && last <= a);
       SEEN(VOIDED, t == term && !over && last > a);
       if :: means[size] -> over = 1 :: else fi
  :: k == ELECTED ->
#ifndef NO_G1
       assert(t == term + 1);       /* G1: terms rise by one, each has one leader */
#endif
       HOW((over -> 1 : (handover -> 2 : 0)));
       term = t; leader = a; handover = 0; over = 0; last = 0; released = 0; TELL(leader);
       CHANGED
  :: k == REVOKED -> handover = 1; CHANGED
  :: k == CONFIGURED -> lease = a; CHANGED
  fi;
  size++
}

#define AWAITED(i) (beat[r] == WRITTEN && beatAt[r] == i && beatPlace[r] == p)

/* Server i reads the next record through its own tail; beats that wait for it are answered (L2). */
inline read(i) {
  printf("server %d: reads record %d\n", i, pos[i]);
  p = pos[i]; pos[i] = p + 1; ok = 0; r = (kind[p] == BEAT -> who[p] : 0);
  if
  :: kind[p] == BEAT ->
       ok = VALID(trm[p], who[p], arg[p], sTerm[i], sLeader[i], sHandover[i], sOver[i]);
       AGREES(ok == means[p] || DOUBTING(i));
       if
       :: ok ->
            sLast[i] = p + 2;
            EXTEND(i)
       :: else
       fi;
       if
       :: AWAITED(i) ->
            if
            :: ok && !DOUBTFUL(i) -> beat[r] = ANSWERED; granted[r] = sLease[i]
            :: else -> forgetBeat(r)
            fi
       :: else
       fi
  :: kind[p] == EXPIRED ->
       ok = (trm[p] == sTerm[i] && !sOver[i] && !VOID(i, arg[p]));
#ifdef PARTIAL
       if
       :: ok && IS_PARTIAL(i) && arg[p] < unseen && !JUDGES -> doubt = 1; ok = 0; SEEN(DOUBTED, 1)
       :: else
       fi;
#endif
       AGREES(ok == means[p] || DOUBTING(i));
       if :: ok -> sOver[i] = 1 :: else fi
  :: kind[p] == ELECTED ->
       /* without NEWS no grant can exist yet, so its deadline is now: L4 waits two heartbeats, which is later */
       sTerm[i] = trm[p]; sLeader[i] = arg[p]; sHandover[i] = 0; sOver[i] = 0; sLast[i] = 0;
       sMax[i] = sLease[i]; deadline[i] = FIRST_DEADLINE(i); READ_CHANGE(i);
#ifdef PARTIAL
       if :: IS_PARTIAL(i) -> doubt = 0 :: else fi
#endif
  :: kind[p] == REVOKED -> sHandover[i] = 1; READ_CHANGE(i)
  :: kind[p] == CONFIGURED ->
       sLease[i] = arg[p]; READ_CHANGE(i);
       if :: sLease[i] > sMax[i] -> sMax[i] = sLease[i] :: else fi
  fi;
  slide(); p = 0; r = 0; ok = 0
}

/* Drops what every server has read. `after` of the same term moves with it: behind a valid beat that is
   dropped it becomes 0, older than anything. */
inline slide() {
#ifdef NOSLIDE
  skip
#else
  do
  :: ALL_HAVE_READ ->
       ok = (kind[0] == BEAT && means[0]); r = trm[0];
       for (j : 0 .. N - 1) {
         pos[j]--;
         if :: sLast[j] >= 2 -> sLast[j]-- :: else fi;
#ifdef DELAYED
         MOVE(sayAfter[j], sayTerm[j])
#endif
       }
       for (j : 0 .. 1) { if :: beat[j] == WRITTEN -> beatPlace[j]-- :: else fi }
       if :: last >= 2 -> last-- :: else fi;
       for (j : 0 .. W - 2) {
         kind[j] = kind[j + 1]; trm[j] = trm[j + 1]; arg[j] = arg[j + 1]; who[j] = who[j + 1];
         means[j] = means[j + 1];
         if :: kind[j] == EXPIRED -> MOVE(arg[j], trm[j]) :: else fi
       }
       size--; kind[W - 1] = 0; trm[W - 1] = 0; arg[W - 1] = 0; who[W - 1] = 0; means[W - 1] = 0;
       j = 0
  :: else -> break
  od
#endif
}
