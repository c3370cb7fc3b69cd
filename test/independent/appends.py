"""One group's events as appends: versions, hash chain, ids, parts, who asked, what causedBy points at."""
import hashlib
import uuid

import people
from canonical import canonical
from forms import GIVERS
from past import Past

SPACE = uuid.UUID("7c0c9d0e-5c1a-4c55-9a57-3f1f2a7f1b60")
SHARED = ("at", "actor", "auth", "reason", "commandId", "requestHash", "correlationId", "instance")
# An event without causedBy was asked for or seen itself: of which commands that can be said.
ROOTS = {
    "ConfigureGroup": ("GroupConfigured",),
    "RegisterRunner": ("GroupConfigured", "RunnerRegistered", "RunnerRestarted", "RunnerUpdated",
                       "RunnerActivated"),  # the last one: it is ready only now (no page says so)
    "ActivateRunner": ("RunnerActivated",),
    "ReportSilence": ("HeartbeatMissed",),
    "ReportLeaseExpired": ("HeartbeatMissed", "LeadershipEnded"),
    "TaintRunner": ("RunnerTainted",),
    "UntaintRunner": ("RunnerUntainted",),
    "ForgiveRunner": ("RunnerForgiven",),
    "PinLeader": ("LeaderPinned",),
    "UnpinLeader": ("LeaderUnpinned",),
    "TransferLeadership": ("TransferRequested",),
    "PauseElections": ("ElectionsPaused",),
    "DrainGroup": ("ElectionsPaused",),
    "ResumeElections": ("ElectionsResumed",),
    "ReleaseLeadership": ("LeadershipEnded",),
    "ResignLeadership": ("LeadershipEnded", "HeartbeatMissed"),  # the latter: it went away, and held none
    "DeregisterRunner": ("RunnerDeregistered",),
    "AcceptLog": ("GroupConfigured", "LogAccepted"),
    "SealHistory": ("HistorySealed",),
    "DeleteGroup": ("HistorySealed", "GroupDeleted"),
    "ApproveOrder": ("OrderApproved",),
    "WithdrawOrder": ("OrderWithdrawn",),
    "Reconcile": ("LeaderElected", "LeadershipRevoked"),
}


def may_give(command, actor):
    kind, _, who = actor.partition(":")
    givers = GIVERS[command["type"]]
    if command["type"] == "DeregisterRunner":  # by a runner with its incarnation, by an operator without
        givers = "O" if command["incarnation"] is None else "R"
    if kind == "runner":
        return "R" in givers and command["runner"] == who
    return {"operator": "O", "claimed": "O", "system:presence": "P", "system:deadlines": "D"}.get(
        actor if kind == "system" else kind) in tuple(givers)


