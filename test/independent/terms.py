"""Events about the lead: terms that begin, are to be handed over, and end."""
from dataclasses import dataclass

import election
from members import agrees, asked, by_itself
from shapes import millis


OF_TERM = ("term", "runner", "incarnation")


@dataclass
class Handover:
    order: int  # the version of the order that began it


@dataclass
class Term:
    term: int
    runner: str
    incarnation: str
    secret: str | None = None  # its holder's, also when that is no member any more
    handover: Handover | None = None


def _open_term(group, data, say):
    """The open term, if the event is about it."""
    if group.leader is None:
        say(f"term {data['term']} is not open: nobody leads")
        return None
    agrees(data, {"term": group.leader.term, "runner": group.leader.runner,
                  "incarnation": group.leader.incarnation}, "the open term", say)
    return group.leader


def elected(group, data, say):
    wanted = max(group.term, group.floor) + 1
    if data["term"] != wanted:
        say(f"the term is {data['term']}, it should be {wanted}")
    if group.leader:
        say(f"term {group.leader.term} of {group.leader.runner} has not ended")
    if group.pause:
        say("somebody is elected while elections are paused")
    agrees(data, {name: group.settings[name] for name in ("leaseMs", "failover")}, "the settings", say)
    if data["previous"] != group.elected:
        say(f"previous is {data['previous']}, it should be {group.elected}")
    runner = group.runners.get(data["runner"])
    if runner is None:
        say(f"who is elected, {data['runner']}, is no member of the group")
    else:
        if data["incarnation"] != runner.incarnation:
            say(f"who is elected has the incarnation {data['incarnation']}, "
                f"its current one is {runner.incarnation}")
        held = election.hindrance(group, runner, group.at)
        if held:
            say(f"who is elected, {runner.id}, may not be elected: {held[0]}")
    chosen = election.judge(group, data["verdicts"], say)
    if chosen != data["runner"]:
        say(f"{data['runner']} is elected, it should be {chosen or 'nobody'}")
    _began(group, data, say)
    group.term, group.leaving = data["term"], None
    group.leader = Term(data["term"], data["runner"], data["incarnation"], runner.secret if runner else None)
    group.elected = {"runner": data["runner"], "term": data["term"]}


def _began(group, data, say):
    """The cause of an election is the end of the term before it, if this is what follows it at once."""
    ended = group.during("LeadershipEnded")
    if ended and not group.during("LeaderElected") and not group.during("GroupLeaderless"):
        agrees(data, {"cause": ended[3]["cause"]}, "the end of the term before it", say)


def revoked(group, data, say):
    leader = _open_term(group, data, say)
    chosen = election.judge(group, data["verdicts"], say)
    if group.pause:
        chosen = None
    if data["successor"] != chosen:
        say(f"successor is {data['successor']}, it should be {chosen}")
    if ("key" in data) != (data["cause"] == "tainted"):
        say("key should stand there just when the cause is tainted")
    if ("transfer" in data) != (data["cause"] == "transfer"):
        say("transfer should stand there just when the cause is transfer")
    if data["cause"] == "transfer" and group.transfer and data.get("transfer") != group.transfer.id:
        say(f"transfer is {data['transfer']}, the one under way is {group.transfer.id}")
    if leader is None:
        return
    if leader.handover:
        say(f"a handover of term {leader.term} is under way already")
    if data["cause"] == "failback" and group.settings["failback"] != "always":
        say("the cause is failback, but the settings say never")
    order = group.event["meta"].get("causedBy", {}).get("version", group.version)
    leader.handover = Handover(order)


def ended(group, data, say):
    leader, runner, cause = _open_term(group, data, say), group.runners.get(data["runner"]), data["cause"]
    handover = leader.handover if leader else None
    if group.command["type"] in ("ReleaseLeadership", "ResignLeadership", "DeregisterRunner"):
        by_itself(group, group.command, say)
    _why(group, data, handover, say)
    if cause == "resigned":
        command = asked(group, "ResignLeadership", say)
        if command:
            agrees(data, {name: command[name] for name in OF_TERM if command[name] != -1}, "its command", say)
            wait = command["cooldownMs"]
            wait = 2 * group.settings["leaseMs"] if wait is None else wait
            if data["cooldownUntil"] is None or millis(data["cooldownUntil"]) != group.at + wait:
                say(f"cooldownUntil is {data['cooldownUntil']}, it should be {wait} ms after {group.at_text}")
        if runner:
            runner.cooldown = data["cooldownUntil"]
            runner.cooldown_by_itself = group.actor.startswith("runner:")
    elif data["cooldownUntil"] is not None:
        say(f"cooldownUntil is {data['cooldownUntil']}, but only who resigned cools down")
    if runner:
        bad = cause in ("heartbeat-missed", "lease-expired", "superseded")
        runner.bad_end = group.at if bad else None
    group.leader = None


