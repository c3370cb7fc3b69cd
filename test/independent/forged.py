"""Full forgeries of the envelope and of members; the words they are written in stand in forgeries.py."""
from forgeries import (OTHER, back, both, by_itself, cause_from, cause_of, command, data, later,
                       meta, no_command, repeat, reuse, second_command, seen, silent_for, stream,
                       unsaid, verdict, whole)

ENVELOPE = [
    ("a runner gives an operator's order", "lease", whole("RunnerTainted", actor="runner:r1"),
     "may not give"),
    ("an operator activates a runner", "lease", whole("RunnerActivated", actor="operator:eve"),
     "may not give"),
    ("a runner releases for another", "lease", whole("LeadershipEnded", {"term": 1}, actor="runner:r2"),
     "may not"),
    ("a runner deregisters without its process", "lease", whole("RunnerDeregistered", actor="runner:r1"),
     "may not"),
    ("presence reconciles", "lease", whole("RunnerUntainted", {"cause": "expired"}, actor="system:presence"),
     "may not"),
    ("an unknown kind of actor", "lease", whole("RunnerTainted", actor="admin:eve"), "meta.actor"),
    ("a digest of a request that nobody made", "lease", whole("RunnerActivated", requestHash="0" * 64),
     "requestHash"),
    ("an order without a request", "lease", whole("RunnerTainted", requestHash=""), "requestHash"),
    ("one command, two appends", "lease", reuse, "has an append already"),
    ("two reasons in one append", "lease", meta("LeadershipRevoked", reason="else"), "reason"),
    ("two actors in one append", "lease", meta("LeadershipRevoked", actor="operator:eve"), "actor"),
    ("two servers in one append", "lease", meta("LeadershipRevoked", instance=OTHER), "instance"),
    ("two callers in one append", "lease", meta("LeadershipRevoked", correlationId=OTHER), "correlationId"),
    ("two requests in one append", "lease", meta("LeadershipRevoked", requestHash="0" * 64), "requestHash"),
    ("two times in one append", "lease", lambda h: (lambda m: m.update(at=later(m["at"], 1)))(
        h.one("LeadershipRevoked")["meta"]), "at is"),
    ("time goes back", "lease", back, "time goes back"),
    ("no command", "lease", no_command, "has no command"),
    ("a second command", "lease", second_command, "not the first of its append"),
    ("a command of no known type", "lease", command("RunnerTainted", type="Taint"), "no type of a command"),
    ("a command with a field too many", "lease", command("RunnerTainted", force=True), "unknown field force"),
    ("a command with a field too few", "lease",
     lambda h: h.one("RunnerTainted")["meta"]["command"].pop("key"), "no field"),
    ("a command that asked for something else", "lease", command("RunnerTainted", effect="NoElect"),
     "its command"),
    ("a command that asks for no such event", "lease", lambda h: h.one("RunnerTainted")["meta"].update(
        command={"type": "ResumeElections"}), "does not ask for"),
    ("an event of no known type", "lease", lambda h: h.one("RunnerTainted").update(type="RunnerPainted"),
     "no type"),
    ("a field too many", "lease", data("RunnerTainted", because=1), "unknown field because"),
    ("a field too many in meta", "lease", meta("RunnerTainted", note=1), "unknown field note"),
    ("a field too many in a verdict", "lease", verdict((2, "r1"), note=1), "unknown field note"),
    ("form 4", "lease", meta("RunnerActivated", v=4), "newer"),
    ("form 2", "lease", meta("RunnerActivated", v=2), "meta.v"),
    ("form 1", "lease", meta("RunnerActivated", v=1), "meta.v"),
    ("a stream that is not exported", "lease", stream("presence"), "does not belong"),
    ("a stream of no known kind", "lease", stream("groups"), "does not belong"),
    ("a group of no known alphabet", "lease", stream("group-a/b"), "does not belong"),
    ("a key that is none", "lease", stream("keys", "SigningKeyPublished"), "no field key"),
    ("evidence with another group", "signed", stream("group-x"), "holds the stream"),
    ("evidence of the past", "signed", lambda h: h.header["window"].update(until="2026-01-01T00:00:00.000Z"),
     "after the end"),
    ("no causedBy", "lease", by_itself(lambda h: h.one("LeaderElected", term=2)), "causedBy is absent"),
    ("causedBy what is to come", "lease", cause_of("LeaderElected", {"term": 2}, version=40),
     "does not come before"),
    ("causedBy another command", "lease", cause_of("LeaderElected", {"term": 2}, commandId=OTHER),
     "causedBy says"),
    ("causedBy another actor", "lease", cause_of("LeaderElected", {"term": 2}, actor="operator:eve"),
     "causedBy says"),
    ("causedBy another order", "lease", cause_from("LeaderElected", {"term": 2}, lambda h: h.one(
        "RunnerTainted", runner="r3")), "causedBy is version"),
    ("causedBy a consequence", "lease", cause_from("LeaderElected", {"term": 2}, lambda h: h.one(
        "LeadershipRevoked")), "follows from another"),
    ("causedBy of what was asked for", "lease", cause_from("RunnerUntainted", {"cause": "request"},
     lambda h: h.one(
        "RunnerTainted", runner="r1")), "should be absent"),
]
def _secret(shown, version=2):
    """r1 registered with a secret, and what it says later shows it, or not."""
    def change(h):
        event = next(e for e in h.events if e["version"] == version)
        for place in (event["data"], event["meta"]["command"]):
            place["secretHash"] = "a" * 64
        for event in h.all("LeadershipEnded", runner="r1"):
            asked = h.first(event)["meta"]["command"]
            if asked["type"] in ("ReleaseLeadership", "ResignLeadership") and shown:
                asked["secretHash"] = shown
    return change


