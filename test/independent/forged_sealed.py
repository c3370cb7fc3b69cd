"""Full forgeries of what is sealed, of goodbyes, and of what silences rest on."""
from heard import digest_of


def state_of(change):
    """What the seal says that the history before it came to."""
    return lambda h: change(h.one("HistorySealed")["data"]["state"])


def leader(state):
    state["leadership"].update(runner="c", incarnation=state["runners"][2]["incarnation"])


def untainted(state):
    state["runners"][0]["taints"] = []
    state["leadership"]["handover"]["order"]["version"] = 5


def goodbye(h):
    return h.one("HeartbeatMissed")


def hidden(h):
    """It beat in the record that its silence ends with, and all digests are as if it had always stood there."""
    kept = h.one("PresenceKept")["data"]
    kept["records"][2]["data"]["b"] = [2, 9]
    heard = h.one("HeartbeatMissed", runner="b")["meta"]["command"]["heard"]
    stands = [[record["version"], digest_of({name: record[name] for name in ("type", "data", "meta")})]
              for record in kept["records"]]
    heard["sha256"] = kept["of"][0] = digest_of(stands)


SEALED = [
    ("sealed with another leader", "sealed", state_of(leader), "the open term"),
    ("sealed with another taint", "sealed", state_of(untainted), "it should be eligible, rank 1"),
    ("sealed at another version", "sealed", state_of(lambda state: state.update(version=3)), "of version 3"),
    ("caused by what is sealed, and no order", "sealed", lambda h: h.one(
        "LeadershipEnded")["meta"]["causedBy"].update(version=2), "no order of then stands"),
    ("caused by another than who is in the seal", "sealed", lambda h: h.one(
        "LeadershipEnded")["meta"]["causedBy"].update(actor="claimed:ben"), "causedBy says"),
    ("a goodbye of a term", "sealed", lambda h: goodbye(h)["meta"]["command"].update(term=1), "goes away"),
    ("a goodbye after a silence", "sealed", lambda h: goodbye(h)["data"].update(silentMs=9), "silentMs"),
    ("a goodbye of another", "sealed", lambda h: goodbye(h)["meta"]["command"].update(runner="a"), "may not give"),
    ("a runner that beat is called silent", "silent", hidden, "it beat after record 12"),
]
