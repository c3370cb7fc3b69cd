"""causedBy: which event recorded the order that this one follows from."""

# of these the page says that they were asked for or seen themselves: nothing can have caused them
NEVER = {"GroupConfigured", "RunnerRegistered", "RunnerRestarted", "RunnerUpdated", "RunnerActivated",
         "HeartbeatMissed", "RunnerDeregistered", "RunnerTainted", "LeaderPinned", "ElectionsPaused",
         "TransferRequested", "RunnerForgiven", "LogAccepted", "HistorySealed", "GroupDeleted"}
# what happened in the same append when a term began or ended for this cause
HAPPENED = {
    "heartbeat-missed": ("HeartbeatMissed",), "superseded": ("RunnerRestarted",),
    "deregistered": ("RunnerDeregistered",), "drained": ("ElectionsPaused",),
    "log-accepted": ("LogAccepted",),
    # the last one: whoever could be elected already is, when somebody registers again (no page says so)
    "runner-activated": ("RunnerActivated", "RunnerRegistered", "RunnerRestarted", "RunnerUpdated"),
    "untainted": ("RunnerUntainted", "RunnerTainted"), "pinned": ("LeaderPinned",),
    "unpinned": ("LeaderUnpinned", "LeaderPinned"), "resumed": ("ElectionsResumed",),
    "settings": ("GroupConfigured",),
}


def _root(event):
    """The version of the order behind an event of this append: its own, if it follows from none."""
    return event[1] if event[2] is None else event[2]


def _in_append(group, types, **fields):
    return {_root(found) for found in group.append
            if found[0] in types and all(found[3].get(name) == value for name, value in fields.items())}


def _of_end(group, data):
    handover = group.leader and group.leader.handover
    if data["cause"] == "forced" and group.during("TransferRequested"):
        # the page says: the order that began the handover. Real histories name the one that ended it
        return _in_append(group, ("TransferRequested",))
    if handover:
        return {handover.order}
    if data["cause"] in ("resigned", "released", "lease-expired"):
        return {group.behalf}  # in a runner's name it may have waited for a second person
    return _in_append(group, HAPPENED.get(data["cause"], ()), runner=data["runner"])


def _of_start(group, data):
    ended = group.during("LeadershipEnded")
    if ended and not any(found[0] in ("LeaderElected", "GroupLeaderless") and found[1] > ended[1]
                         for found in group.append):
        return {_root(ended)}
    if data["cause"] in HAPPENED:
        return _in_append(group, HAPPENED[data["cause"]]) or (set() if group.append else {None})
    return {_root(found) for found in group.append} or {None}  # a time was over, or somebody was forgiven


def _of_revocation(group, data):
    cause, runner = data["cause"], group.runners.get(data["runner"])
    if cause == "tainted":
        taint = runner and runner.taints.get(data.get("key"))
        return {taint.version} if taint else set()
    if cause == "pinned":
        return {group.pin.version} if group.pin else set()
    if cause == "transfer":
        return {group.transfer.version} if group.transfer else set()
    if cause == "failback":  # whatever made somebody the better one: in this append, or a time that is over
        return {_root(found) for found in group.append} or {None}
    return _in_append(group, HAPPENED[cause])


def wanted(group, event):
    """The versions that causedBy may name, None among them if it may be absent."""
    type_, data = event["type"], event["data"]
    if type_ in NEVER:
        return {group.behalf}
    if type_ == "OrderWithdrawn" and data["cause"] == "expired":
        waiting = group.proposals.get(data["proposal"])
        return {waiting.version} if waiting else set()
    if type_ in ("OrderProposed", "OrderApproved", "OrderWithdrawn"):
        return {None}
    if type_ in ("RunnerUntainted", "LeaderUnpinned", "ElectionsResumed"):
        if data["cause"] == "request":
            return {None}
        if type_ == "RunnerUntainted":
            runner = group.runners.get(data["runner"])
            stands = runner and runner.taints.get(data["key"])
        else:
            stands = group.pin if type_ == "LeaderUnpinned" else group.pause
        return {stands.version} if stands else set()
    if type_ == "TransferEnded":
        return {group.transfer.version} if group.transfer else set()
    if type_ == "LeadershipRevoked":
        return _of_revocation(group, data)
    if type_ == "LeadershipEnded":
        return _of_end(group, data)
    return _of_start(group, data)


def judge_cause(group, event, say):
    versions = wanted(group, event)
    cause = event["meta"].get("causedBy")
    found = cause["version"] if cause else None
    if not versions:
        say("nothing is on record that it could follow from"
            + (f" with the cause {event['data']['cause']}" if "cause" in event["data"] else ""))
    elif found not in versions:
        known = " or ".join("absent" if version is None else f"version {version}" for version in sorted(
            versions, key=lambda version: version or 0))
        say(f"causedBy is {'absent' if found is None else f'version {found}'}, it should be {known}")
