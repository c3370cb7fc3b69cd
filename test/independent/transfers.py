"""Transfers of the lead: each is requested once, and ends once."""
from dataclasses import dataclass

from members import agrees, asked
from shapes import millis


@dataclass
class Transfer:
    id: str
    from_: str
    to: str | None
    deadline: str | None
    version: int


def requested(group, data, say):
    command = asked(group, "TransferLeadership", say)
    if command:
        agrees(data, {name: command[name] for name in ("transfer", "to", "force")}, "its command", say)
        wanted = command["deadlineMs"] and group.at + command["deadlineMs"]
        if command["force"] and group.leader and group.leader.handover:
            wanted = None  # it ends that handover at once: nothing is waited for (no page says so)
        if (data["deadline"] and millis(data["deadline"])) != wanted:
            say(f"deadline is {data['deadline']}, its command allows {command['deadlineMs']} ms "
                f"from {group.at_text}, or none if it ends a handover by force")
    if group.transfer:
        say(f"the transfer {group.transfer.id} has not ended")
    if group.leader is None:
        say("a transfer is requested while nobody leads")
    else:
        agrees(data, {"from": group.leader.runner, "term": group.leader.term}, "the open term", say)
    if data["to"] is not None and data["to"] not in group.runners:
        say(f"runner {data['to']} is no member of the group")
    if data["to"] == data["from"]:
        say("it goes to who leads already")
    group.leaving = data["from"]
    group.transfer = Transfer(data["transfer"], data["from"], data["to"], data["deadline"], group.order)


def ended(group, data, say):
    transfer = group.transfer_before = group.transfer
    group.transfer = None
    if transfer is None or transfer.id != data["transfer"]:
        return say(f"the transfer {data['transfer']} is not under way")
    leads = group.leader.runner if group.leader else None
    if data["leader"] != leads:
        say(f"leader is {data['leader']}, it should be {leads}")
    done = leads not in (None, transfer.from_) if transfer.to is None else leads == transfer.to
    if (data["outcome"] == "completed") != done:
        say(f"the outcome is {data['outcome']}, but {leads or 'nobody'} leads, "
            f"and it was to be {transfer.to}")
    if (data["outcome"] == "completed") != (data["why"] is None):
        say(f"why is {data['why']!r}, which does not go with {data['outcome']}")
    if data["outcome"] == "expired" and (transfer.deadline is None or millis(transfer.deadline) > group.at):
        say(f"it is called expired at {group.at_text}, but its deadline is {transfer.deadline}")


RULES = {"TransferRequested": requested, "TransferEnded": ended}
