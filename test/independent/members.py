"""Events about runners: who is a member, in which process, and whether it was heard."""
from collections import deque
from dataclasses import dataclass, field


@dataclass
class Runner:
    id: str
    incarnation: str
    seniority: int
    platform: str | None
    labels: dict
    priority: int
    secret: str | None = None  # digest of what only its process knows
    status: str = "pending"
    active_since: int = 0
    gone_since: int | None = None  # when it was given up, counted from its last sign of life
    cooldown: str | None = None
    cooldown_by_itself: bool = False
    bad_end: int | None = None  # when its last term ended by silence, the end of its lease or a new process
    taints: dict = field(default_factory=dict)
    before: deque = field(default_factory=lambda: deque(maxlen=16))  # earlier incarnations
    silences: deque = field(default_factory=lambda: deque(maxlen=16))


def member(group, data, say):
    """The runner that an event is about, in its current process, or None (which is said)."""
    runner = group.runners.get(data["runner"])
    if runner is None:
        say(f"runner {data['runner']} is no member of the group")
    elif "incarnation" in data and data["incarnation"] != runner.incarnation:
        say(f"the incarnation is {data['incarnation']}, the runner's current one is {runner.incarnation}")
    return runner


def agrees(data, wanted, of, say):
    """Fields of an event that its command says as well."""
    for name, value in wanted.items():
        if data.get(name) != value:
            say(f"{name} is {data.get(name)!r}, {of} says {value!r}")


def asked(group, type_, say):
    if group.command["type"] != type_:
        say(f"the append answers {group.command['type']}, not {type_}")
        return None
    return group.command


def prove(group, wanted, shown, who, say):
    """Whoever speaks for a process that registered with a secret shows it."""
    if wanted is not None and shown != wanted:
        say(f"its command speaks for {who}, which registered with a secret, and does not show it")


def _secret_of(group, runner_id, incarnation):
    runner, leader = group.runners.get(runner_id), group.leader
    if runner and runner.incarnation == incarnation:
        return runner.secret
    held = leader and (leader.runner, leader.incarnation) == (runner_id, incarnation)
    return leader.secret if held else None


def _vouched(group, command, say):
    """Who calls the process before it dead shows that one's secret."""
    if command["previousExited"] is not None:
        prove(group, _secret_of(group, command["runner"], command["previousExited"]),
              command.get("previousSecretHash"), "the process that is called dead", say)


def by_itself(group, command, say):
    """What a runner's own command says, its process says."""
    if group.actor == f"runner:{command['runner']}" and command["incarnation"] is not None:
        prove(group, _secret_of(group, command["runner"], command["incarnation"]), command.get("secretHash"),
              f"runner {command['runner']}", say)


def _attributes(group, runner, data, command, say):
    """A registration keeps what it does not name."""
    wanted = {"platform": None, "labels": {}, "priority": 0} if runner is None else {
        "platform": runner.platform, "labels": runner.labels, "priority": runner.priority}
    wanted = {name: command.get(name, value) for name, value in wanted.items()}
    agrees(data, {"runner": command["runner"], **wanted}, "its command, with what stood before,", say)


def _start(group, runner, ready):
    runner.status, runner.active_since = ("active" if ready else "pending"), group.at
    # a process that never beat counts as gone, too (no page says so; real histories do)
    runner.gone_since = None if ready else group.at if runner.gone_since is None else runner.gone_since


def registered(group, data, say):
    if data["runner"] in group.runners:
        say(f"runner {data['runner']} is a member already")
    if data["seniority"] != group.version:
        say(f"seniority is {data['seniority']}, it should be this event's version {group.version}")
    command = asked(group, "RegisterRunner", say)
    if command:
        agrees(data, {"incarnation": command["incarnation"], "ready": command["ready"],
                      "secretHash": command.get("secretHash")}, "its command", say)
        _attributes(group, None, data, command, say)
        _vouched(group, command, say)
    runner = Runner(data["runner"], data["incarnation"], data["seniority"], data["platform"], data["labels"],
                    data["priority"], data.get("secretHash"))
    group.runners[runner.id] = runner
    _start(group, runner, data["ready"])