class Appends:
    def __init__(self, group, commands_seen):
        self.group, self.seen = group, commands_seen
        self.version, self.head, self.at = 0, "0" * 64, None
        self.first, self.next_part, self.of = None, 0, 0
        self.past = Past()

    def begin(self, version, head, at, orders):
        """The chain goes on from what is sealed."""
        self.version, self.head, self.at = version, head, at
        self.past.base, self.past.known = version, orders

    def open(self):
        return self.next_part != 0

    def accept(self, event, say):
        """Judge one event of sound shape. False: its place is unsure, so what it means cannot be judged."""
        meta = event["meta"]
        if not self.chain(event, say):
            return False
        wanted = str(uuid.uuid5(SPACE, canonical([meta["commandId"], meta["part"]["index"]])))
        for name, found in (("meta.id", meta["id"]), ("id", event["id"])):
            if found != wanted:
                say(f"{name} is {found}, it should be {wanted}")
        people.judge(event, say)
        sure = self._part(meta, say)
        if self.at is not None and meta["at"] < self.at:
            say(f"time goes back: at is {meta['at']}, the event before it has {self.at}")
        self.at = meta["at"]
        self._caused(event, say)
        return sure

    def chain(self, event, say):
        """Version and hash. All that can be judged of an event whose shape is not sound."""
        version, meta, next_one = event["version"], event["meta"], self.version + 1
        if version != next_one:
            say(f"the version is {version}, it should be {next_one}")
        elif isinstance(meta, dict):
            data, unhashed = people.linked(event)
            linked = {"group": self.group, "version": version, "type": event["type"], "data": data,
                      "meta": unhashed}
            wanted = hashlib.sha256((self.head + "\n" + canonical(linked)).encode()).hexdigest()
            if meta.get("hash") != wanted:
                say(f"the hash is {meta.get('hash')}, it should be {wanted}")
        self.version, self.head = version, str(meta.get("hash")) if isinstance(meta, dict) else ""
        return version == next_one

    def _part(self, meta, say):
        part, sure = meta["part"], True
        if part["index"] != self.next_part or (self.next_part and part["of"] != self.of):
            wanted = f"{self.next_part} of {self.of}" if self.next_part else "0, the first of an append"
            say(f"the part is {part['index']} of {part['of']}, it should be {wanted}")
            sure = False
        elif part["index"] >= part["of"]:
            say(f"the part {part['index']} is not below the number of parts, {part['of']}")
            sure = False
        if part["index"] == 0 or self.first is None:
            self._begin(meta, say)
        else:
            for name in SHARED:
                if meta.get(name) != self.first.get(name):
                    say(f"{name} is {meta.get(name)!r}, its append has {self.first.get(name)!r}")
            if "command" in meta:
                say("a command stands on an event that is not the first of its append")
        self.of, self.next_part = part["of"], (part["index"] + 1 if part["index"] + 1 < part["of"] else 0)
        return sure

    def _begin(self, meta, say):
        self.first = meta
        self.past.append_begins(self.version, meta["commandId"], meta["actor"])
        key = uuid.UUID(meta["commandId"]).bytes
        if key in self.seen:
            say(f"the command {meta['commandId']} has an append already")
        self.seen.add(key)
        command = meta.get("command")
        self._request(meta, command, say)
        if command is None:
            say("the first event of an append has no command")
        elif not may_give(command, meta["actor"]):
            say(f"{meta['actor']} may not give {command['type']}"
                + (f" for runner {command['runner']}" if "runner" in command else ""))

    def _request(self, meta, command, say):
        by_system = meta["actor"].startswith("system:")
        if by_system:
            for name, wanted in (("requestHash", ""), ("reason", None), ("correlationId", meta["commandId"])):
                if meta[name] != wanted:
                    say(f"{name} is {meta[name]!r}, it should be {wanted!r}: the system asked")
        # the page says: a digest of all others. Real histories: none of a release in a beat, nor of AcceptLog
        elif not by_system and meta["requestHash"] == "" and command is not None and command["type"] not in (
                "ReleaseLeadership", "AcceptLog"):
            say("requestHash is empty, it should be a digest: this was asked for by a request")

    def _caused(self, event, say):
        cause, command = event["meta"].get("causedBy"), self.first.get("command")
        while len(self.past.roots) < self.version - self.past.base:
            self.past.event(cause is None)
        if cause is None:
            # what only time brought about may come first in any append (no page says so)
            by_time = event["type"] in ROOTS["Reconcile"] and event["meta"]["part"]["index"] == 0
            waits = event["type"] == "OrderProposed"  # whether it may is judged in proposals.py
            if command is not None and event["type"] not in ROOTS[command["type"]] and not by_time and not waits:
                say(f"it has no causedBy, but {command['type']} does not ask for {event['type']}")
            return
        if cause["version"] >= self.version:
            say(f"causedBy names version {cause['version']}, which does not come before it")
            return
        about = self.past.about(cause["version"])
        if about is None:
            say(f"causedBy names version {cause['version']}, which is sealed, and no order of then stands")
            return
        command_id, actor, is_root = about
        by = cause["actor"]
        if cause["version"] in self.past.known:  # names may have been erased on one side
            by = people.linked(event)[1]["causedBy"]["actor"]
        if (cause["commandId"], by) != (command_id, actor):
            say(f"causedBy says {cause['commandId']} of {cause['actor']}, but version {cause['version']} "
                f"is of {command_id} of {actor}")
        elif not is_root:
            say(f"causedBy names version {cause['version']}, which follows from another event itself")
