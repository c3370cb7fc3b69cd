"""History that is in archives, and groups that are no more."""
import people
from members import agrees
from sealed import orders_in


def sealed(group, data, say):
    command = group.command
    if command["type"] not in ("SealHistory", "DeleteGroup"):
        say(f"the append answers {command['type']}, which seals nothing")
    else:
        agrees(data, {name: command[name] for name in ("upTo", "digest")}, "its command", say)
    if "isAll" in command and data["upTo"] != group.version - 1:
        say(f"it should seal all before it, and ends with version {data['upTo']}")
    if data["upTo"] >= group.version:
        say(f"it seals up to version {data['upTo']}, which it does not come after")
    if (data["state"]["id"], data["state"]["version"]) != (group.name, data["upTo"]):
        say(f"its state is of version {data['state']['version']} of group {data['state']['id']}")
    salts = group.event["meta"].get("salts", {})
    began = group.began
    if began and began[0]["upTo"] == data["upTo"] and people.committed(data, salts) != people.committed(*began):
        say("it says something else of the sealed history than what the file goes on from")
    if data["upTo"] == group.version - 1:  # from here on the group is as it says: people may be forgotten in it
        group.appends.past.known.update(orders_in(data, salts))


def deleted(group, data, say):
    if group.command["type"] != "DeleteGroup":
        say(f"the append answers {group.command['type']}, which deletes nothing")
    seal = group.append[-1] if group.append else None
    if seal is None or seal[0] != "HistorySealed":
        say("the event before it should be the HistorySealed of the same append")
    elif seal[3]["upTo"] != group.append[0][1] - 1:
        say(f"all is sealed up to {group.append[0][1] - 1}, before this append, but upTo is {seal[3]['upTo']}")
    if group.leader:
        say(f"term {group.leader.term} of {group.leader.runner} has not ended")
    for runner in group.runners.values():
        if runner.status == "active":
            say(f"runner {runner.id} is active")
    group.deleted = True


RULES = {"HistorySealed": sealed, "GroupDeleted": deleted}