def restarted(group, data, say):
    runner = member(group, {"runner": data["runner"], "incarnation": data["previousIncarnation"]}, say)
    command = asked(group, "RegisterRunner", say)
    if not runner or not command:
        return
    if data["incarnation"] == runner.incarnation or data["incarnation"] in runner.before:
        say(f"the incarnation {data['incarnation']} was superseded before, it cannot come again")
    wanted = command["previousExited"] == runner.incarnation
    agrees(data, {"incarnation": command["incarnation"], "ready": command["ready"], "previousExited": wanted,
                  "secretHash": command.get("secretHash")}, "its command", say)
    _vouched(group, command, say)
    _attributes(group, runner, data, command, say)
    runner.before.append(runner.incarnation)
    runner.incarnation, runner.secret = data["incarnation"], data.get("secretHash")
    runner.platform, runner.labels, runner.priority = data["platform"], data["labels"], data["priority"]
    if runner.cooldown_by_itself:  # a new process of a runner that resigned itself does not wait
        runner.cooldown = None
    _start(group, runner, data["ready"])


def updated(group, data, say):
    runner, command = member(group, data, say), asked(group, "RegisterRunner", say)
    if not runner or not command:
        return
    agrees({"incarnation": runner.incarnation}, {"incarnation": command["incarnation"]}, "its command", say)
    by_itself(group, command, say)
    _attributes(group, runner, data, command, say)
    now = (data["platform"], data["labels"], data["priority"])
    if now == (runner.platform, runner.labels, runner.priority):
        say("nothing is updated: all attributes are as before")
    runner.platform, runner.labels, runner.priority = now


def activated(group, data, say):
    runner, command = member(group, data, say), group.command
    if command["type"] == "RegisterRunner":  # a process that registered before is ready only now
        agrees(data, {"runner": command["runner"], "incarnation": command["incarnation"], "lastSeenAt": None,
                      "silentMs": None}, "its command", say)
        if not command["ready"]:
            say("its command does not say that the runner is ready")
    elif asked(group, "ActivateRunner", say):
        told = [{name: one[name] for name in ("runner", "incarnation", "lastSeenAt", "silentMs")}
                for one in (command, *command.get("also", []))]
        if data not in told:
            agrees(data, told[0], "its command", say)
    if (data["lastSeenAt"] is None) != (data["silentMs"] is None):
        say("lastSeenAt and silentMs should both be known, or neither")
    if runner:
        if runner.status == "active":
            say(f"runner {runner.id} is active already")
        runner.status, runner.active_since, runner.gone_since = "active", group.at, None


def deregistered(group, data, say):
    runner, command = member(group, data, say), asked(group, "DeregisterRunner", say)
    if command:
        agrees(data, {"runner": command["runner"]}, "its command", say)
        if command["incarnation"] is not None:
            agrees(data, {"incarnation": command["incarnation"]}, "its command", say)
            by_itself(group, command, say)
    if data["by"] != ("runner" if group.actor.startswith("runner:") else "operator"):
        say(f"it says by {data['by']}, but its actor is {group.actor}")
    if runner:
        del group.runners[runner.id]


def forgiven(group, data, say):
    runner, command = member(group, data, say), asked(group, "ForgiveRunner", say)
    if command:
        agrees(data, {"runner": command["runner"]}, "its command", say)
    if runner:
        runner.silences.clear()
        runner.bad_end = None  # its last term counts as ended well, too (no page says so; real histories do)


RULES = {"RunnerRegistered": registered, "RunnerRestarted": restarted, "RunnerUpdated": updated,
         "RunnerActivated": activated, "RunnerDeregistered": deregistered, "RunnerForgiven": forgiven}
