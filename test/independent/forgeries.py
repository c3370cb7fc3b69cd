"""Full forgeries: versions, ids, parts, hashes and footer fit, only what is said cannot be so.

(name, base, change of a History, what must be said)"""
from datetime import datetime, timedelta, timezone

from shapes import millis

OTHER = "00000000-0000-4000-8000-000000000000"


def later(text, ms):
    moved = datetime.fromtimestamp(millis(text) / 1000, timezone.utc) + timedelta(milliseconds=ms)
    return moved.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def data(type_, where=None, index=0, **changed):
    """Change fields of the data of one event."""
    return lambda h: h.all(type_, **(where or {}))[index]["data"].update(changed)


def meta(type_, where=None, **changed):
    return lambda h: h.one(type_, **(where or {}))["meta"].update(changed)


def whole(type_, where=None, **changed):
    return lambda h: h.whole(h.one(type_, **(where or {})), **changed)


def command(type_, where=None, **changed):
    return lambda h: h.first(h.one(type_, **(where or {})))["meta"]["command"].update(changed)


def both(type_, where=None, **changed):
    """In the event and in the command that it answers."""
    def change(h):
        event = h.one(type_, **(where or {}))
        event["data"].update(changed)
        asked = h.first(event)["meta"]["command"]
        asked.update({name: value for name, value in changed.items() if name in asked})
    return change


def deleted(after, **where):
    """Say that the group was deleted there; what comes after it stays."""
    return lambda h: h.again(h.one(after, **where)).update(type="GroupDeleted", data={})


def drop(type_, **where):
    return lambda h: h.drop(h.one(type_, **where))


def behead(type_, **where):
    """Drop the first event of an append; the one after it answers the command then."""
    def change(h):
        first, second = h.append_of(h.one(type_, **where))[:2]
        second["meta"]["command"] = first["meta"]["command"]
        h.drop(first)
    return change


def drop_append(type_, **where):
    return lambda h: h.drop(*h.append_of(h.one(type_, **where)))


def crown(runner, type_="LeaderElected", **where):
    """Somebody else is elected, and the verdicts say so."""
    def change(h):
        event = h.one(type_, **where)
        verdicts = event["data"]["verdicts"]
        for verdict in verdicts:
            if verdict["why"] == "chosen":
                verdict.update(rank=2, why="seniority")
        new = next(verdict for verdict in verdicts if verdict["runner"] == runner)
        for name in ("keys", "until"):
            new.pop(name, None)
        new.update(eligible=True, rank=1, why="chosen")
        event["data"].update(runner=runner, incarnation=new["incarnation"])
    return change


def verdict(of, **changed):
    """Change a verdict of the first election of that term; a value None takes the field away."""
    term, runner = of

    def change(h):
        stand = h.one("LeaderElected", term=term)["data"]["verdicts"]
        found = next(verdict for verdict in stand if verdict["runner"] == runner)
        for name, value in changed.items():
            found.update({name: value}) if value is not None else found.pop(name)
    return change


def verdicts(term, change):
    return lambda h: change(h.one("LeaderElected", term=term)["data"]["verdicts"])


def cause_of(type_, where, **changed):
    def change(h):
        event = h.one(type_, **where)
        h.keep.add((id(event), "causedBy"))
        event["meta"]["causedBy"].update(changed)
    return change


def cause_from(type_, where, target):
    """causedBy names another event, truly."""
    def change(h):
        other = target(h)
        h.one(type_, **where)["meta"]["causedBy"] = {
            "version": other["version"],
            **{name: other["meta"][name] for name in ("commandId", "actor")}}
    return change


def reuse(h):
    h.whole(h.one("RunnerUntainted"), commandId=h.one("RunnerTainted")["meta"]["commandId"])


def back(h):
    event = h.one("RunnerUntainted", cause="request")
    h.whole(event, at=later(event["meta"]["at"], -60_000))


def shortly(type_, **where):
    """What is lifted because its time is over is lifted at the time of the event before it."""
    def change(h):
        event = h.one(type_, **where)
        before = h.all(stream=event["stream"])[event["version"] - 2]
        h.whole(event, at=before["meta"]["at"])
    return change


def all_terms(h):
    for event in h.events:
        for place in (event["data"], event["data"].get("previous") or {}, event["meta"].get("command", {})):
            if place.get("term") is not None and place["term"] > 2:
                place["term"] += 1


def again(type_, **where):
    return lambda h: h.again(h.one(type_, **where))


def repeat(type_, **where):
    return lambda h: h.repeat(h.append_of(h.one(type_, **where)))


def stream(name, type_="RunnerForgiven", v=2):
    def change(h):
        h.events.insert(5, {"data": {}, "id": OTHER, "meta": {"v": v}, "position": "0", "stream": name,
                            "type": type_, "version": 1})
    return change


def never_paused(h):
    h.drop(*h.append_of(h.one("ElectionsPaused")))
    h.one("GroupLeaderless")["data"]["paused"] = False


def lasting(h):
    """A pause without an end: what lifts it is called expired."""
    event = h.one("ElectionsPaused")
    event["data"]["expiresAt"] = h.first(event)["meta"]["command"]["expiresAt"] = None


def silent_for(ms):
    def change(h):
        event = h.one("HeartbeatMissed", evidence="silence")
        event["data"]["silentMs"] = h.first(event)["meta"]["command"]["silentMs"] = ms
    return change


def seen(ms):
    def change(h):
        event = h.one("HeartbeatMissed", evidence="silence")
        at = later(event["meta"]["at"], ms)
        event["data"]["lastSeenAt"] = h.first(event)["meta"]["command"]["lastSeenAt"] = at
    return change


def unsaid(h):
    event = h.one("HeartbeatMissed", evidence="silence")
    for place in (event["data"], h.first(event)["meta"]["command"]):
        place["leaseMs"] = 1000


def by_itself(event):
    """Nobody's order any more."""
    return lambda h: event(h)["meta"].pop("causedBy")


def no_command(h):
    h.one("RunnerTainted")["meta"].pop("command")


def second_command(h):
    first = h.first(h.one("LeaderElected", term=2))
    h.one("LeaderElected", term=2)["meta"]["command"] = first["meta"]["command"]
