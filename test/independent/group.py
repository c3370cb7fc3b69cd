"""One group: what its events say, told one after the other, and what they may say after the ones before."""
import members
import orders
import proposals
import seals
import silences
import terms
import transfers
from causes import judge_cause
from endings import judge_end
from shapes import millis

RULES = {**members.RULES, **silences.RULES, **orders.RULES, **transfers.RULES, **terms.RULES,
         **seals.RULES, **proposals.RULES}


ALONE = ("LeaderPinned", "TransferRequested", "RunnerDeregistered", "GroupConfigured")


class Group:
    def __init__(self, name, appends):
        self.name, self.appends = name, appends
        self.line, self.lost_at = 0, None
        self.settings = None
        self.leases = set()  # all that the settings ever said
        self.expiries = []  # a heap of what will end by itself
        self.runners = {}  # in the order of their registration, which is that of seniority
        self.pin = self.pause = self.transfer = self.transfer_before = None
        self.leaving = None  # whose lead a transfer hands over: last choice, also when its deadline is past
        self.term, self.floor = 0, 0  # the last term, and the one that the next must be above
        self.leader = self.elected = None  # the open term; who was elected last, in which term
        self.deleted = False
        self.began = None  # the seal that it goes on from, and the salts of who is named in it
        self.proposals = {}  # orders that wait for a second person, by their command's id
        self.behalf = None  # version of the order that a second person has just approved
        self.append = []  # (type, version, version of the order that it follows from, data) of this append

    def lose(self, line):
        """From here on nothing is known of what the events mean: only their chain is judged."""
        if self.lost_at is None:
            self.lost_at = line

    def accept(self, event, say):
        if self.lost_at is not None:
            return self.appends.chain(event, say)
        if not self.appends.accept(event, say):
            return self.lose(self.line)
        meta = event["meta"]
        self.version, self.at_text, self.at = event["version"], meta["at"], millis(meta["at"])
        self.actor, self.command = self.appends.first["actor"], self.appends.first.get("command")
        if meta["part"]["index"] == 0:
            self.append = []
            self.behalf = None
        if self.command is not None and self.command["type"] == "ApproveOrder":
            proposals.approve(self)
        if self.command is None:
            return self.lose(self.line)
        if self.settings is None and event["type"] != "GroupConfigured":
            say("the first event of a group should be GroupConfigured")
            return self.lose(self.line)
        if self.deleted:
            say("the group was deleted: nothing may come after that")
        self.event = event
        if not self.append:
            silences.reported(self, self.command, say)
        # of many at once: each of another runner, which the rules of these two see to
        if "causedBy" not in meta and event["type"] not in ("HeartbeatMissed", "RunnerActivated") and any(
                found[0] == event["type"] and found[2] is None for found in self.append):
            say(f"{event['type']} of its own stands in this append already")
        judge_cause(self, event, say)
        if event["type"] in ALONE and "causedBy" not in meta:
            proposals.judge_alone(self, say)
        RULES[event["type"]](self, event["data"], say)
        cause = meta.get("causedBy")
        self.append.append((event["type"], self.version, cause["version"] if cause else None, event["data"]))
        if not self.appends.open():
            judge_end(self, say)

    def end(self, cut, say):
        if self.appends.open() and not cut and self.lost_at is None:
            say("the last append is not whole: the file ends within it")

    @property
    def order(self):
        """Version of the order that this event records: of whoever proposed it, if a second person approved."""
        return self.behalf or self.version

    def during(self, type_, **fields):
        """The last event of this append so far of that type and with these fields in its data, or None."""
        for found in reversed(self.append):
            if found[0] == type_ and all(found[3].get(name) == value for name, value in fields.items()):
                return found
        return None