MEMBERS = [
    ("it releases without its secret", "lease", _secret(None), "registered with a secret"),
    ("it releases with another secret", "lease", _secret("b" * 64), "registered with a secret"),
    ("a secret that nobody sent", "lease", data("RunnerRegistered", secretHash="a" * 64), "its command"),
    ("seniority", "lease", data("RunnerRegistered", seniority=1), "seniority"),
    ("registered twice", "lease", repeat("RunnerRegistered"), "member already"),
    ("registered as another", "lease", data("RunnerRegistered", platform="mars"), "platform"),
    ("another process was before", "lease", data("RunnerRestarted", previousIncarnation=OTHER),
     "current one"),
    ("nobody vouched for its end", "lease", data("RunnerRestarted", previousExited=True), "previousExited"),
    ("an old process comes again", "signed", lambda h: both("RunnerRestarted", incarnation=h.one(
        "RunnerRestarted")["data"]["previousIncarnation"])(h), "superseded before"),
    ("updated to the same", "signed", repeat("RunnerUpdated"), "nothing is updated"),
    ("a sign of life of another process", "lease", both("RunnerActivated", incarnation=OTHER), "current one"),
    ("active twice", "lease", repeat("RunnerActivated", runner="r2"), "active already"),
    ("silence shorter than the limit", "lease", silent_for(200), "less than the limit"),
    ("seen after it was given up", "lease", seen(5), "after the event's own time"),
    ("a limit that never was", "lease", unsaid, "never said"),
    ("silence longer than reported", "lease", data("HeartbeatMissed", silentMs=99999), "its command"),
    ("given up twice", "lease", repeat("HeartbeatMissed", runner="r3"), "it is silent"),
    ("an unknown runner is given up", "lease", both("HeartbeatMissed", {"runner": "r3"}, runner="r9"),
     "no member"),
    ("deregistered by somebody else", "lease", data("RunnerDeregistered", by="runner"), "says by runner"),
    ("deregistered twice", "lease", repeat("RunnerDeregistered"), "no member"),
    ("forgiven, another", "signed", data("RunnerForgiven", runner="a"), "its command"),
]