def _why(group, data, handover, say):
    cause, command = data["cause"], group.command
    if cause == "released":
        command = asked(group, "ReleaseLeadership", say)
        if command:
            agrees(data, {name: command[name] for name in OF_TERM}, "its command", say)
    elif cause == "lease-expired":
        if command["type"] == "ReportLeaseExpired" or command.get("runner") == data["runner"]:
            agrees(data, {"term": command.get("term")}, "its command", say)
        elif not group.during("HeartbeatMissed", runner=data["runner"]):
            say("nobody reported that the lease is over")
    elif cause == "heartbeat-missed":
        if command["type"] == "ReportLeaseExpired" or command.get("runner") == data["runner"]:
            agrees(data, {"term": command.get("term")}, "its command", say)
        if not group.during("HeartbeatMissed", runner=data["runner"]):
            say("no missed heartbeat of the leader stands before it in this append")
    elif cause == "deregistered" and not group.during("RunnerDeregistered", runner=data["runner"]):
        # an operator may have deregistered it before; then the runner itself did (no page says so)
        asked_for = (command["type"], command.get("runner"), command.get("incarnation"))
        if asked_for != ("DeregisterRunner", data["runner"], data["incarnation"]):
            say("the leader was not deregistered in this append")
    elif cause == "superseded" and not group.during("RunnerRestarted", runner=data["runner"]):
        # the new one may have registered before, and only now say that the old one is dead (no page says so)
        if (command.get("runner"), command.get("previousExited")) != (data["runner"], data["incarnation"]):
            say("no new process of the leader registered in this append")
    elif cause == "fenced" and (group.settings["failover"] != "fenced" or not handover):
        say("it ends at once as in a fenced group, but it is none, or nothing was to be handed over")
    elif cause == "forced":
        if command["type"] != "TransferLeadership" or not command["force"]:
            say("no forced transfer was requested in this append")
        elif not handover:
            say("it ends by force, but nothing was to be handed over")


def leaderless(group, data, say):
    end = group.during("LeadershipEnded")
    if not end or group.leader:
        say("no term ended in this append")
    else:
        agrees(data, {"afterTerm": end[3]["term"], "cause": end[3]["cause"]}, "the end of the term", say)
    if group.during("GroupLeaderless"):
        say("that stands already in this append: it is recorded once a vacancy")
    if data["paused"] != bool(group.pause):
        say(f"paused is {data['paused']}, it should be {bool(group.pause)}")
    # the verdicts are those that the end of a transfer in this append was decided by (no page says so)
    standing = group.transfer
    if group.during("TransferEnded"):
        group.transfer = group.transfer_before
    chosen = election.judge(group, data["verdicts"], say)
    group.transfer = standing
    if chosen and not group.pause:
        say(f"nobody is elected, it should be {chosen}")


def accepted(group, data, say):
    command = asked(group, "AcceptLog", say)
    if command:
        agrees(data, {name: command[name] for name in ("knownTerm", "knownVersion")}, "its command", say)
    if command and command["isSame"] and (data["knownTerm"], data["knownVersion"]) != (
            data["foundTerm"], data["foundVersion"]):
        say("its command calls the log the same as what was known, but they are not")
    before = group.append[0][1] - 1 if group.append else group.version - 1  # where the append begins
    agrees(data, {"foundTerm": group.term, "foundVersion": before}, "the log", say)
    group.floor = max(group.floor, data["knownTerm"], data["foundTerm"])


RULES = {"LeaderElected": elected, "LeadershipRevoked": revoked, "LeadershipEnded": ended,
         "GroupLeaderless": leaderless, "LogAccepted": accepted}
