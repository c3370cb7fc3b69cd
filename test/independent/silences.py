"""Who is given up, and on what facts."""
from members import agrees, by_itself, member
from shapes import millis


def reported(group, command, say):
    """Facts of a command: what is reported is of the past, under limits that the settings said."""
    for facts in (command, *command.get("also", [])):
        if "silentMs" in facts:
            _seen(group, facts, say)
        if "deafMs" in facts and facts["leaseMs"] not in group.leases:
            say(f"leaseMs is {facts['leaseMs']}, which the group's settings never said")


def _seen(group, data, say):
    if data["lastSeenAt"] is not None and data["lastSeenAt"] > group.at_text:
        say(f"lastSeenAt is {data['lastSeenAt']}, which is after the event's own time {group.at_text}")


def _leads(group, data):
    """In this process: a newer one may be silent as well, while the old one's term is handed over."""
    leader = group.leader
    return leader is not None and (leader.runner, leader.incarnation) == (data["runner"], data["incarnation"])


def _facts(group, data, say):
    """The same facts stand in the command: as its own, or of one of the others that it reports also."""
    command, names = group.command, ("lastSeenAt", "silentMs", "leaseMs", "deafMs")
    told = {name: data[name] for name in ("runner", "incarnation", "evidence", *names)}
    if told in command.get("also", []):
        return
    if command["type"] == "ReportSilence":
        agrees(data, {name: command[name] for name in told}, "its command", say)
        if command["term"] is not None and command["term"] > group.term:
            say(f"its command reports the term {command['term']}, the last one is {group.term}")
    elif command["type"] == "ResignLeadership":
        _goodbye(group, data, say)
    elif command["type"] == "ReportLeaseExpired":
        agrees(data, {name: command[name] for name in names} | {"evidence": "silence"}, "its command", say)
        if not group.leader or group.leader.runner != data["runner"]:
            say("its command reports the leader, and this runner does not lead")
    else:
        say(f"{group.command['type']} gives nobody up")


def _goodbye(group, data, say):
    """By its own word, whatever it holds, and it holds nothing: else its term would end."""
    command = group.command
    agrees(data, {"runner": command["runner"], "incarnation": command["incarnation"],
                  "evidence": "connection-lost", "lastSeenAt": None, "silentMs": 0, "deafMs": 0,
                  "leaseMs": group.settings["leaseMs"]}, "a runner that goes away", say)
    by_itself(group, command, say)
    if command["term"] != -1 or group.actor != f"runner:{command['runner']}":
        say(f"{group.actor} resigns term {command['term']}, which does not say that a runner goes away")
    if _leads(group, data):
        say(f"it goes away and leads: its term {group.leader.term} should end")


def missed(group, data, say):
    runner = member(group, data, say)
    if data["evidence"] == "silence" and data["silentMs"] < data["leaseMs"]:
        say(f"silentMs is {data['silentMs']}, less than the limit leaseMs {data['leaseMs']}")
    _facts(group, data, say)
    if not runner:
        return
    if runner.status != "active":
        say(f"runner {runner.id} is given up, but it is {runner.status}")
    # a standby that only lost its connection is not counted
    if data["evidence"] == "silence" or _leads(group, data):
        runner.silences.append(group.at)
    runner.status = "silent"
    runner.gone_since = group.at if data["lastSeenAt"] is None else min(group.at, millis(data["lastSeenAt"]))


RULES = {"HeartbeatMissed": missed}
