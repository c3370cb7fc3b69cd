"""Orders that take effect only when a second person wants them, too."""
from dataclasses import dataclass

from shapes import millis

MOST = 16


@dataclass
class Waiting:
    command: dict
    actor: str
    expires: str
    version: int


def _name(actor):
    return actor.partition(":")[2]


def _waits(group, command):
    """Whether one person alone may not order this."""
    limit = (group.settings or {}).get("twoPersonMs")
    if limit is None:
        return False
    if command["type"] == "ConfigureGroup":
        return command["settings"].get("twoPersonMs", limit) != limit
    if command["type"] == "ResignLeadership":
        return not group.actor.startswith("runner:")
    return (command["type"] == "PinLeader"
            or command["type"] == "TransferLeadership" and command["force"]
            or command["type"] == "DeregisterRunner" and command["incarnation"] is None)


def approve(group):
    """What was ordered is carried out: its events are as of that command, and follow from that order."""
    waiting = group.proposals.get(group.command["proposal"])
    if waiting:
        group.command, group.behalf = waiting.command, waiting.version


def judge_alone(group, say):
    """Called for an event that one person has ordered: may it be so?"""
    if group.behalf is None and group.command is not None and _waits(group, group.command):
        say(f"{group.command['type']} takes effect by the order of one person, and the group wants two")


def proposed(group, data, say):
    command = group.command
    if data["command"] != command:
        say(f"command is {data['command']}, the one that was given is {command}")
    if not _waits(group, command):
        say(f"{command['type']} needs no second person here")
    if data["proposal"] != group.event["meta"]["commandId"]:
        say(f"proposal is {data['proposal']}, it should be the id of its command")
    limit = (group.settings or {}).get("twoPersonMs")
    if limit is not None and millis(data["expiresAt"]) != group.at + limit:
        say(f"expiresAt is {data['expiresAt']}, it should be {limit} ms after {group.at_text}")
    if len(group.proposals) >= MOST:
        say(f"{MOST} orders wait already")
    group.proposals[data["proposal"]] = Waiting(command, group.actor, data["expiresAt"], group.version)


def approved(group, data, say):
    waiting = group.proposals.pop(data["proposal"], None)
    if waiting is None:
        return say(f"no order {data['proposal']} waits for a second person")
    if _name(waiting.actor) == _name(group.actor):
        say(f"{group.actor} approves what {waiting.actor} has ordered")
    if millis(waiting.expires) <= group.at:
        say(f"it was approved at {group.at_text}, but waited only until {waiting.expires}")


def withdrawn(group, data, say):
    waiting = group.proposals.pop(data["proposal"], None)
    if waiting is None:
        return say(f"no order {data['proposal']} waits for a second person")
    if data["cause"] == "expired" and millis(waiting.expires) > group.at:
        say(f"it is called expired at {group.at_text}, but it waits until {waiting.expires}")


RULES = {"OrderProposed": proposed, "OrderApproved": approved, "OrderWithdrawn": withdrawn}
