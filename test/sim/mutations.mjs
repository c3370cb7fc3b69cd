// One line each, in what was built: name, file, what stands there (once), what stands there instead. `only`: the faults
// that show it soonest; `args`: for the simulator.
const PRESENCE = 'libs/presence/src';
const SDK = 'libs/runner-sdk/src';
const ELECTION = 'libs/election/src';
const COORDINATION = 'libs/coordination/src';
const NODE = 'libs/node/src';

const of = (folder, rows) =>
  rows.map(([name, file, from, to, only, args = []]) => ({
    name,
    file: `${folder}/${file}`,
    from,
    to,
    only,
    args,
  }));
/** No world shows these, since nobody in them behaves so, or it hurts no guarantee there: a spec does. */
const specified = (spec, folder, rows, test = null) =>
  of(folder, rows).map((mutant) => ({ ...mutant, spec, test }));

export const MUTANTS = [
  ...of(NODE, [
    [
      'restored-log-is-taken-for-the-known-one',
      'log/known-log.js',
      'if (differences.length > 0) return false;',
      'return true;',
      'restored,runner-stop,server-restart',
    ],
    [
      'held-servers-wait-for-no-news',
      'health.js',
      'nowMs - this.tookMs',
      '(tail.isHeld ? 0 : nowMs - this.tookMs)',
      'restored,stalled-subscription',
    ],
  ]),
  ...of(ELECTION, [
    [
      'a-lost-process-is-superseded',
      'model/roles.js',
      'state.breaks > 0 && !known.past.includes(incarnation) ? null',
      'false ? null',
      'restored,runner-crash',
    ],
    [
      'terms-go-on-below-what-was-known',
      'fold/evolve.js',
      'Math.max(state.term, knownTerm)',
      'state.term',
      'restored,runner-stop,server-restart',
    ],
  ]),
  ...of('libs/presence/src', [
    [
      'a-stall-is-noticed-by-the-timer-alone',
      'hearing/hearing.js',
      'moment(nowMs) {\n        this.noticeStall(nowMs);',
      'moment(nowMs) {',
      'frozen-and-killed',
      ['--seconds', '120'],
    ],
  ]),
  ...of(SDK, [
    [
      'sdk-counts-from-receipt',
      'tenure.js',
      'this.sent = sent;',
      'this.sent = { monotonicMs: performance.now(), wallMs: Date.now() };',
      'late-answers,server-crash,store-lag',
    ],
    [
      'sdk-without-drift',
      'tenure.js',
      'leaseMs * (1 - this.maxDrift)',
      'leaseMs',
      'isolated-runner',
      ['--lease', '60000', '--seconds', '300'],
    ],
    ['sdk-lease-too-long', 'tenure.js', 'leaseMs * (1 - this.maxDrift)', 'leaseMs * 1.2'],
    [
      'sdk-never-looks-at-its-lease',
      'tenure.js',
      'Math.max(0, this.grantMs - elapsedMs(this.sent))',
      'this.grantMs',
    ],
    [
      'sdk-counts-news-from-receipt',
      'answered-beats.js',
      'this.sent.get(grant.sequence)',
      '{ monotonicMs: performance.now(), wallMs: Date.now() }',
      'runner-pause,lossy-network,partition,isolated-runner,late-answers',
    ],
    [
      'sdk-ignores-the-wall-clock',
      'clocks/stopwatch.js',
      'Math.max(at.monotonicMs - since.monotonicMs, at.wallMs - since.wallMs)',
      'at.monotonicMs - since.monotonicMs',
      'suspended-runner',
    ],
    [
      'sdk-takes-any-answer',
      'http/answers.js',
      'if (!isProblem(answer)) throw',
      'if (!isProblem(answer)) return answer; if (false) throw',
    ],
    ['sdk-stops-without-giving-up-a-request', 'connection.js', 'stop: this.breaker.signal', ''],
  ]),
  ...of(PRESENCE, [
    [
      'lease-clock-without-drift-and-margin',
      'leases/lease-clock.js',
      'leaseMs * (1 + this.maxDrift) + MARGIN_MS',
      'leaseMs * 0.97',
    ],
    [
      'lease-clock-takes-the-last-grant',
      'leases/lease-clock.js',
      'Math.max(deadline.soonestMs, hearingMs + this.waitMs(leaseMs))',
      'hearingMs + this.waitMs(leaseMs)',
      'isolated-runner',
    ],
    [
      'restart-without-a-whole-lease',
      'presence.js',
      'this.leaseClock.started(group, maxLeaseMs, begins.hearingMs)',
      'undefined',
      'snapshot,server-crash,isolated-runner',
    ],
    ['void-check-dropped', 'leases/lease-table.js', 'lease.lastValidRevision > Number(after)', 'false'],
    [
      'doubtful-server-judges',
      'leases/lease-table.js',
      'Number(after) < this.unseen',
      'false',
      'retention,server-crash,follow-lag,store-cut',
    ],
    [
      'doubtful-server-ends-what-others-grant',
      'record-fold.js',
      'if (renewedMs > 0) leaseClock',
      'if (renewedMs > 0 && !leases.get(beat.group)?.isDoubtful) leaseClock',
      'retention,server-crash,runner-crash,lossy-network,repeated-requests,late-requests',
    ],
    [
      'doubtful-server-renews',
      'reception.js',
      'this.checkSure(beat, state);',
      '',
      'server-pause,store-down,store-cut,follow-lag,lossy-network,late-answers,late-requests,disk-full,retention,broken-proxy',
    ],
    [
      'beats-answered-before-they-are-back',
      'reception.js',
      'return this.p.batcher.renew(recordOf(beat, state), state.settings, isFirst);',
      'this.p.batcher.note({ ...recordOf(beat, state), process }, moment.nowMs, 1_000, false); return replyTo(beat, state, state.settings.leaseMs);',
    ],
    ['drain-without-end', 'reception.js', '<= settings.drainMs', '>= 0'],
    [
      'news-grant-longer-than-the-wait',
      'leases/first-grants.js',
      'Math.min(leaseMs, firstBeatMs(heartbeatMs)) * (1 - 2 * this.maxDrift)',
      '2 * leaseMs',
      'isolated-runner,partition,runner-pause',
    ],
    ['leases-never-end', 'leases/lease-clock.js', '.dueInTurn(hearingMs,', '.dueInTurn(-Infinity,'],
    [
      'term-without-beat-never-ends',
      'leases/lease-clock.js',
      'hearingMs + firstBeatMs(heartbeatMs)',
      'Infinity',
      'runner-crash,runner-pause',
    ],
  ]),
  ...of(COORDINATION, [
    [
      'acknowledged-before-it-is-written',
      'group-repository.js',
      'const position = await this.write(head, events, echo);',
      'const position = "0"; void this.write(head, events, echo).catch(() => undefined);',
    ],
    [
      'answers-what-failed-as-done',
      'group-repository.js',
      'if (!echo.append || !(error instanceof StoreUnavailable)) throw error;',
      'if (!echo.append) return "0";',
      'store-down,store-cut,disk-full',
    ],
    [
      'deadlines-are-not-acted-on',
      'deadlines.js',
      'const isDue = dueMs <= nowMs && !this.running.has(group);',
      'const isDue = false;',
    ],
  ]),
  ...of(ELECTION, [
    [
      'terms-are-used-twice',
      'decide/leadership.js',
      'term: d.state.term + 1',
      'term: Math.max(1, d.state.term)',
    ],
    [
      'silent-runners-are-elected',
      'rule/choose-leader.js',
      "if (r.status !== 'active') return {",
      "if (r.status === 'pending') return {",
    ],
    ['youngest-first', 'rule/choose-leader.js', 'cost: (r)=>r.seniority', 'cost: (r)=>-r.seniority'],
    [
      'make-before-break',
      'decide/leadership.js',
      "d.state.leadership?.handover && d.state.settings.failover === 'fenced'",
      'd.state.leadership?.handover',
    ],
    [
      'silence-ends-a-lease',
      'decide/decide-silence.js',
      "d.state.settings.failover === 'lease' || command.term !== held.term",
      'false',
      'lossy-network,late-answers,store-lag,slow-network',
    ],
    [
      'a-late-expiry-ends-the-next-term',
      'decide/decide-silence.js',
      '!held || held.term !== command.term',
      '!held',
      'store-lag,lost-answers,follow-lag,runner-crash',
    ],
  ]),
  ...of(NODE, [
    ['stalls-are-not-noticed', 'health.js', 'this.tail.resubscribe();', ''],
    [
      'wrong-clocks-are-believed',
      'clocks/clock-skew.js',
      'this.p.correct(truthMs - skewMs);',
      '',
      'clock-step,server-restart,server-crash',
    ],
    [
      'snapshot-of-another-moment',
      'snapshots/snapshots.js',
      'const { path, position, checkpoint } = this;',
      'const { path, checkpoint } = this; const position = String(Math.max(0, Number(this.position) - 5));',
      'snapshot,server-restart,server-crash',
    ],
  ]),
  ...of('libs', [
    [
      'clock-steps-are-followed',
      'kernel/src/clock.js',
      'Math.abs(gapMs) <= STEP_MS ||',
      'true ||',
      'clock-step',
    ],
  ]),
  ...specified('libs/runner-sdk/spec/runner', SDK, [
    ['sdk-keeps-a-lost-tenure', 'tenure.js', 'this.isHeld = false;', ''],
    [
      'sdk-works-on-when-it-is-told-to-stop',
      'tenure.js',
      'if (!this.abort.signal.aborted) this.asWork(',
      "if (!this.abort.signal.aborted && cause !== 'revoked') this.asWork(",
    ],
  ]),
  ...specified('libs/node/spec/watch.spec', 'libs', [
    [
      'watch-forgets-what-came-meanwhile',
      'views/src/watch-feed.js',
      'for (const append of watcher.backlog ?? []) this.tellNow(watcher, append);',
      '',
    ],
  ]),
  ...specified('libs/runner-sdk/spec/clock-watch', SDK, [
    ['sdk-is-not-told-of-a-suspension', 'tenure.js', 'clocks.listen(() => this.watch())', '() => undefined'],
    ['sdk-notices-no-slew', 'clocks/clock-watch.js', 'this.apartMs = nowApartMs;', ''],
  ]),
  ...specified('libs/presence/src/leases/first-grants', PRESENCE, [
    [
      'hastened-into-the-grant-of-the-news',
      'leases/lease-clock.js',
      'Math.max(hearingMs, deadline.soonestMs)',
      'hearingMs',
    ],
  ]),
  ...specified('libs/presence/src/leases/lease-table', PRESENCE, [
    ['grants-to-any-term', 'leases/lease-table.js', 'lease.term === beat.term &&', ''],
    [
      'grants-to-any-process',
      'leases/lease-table.js',
      'lease.incarnation === beat.incarnation',
      'true',
      'runner-crash',
    ],
    [
      'renews-however-long-nobody-answers',
      'leases/lease-table.js',
      'beat.sequence - beat.acked <= UNANSWERED_MOST',
      'true',
      'deaf-runner',
    ],
    ['renews-in-handover', 'leases/lease-table.js', 'beat.draining === true', 'true'],
    [
      'expired-term-still-grants',
      'leases/lease-table.js',
      'lease.expiredRevision !== null) return 0',
      'false) return 0',
    ],
    [
      'doubtful-server-grants',
      'leases/lease-table.js',
      'lease?.isDoubtful ? 0 : renewedMs',
      'renewedMs',
      'retention,server-crash,follow-lag,store-cut',
    ],
  ]),
  ...specified('libs/runner-sdk/spec/pacing', SDK, [
    [
      'sdk-waits-long-with-short-heartbeats',
      'pace/pacing.js',
      'Math.min(this.slownessMs, mostMs)',
      'this.slownessMs',
    ],
  ]),
  ...specified('libs/runner-sdk/spec/together', SDK, [
    [
      'sdk-answers-of-one-go-to-all',
      'http/joint-beats.js',
      'answered && replyOf(answered, at)',
      'answered && replyOf(answered, 0)',
    ],
    ['sdk-says-as-many-again-as-were-too-many', 'http/joint-beats.js', 'mostOf().set(key, half);', ''],
    ['sdk-takes-who-was-not-heard-for-heard', 'http/short-beats.js', '!told.unknown.includes(at)', 'true'],
    ['sdk-shows-numbers-with-another-key', 'http/short-beats.js', 'given.key === key && ', ''],
    [
      'sdk-says-short-what-was-not-answered',
      'http/short-beats.js',
      ' && beat.acked === beat.sequence - 1',
      '',
    ],
    ['sdk-asks-an-older-server-together-again', 'http/http-client.js', 'joint.refused();', ''],
    [
      'sdk-stays-in-company-that-nobody-answers',
      'pace/pulse.js',
      'performance.now() + aloneMs(this.failures++)',
      '-Infinity',
    ],
    [
      'sdk-who-stands-by-waits-for-who-leads',
      'http/requests.js',
      "isUrgent ? 'leader' : 'standby'",
      "'beat'",
    ],
    [
      'sdk-who-was-elected-waits-for-others',
      'pace/pulse.js',
      "this.mayGoAlong(performance.now()) && 'standby'",
      'this.mayGoAlong(performance.now())',
    ],
  ]),
  ...specified('libs/runner-sdk/spec/deaf-server', SDK, [
    [
      'sdk-stays-at-a-deaf-server',
      'connection.js',
      "reply.role === 'standby' && this.leaveDeaf(url)",
      'false',
    ],
  ]),
  ...specified('libs/presence/spec/short-beats', PRESENCE, [
    ['a-short-beat-counts-twice', 'answers/short-beats.js', '|| sequence <= process.sequence', ''],
    ['a-short-beat-is-told-old-news', 'answers/short-beats.js', 'standby.version !== version', 'false'],
    [
      'a-number-counts-without-its-key',
      'answers/short-beats.js',
      'standby?.key === key ? standby : undefined',
      'standby',
    ],
    ['a-number-outlives-its-process', 'hearing/roll.js', 'this.numbered.drop(number)', 'undefined'],
    ['a-short-beat-of-who-is-not-watched', 'answers/short-beats.js', '|| !member.heard', ''],
  ]),
  ...specified('libs/presence/src/records/signs', PRESENCE, [
    ['who-is-forgotten-is-read', 'records/names.js', ' && !life.isForgotten', ''],
    ['names-of-an-older-generation-count', 'records/naming.js', 'if (g !== this.generation) return;', ''],
    ['old-signs-of-life-are-written', 'records/signs.js', 'nowMs - signHeardMs <= signStaleMs', 'true'],
  ]),
  ...specified('libs/presence/src/records/names', PRESENCE, [
    ['names-of-a-crowd-are-said-once', 'records/naming.js', 'nowMs >= this.dueMs[name[0]]', 'false'],
    ['names-of-a-crowd-stay-for-good', 'records/naming.js', 'this.said * 4 < this.last', 'false'],
  ]),
  ...specified('libs/presence/spec/beat-batcher', PRESENCE, [
    ['signs-of-life-wait-in-a-crowd', 'beat-batcher.js', 'notes.size >= MOST_BEATS', 'false'],
    ['written-beats-are-refused-after-a-heartbeat', 'beat-batcher.js', 'pace.leaseMs', 'pace.heartbeatMs'],
  ]),
  ...specified('libs/presence/spec/activations', PRESENCE, [
    ['all-become-active-at-once', 'answers/activations.js', 'this.underWay.size >= MOST_UNDER_WAY', 'false'],
    ['who-may-lead-waits-with-all-others', 'answers/activations.js', '(known || !isVacant)', 'true'],
    [
      'each-becomes-active-by-itself',
      'answers/activations.js',
      'next.splice(0, MOST_IN_AN_APPEND)',
      'next.splice(0, 1)',
    ],
    [
      'a-beat-waits-for-ever-to-be-active',
      'answers/activations.js',
      'Promise.race([active, late])',
      'active',
    ],
  ]),
  ...specified('libs/presence/spec/catch-up', PRESENCE, [
    [
      'all-that-nobody-knows-is-read-at-once',
      'answers/catch-up.js',
      'READ_AT_ONCE = 8',
      'READ_AT_ONCE = 100_000',
    ],
  ]),
  ...specified('libs/presence/src/records/last-beats', PRESENCE, [
    [
      'last-beats-outlive-a-doubt',
      'records/last-beats.js',
      'process?.lastBeat?.doubts === this.doubts ? process.lastBeat',
      'process?.lastBeat ? process.lastBeat',
    ],
  ]),
  ...specified('libs/node/spec/sealed', 'libs/coordination/src', [
    ['history-is-read-with-a-hole', 'reading/unbroken.js', 'event.version !== next)', 'next < 0)'],
    [
      'a-log-is-copied-with-a-hole',
      'reading/whole-log.js',
      'throw new HistoryGone(store.nameOf(item.stream), last + 1);',
      ';',
    ],
  ]),
  ...specified('libs/node/spec/restored', 'libs/node/src', [
    ['an-acceptance-is-of-any-log', 'review/acceptance.js', '!accepted || !moved ||', 'true || !accepted ||'],
  ]),
  ...specified('libs/presence/spec/reports', PRESENCE, [
    [
      'fenced-groups-wait-for-all-leases',
      'reports.js',
      "=== 'fenced' ? 'fenced' : 'ending'",
      "=== 'fenced' ? 'ending' : 'ending'",
    ],
  ]),
  ...specified('libs/node/spec/restored', NODE, [
    [
      'leases-of-what-is-lost-are-not-waited-for',
      'review/review.js',
      '(this.heldSinceMs ?? nowMs) + longestMs - nowMs',
      '0',
    ],
    [
      'snapshot-of-a-lost-log-stays',
      'snapshots/snapshots.js',
      'if (this.isOurs || this.path === null) return;',
      'return;',
    ],
    [
      'what-others-knew-is-not-heard',
      'review/disputes.js',
      'if (stream !== DISPUTES_STREAM) return;',
      'return;',
    ],
  ]),
  ...specified('runner-sdk/spec/streams/joining', SDK, [
    ['who-joins-gives-up-as-soon-each-time', 'pace/pacing.js', '* 2 ** this.late', ''],
    [
      'streams-take-the-connection-of-beats',
      'http/asking.js',
      'asked.isStream ? connections.streams : connections',
      'connections',
    ],
    ['who-joins-waits-long-beside-others', 'connection.js', ' && this.client.areAllMissing()', ''],
    ['streams-of-leaders-come-anew', 'streams/session-stream.js', 'isUrgent() ? askSoon', 'false ? askSoon'],
  ]),
  ...specified('runner-sdk/src/http/asking', SDK, [
    [
      'what-is-given-up-takes-its-connection-along',
      'http/asking.js',
      '&& linger(request, agent)',
      '&& false',
    ],
  ]),
  ...specified('runner-sdk/spec/together/late-answers', SDK, [
    [
      'late-answers-to-several-grant-nothing',
      'http/http-client.js',
      'isWhole && tellLate(',
      'false && tellLate(',
    ],
  ]),
  ...specified('admission/places/arrivals', 'apps/server/src/http/admission/places', [
    ['what-is-sent-behind-overtakes', 'arrivals.js', '!(mayWait || isBehind)', '!mayWait'],
    ['servers-work-for-who-is-gone', 'arrivals.js', 'if (!isGone()) begin();', 'begin();'],
  ]),
  ...specified('runner-sdk/spec/ending/late-grants', SDK, [
    ['late-answers-grant-nothing', 'http/asking.js', 'return late!(answer);', 'return heard.resume();'],
    ['late-answers-are-not-seen', 'connection.js', 'this.answered.add(sequence, sent); // else', '// else'],
    [
      'late-answers-begin-nothing',
      'candidacy.js',
      "else if (role === 'leader' && grant.leaseMs > 0) this.beginClaimed(term, grant);",
      '',
    ],
    ['late-answers-of-before-grant', 'answered-beats.js', 'sequence <= this.forgotten', 'false'],
    [
      'the-slower-the-answer-the-later-the-next-beat',
      'pace/pacing.js',
      'Math.max(heartbeatMs - tookMs, heartbeatMs / 4)',
      'heartbeatMs',
    ],
  ]),
  ...specified('libs/node/spec/proved-term', NODE, [
    ['proved-terms-are-forgotten', 'log/known-log.js', 'this.isLeft ||= this.isLive;', ''],
  ]),
  ...specified('libs/node/src/clocks/clock-skew', NODE, [
    [
      'vague-clocks-are-believed',
      'clocks/clock-skew.js',
      'const doubtMs = Math.min(vagueMs, 2 * VAGUE_MOST_MS - vagueMs);',
      'const doubtMs = vagueMs;',
    ],
  ]),
  ...specified('libs/runner-sdk/spec/denied-term', SDK, [
    ['sdk-keeps-a-term-that-a-server-denies', 'candidacy.js', 'if (this.tenure) this.lost(this.tenure);', ''],
    [
      'sdk-releases-a-term-that-a-server-denied',
      'candidacy.js',
      'this.book.released = null; // nobody waits',
      '// nobody waits',
    ],
  ]),
  ...specified('libs/node/spec/presence-forgets', PRESENCE, [
    [
      'gaps-are-not-noticed',
      'record-fold.js',
      'stored.version !== this.read + 1',
      'false',
      'retention,server-crash',
    ],
    ['who-cannot-be-told-was-nobody', 'record-fold.js', 'lifeSigns.silence.restart(moment);', ''],
    ['streams-of-who-cannot-be-told', 'record-fold.js', '(data.s?.length ?? 0)) sessions', '-1) sessions'],
  ]),
  ...specified('libs/presence/src/hearing/hearing', PRESENCE, [
    [
      'deaf-servers-judge',
      'hearing/hearing.js',
      'return this.isProved(nowMs) && (nowMs >= this.resumedMs + 2 * heartbeatMs || overdueMs >= chanceMs)',
      'return true',
    ],
    ['nobody-is-silent', 'hearing/silence-detector.js', '.dueInTurn(now.hearingMs', '.dueInTurn(-Infinity'],
    [
      'silence-in-deafness-counts',
      'hearing/hearing.js',
      '(this.deafSinceMs ?? nowMs) - this.deafTotalMs',
      'nowMs',
      'store-cut,server-pause',
    ],
    ['late-records-are-probed-beside', 'hearing/hearing.js', 'isNextDue && nowMs', 'nowMs'],
    [
      'late-records-hold-up-no-proof',
      'hearing/hearing.js',
      'if (nowMs - sentMs <= this.heldMs) continue;',
      '',
    ],
  ]),
  ...specified('libs/node/spec/shortened', PRESENCE, [
    [
      'untaken-is-judged-by-a-lease-before',
      'reports.js',
      'if (lease.lastValidRevision !== 0 || !state) return limitMs;',
      'return limitMs;',
    ],
    [
      'untaken-again-is-judged-so-where-damped',
      'reports.js',
      'state.settings.damping && !hasFailedSince',
      'state.settings.damping',
    ],
    [
      'restarts-count-as-untaken-where-damped',
      'reports.js',
      'last !== undefined && last.incarnation !== lease.incarnation',
      'false',
    ],
    [
      'untaken-once-is-judged-so-where-damped',
      'reports.js',
      'state.settings.damping && !hasFailedSince',
      'false',
    ],
  ]),
  ...specified('libs/node/spec/presence-outages', PRESENCE, [
    [
      'loss-whatever-was-heard-since',
      'losses.js',
      'isProved(loss) && sessions.isConfirmed(loss)',
      'isProved(loss)',
    ],
    ['stale-beats-are-written', 'beat-batcher.js', 'nowMs - held.heardMs <= mostMs(held)', 'true'],
    ['expiry-is-not-level-triggered', 'failure-detector.js', 'this.over.take(MOST_OVER)', '[]'],
    ['loss-without-proof', 'losses.js', 'hearing.provedSinceMs - lostMs >= confirmMs', 'true'],
  ]),
  ...specified('libs/presence/spec/losses', PRESENCE, [
    ['loss-is-judged-before-sockets-are-read', 'losses.js', 'const TURNS = 3;', 'const TURNS = 1;'],
    ['deaf-server-judges-losses', 'losses.js', 'isRead && !hearing.isDeaf', 'isRead'],
    ['server-beside-others-judges-alone', 'losses.js', 'this.p.isOnlyServer', 'true'],
  ]),
  ...specified('libs/presence/src/leases/lease-clock', PRESENCE, [
    [
      'expiry-is-said-once',
      'hearing/wheel.js',
      'item.againMs = nowMs + AGAIN_MS',
      'item.againMs = Infinity',
      'store-down,disk-full,lost-answers,store-cut',
    ],
  ]),
  ...specified('libs/node/spec/presence-hearing', PRESENCE, [
    ['probes-never-again-after-one-failed', 'probe.js', 'over(null), over)', 'over(null), () => undefined)'],
  ]),
  ...specified('libs/presence/src/leases/lease-snapshot', PRESENCE, [
    [
      'snapshot-forgets-the-last-beat',
      'leases/lease-table.js',
      '...this.leases.values()',
      '...[]',
      'snapshot,server-restart,server-crash',
    ],
    [
      'snapshot-forgets-an-expiry',
      'leases/lease-table.js',
      'this.put(lease)',
      'this.put({ ...lease, expiredRevision: null })',
      'snapshot,server-restart,server-crash,store-lag,disk-full',
    ],
  ]),
  ...specified('libs/presence/src/leases/lease-table', PRESENCE, [
    [
      'settings-undo-an-expiry',
      'leases/lease-table.js',
      '...lease, ...by',
      '...lease, expiredRevision: null, ...by',
      'store-lag,lost-answers',
    ],
  ]),
  ...specified('libs/node/spec/clocks', COORDINATION, [
    [
      'group-time-stands-still',
      'group-time.js',
      'ahead.atMs + this.clock.monotonicMs() - ahead.readMs',
      'ahead.atMs',
      'clock-step,server-restart,server-crash',
    ],
  ]),
  ...specified('libs/node/spec/watch', 'libs', [
    [
      'watch-tells-things-twice',
      'views/src/watch-news.js',
      'if (comparePositions(end, watcher.told) <= 0) return;',
      '',
    ],
  ]),
  ...specified('libs/node/spec/restart', PRESENCE, [
    ['snapshot-forgets-names', 'presence.js', 'names: names.saved()', 'names: []'],
  ]),
  ...specified('libs/node/spec/restart', NODE, [
    [
      'decides-before-it-has-caught-up',
      'health.js',
      'return isCaughtUp && !failure && !interruption && !isSuspect && !this.isDraining',
      'return true',
    ],
  ]),
  ...specified('libs/coordination/spec/group-repository', COORDINATION, [
    ['conflicts-are-not-seen', 'group-repository.js', 'await this.heads.afterConflict(group, error);', ''],
  ]),
  ...specified('libs/election/', ELECTION, [
    [
      'dead-ones-are-not-known',
      'decide/decide-silence.js',
      'recordOthers(command.also, d);\n  const { runner',
      'const { runner',
    ],
  ]),
  ...specified('libs/runner-sdk/spec/runner.spec', SDK, [
    [
      'sdk-releases-before-it-has-stopped',
      'candidacy.js',
      "tenure.stopWork('revoked');",
      "tenure.stopWork('revoked'); void this.handBack(tenure);",
    ],
    [
      'sdk-does-not-say-what-it-released',
      'candidacy.js',
      'this.book.released = isResigned ? null : term;',
      'this.book.released = null;',
    ],
  ]),
  ...specified('libs/runner-sdk/spec/stopping.spec', SDK, [
    ['sdk-standby-says-no-goodbye', 'farewell.js', 'if (!(owes || isKnown || isUnheard))', 'if (true)'],
    [
      'sdk-stops-before-its-answer-came',
      'candidacy.js',
      'if (!owes() && !(await connection.lastAnswer(rested))) {',
      'if (false) {',
    ],
    ['sdk-standby-soon-says-goodbye-no-more', 'farewell.js', 'error instanceof DOMException ||\n', ''],
  ]),
  ...specified('libs/runner-sdk/spec/ending/late-answers', SDK, [
    ['sdk-goodbye-without-its-last-beat', 'farewell.js', 'goAway(this.unanswered(), ', 'goAway(undefined, '],
  ]),
  ...specified('libs/runner-sdk/spec/streams/silent-server', SDK, [
    [
      'sdk-stream-stays-with-who-does-not-answer',
      'http/http-client.js',
      'isSilent(url) && !isSilent(this.url)',
      'false',
    ],
    [
      'sdk-ends-the-stream-before-as-the-next-is-heard',
      'streams/session-streams.js',
      'await pause(OVERLAP_MS, this.gone.signal)',
      'await 0',
    ],
    ['sdk-opens-again-what-another-has-replaced', 'streams/session-stream.js', ' && goesOn()', ''],
    [
      'sdk-leader-takes-its-stream-along',
      'connection.js',
      "reply.role === 'standby' && this.leaveDeaf(url)",
      'this.leaveDeaf(url)',
    ],
    [
      'sdk-one-more-stream-for-each-that-hangs',
      'streams/session-streams.js',
      'followed.length === 1',
      'true',
    ],
    [
      'sdk-comes-again-to-who-fell-silent',
      'streams/session-stream.js',
      'client.leave(url); // who',
      '// who',
    ],
    ['sdk-says-nothing-as-it-leaves-a-stream', 'streams/session-streams.js', 'this.left()', ''],
    [
      'sdk-standby-leaves-a-stream-between-two-beats',
      'streams/session-streams.js',
      'this.over.push(...those)',
      'for (const before of those) before.abort()',
    ],
  ]),
  ...specified('libs/runner-sdk/spec/streams/broken-way', SDK, [
    ['streams-of-leaders-wait-for-the-dead', 'streams/session-stream.js', 'KEPT_MS = 1_000', 'KEPT_MS = 1e9'],
    ['sdk-leader-waits-where-its-way-broke', 'streams/session-stream.js', 'if (!isThere &&', 'if (false &&'],
    ['sdk-comes-back-to-who-stops', 'streams/session-stream.js', "event === 'bye'", 'false'],
    ['sdk-all-go-to-the-same-next', 'http/http-client.js', 'Math.random() * (this.urls', '0 * (this.urls'],
  ]),
  ...specified('libs/node/spec/presence-servers', PRESENCE, [
    ['all-report-a-lease-at-once', 'failure-detector.js', 'isNew && !isOwn', 'false'],
    ['nobody-but-who-wrote-it-reports-a-lease', 'failure-detector.js', 'if (!waits)', 'if (isOwn)'],
    ['who-became-active-is-lost-all-the-same', 'life-signs.js', 'state.leadership?.runner !== id', 'false'],
    ['who-became-active-was-seen-before', 'life-signs.js', 'if (isOld)', 'if (false)'],
    [
      'a-last-beat-is-not-told-to-other-servers',
      'records/last-words.js',
      'if (this.isOnlyServer || (process.lastBeat?.sequence ?? 0) >= sequence) return;',
      'return;',
    ],
  ]),
  ...specified('libs/runner-sdk/spec/stalled.spec', SDK, [
    ['sdk-fails-for-a-lost-lease', 'tenure.js', 'if (!this.isLeading()) this.watch();', ''],
  ]),
  ...specified('libs/runner-sdk/spec/term-book', SDK, [
    [
      'sdk-begins-a-term-that-it-gave-up',
      'term-book.js',
      'this.claim = holds && term > this.givenUp ? term : null;',
      'this.claim = holds ? term : null;',
    ],
  ]),
  ...specified(
    'libs/runner-sdk/spec/broken-address',
    SDK,
    [
      [
        'sdk-stays-at-a-broken-address',
        'http/http-client.js',
        "if (isOwn || (isJoining && error.code === 'invalid-request')) this.leave(url);",
        "if (isJoining && error.code === 'invalid-request') this.leave(url);",
      ],
    ],
    'an empty 500',
  ),
  ...specified('libs/coordination/spec/heads.spec.ts', COORDINATION, [
    ['what-was-written-and-is-lost-is-still-known', 'reading/heads.js', 'if (!lost) return;', 'return;'],
  ]),
];
