"""Events about what people ordered: settings, taints, pins, pauses, transfers."""
from dataclasses import dataclass
from heapq import heappop, heappush

from members import agrees, asked, member
from shapes import millis

DEFAULTS = {"strategy": "oldest", "failback": "never", "failover": "lease", "leaseMs": 15000,
            "heartbeatMs": 5000, "drainMs": 30000}


@dataclass
class Taint:
    effect: str
    expires: str | None
    until: dict | None
    version: int


@dataclass
class Pin:
    runner: str
    mode: str
    expires: str | None
    until: dict | None
    version: int


@dataclass
class Pause:
    until = None
    expires: str | None
    version: int


def _expires(group, command, found, say):
    """An expiry is the command's own, or its ttlMs from now on."""
    if command["ttlMs"] is not None and command["expiresAt"] is not None:
        say("its command has expiresAt and ttlMs, it should have one of them at the most")
    elif command["ttlMs"] is not None:
        if found is None or millis(found) != group.at + command["ttlMs"]:
            say(f"expiresAt is {found}, it should be {command['ttlMs']} ms after {group.at_text}")
    elif found != command["expiresAt"]:
        say(f"expiresAt is {found}, its command says {command['expiresAt']}")


def overdue(group):
    """Taints, the pin and the pause that end by themselves and should have by now."""
    while group.expiries and group.expiries[0][0] <= group.at:
        _, version, kind, runner, key = heappop(group.expiries)
        if kind == "the taint":
            stands = runner in group.runners and group.runners[runner].taints.get(key)
        else:
            stands = group.pin if kind == "the pin" else group.pause
        if stands and stands.version == version:
            yield kind, f"{key} of {runner}" if key else runner or "of elections"


def _until(group, expires, *what):
    if expires is not None:
        heappush(group.expiries, (millis(expires), group.order, *what))


def _lifted(group, data, order, asks, say):
    """Why a taint, a pin or a pause ends must be so."""
    if data["cause"] == "request":
        command = asked(group, asks, say)
        if command:
            agrees(data, {name: command[name] for name in ("runner", "key") if name in command},
                   "its command", say)
    elif data["cause"] == "expired":
        if order.expires is None or millis(order.expires) > group.at:
            say(f"it is called expired at {group.at_text}, "
                f"but it lasts until {order.expires or 'it is lifted'}")
    elif order.until is None:
        say("it is called over because a runner is gone, but it names no runner")
    else:
        gone = group.runners.get(order.until["runnerGone"])
        if gone is not None and (gone.gone_since is None
                                 or group.at - gone.gone_since < order.until.get("silentMs", 0)):
            say(f"it is called over because runner {gone.id} is gone, but that one is {gone.status}, "
                f"or not for long enough")


def configured(group, data, say):
    command, settings = group.command, data["settings"]
    if data["previous"] != group.settings:
        say(f"previous is {data['previous']}, the settings before are {group.settings}")
    if settings["heartbeatMs"] * 3 > settings["leaseMs"]:
        say(f"heartbeatMs {settings['heartbeatMs']} is more than a third of leaseMs {settings['leaseMs']}")
    if group.settings is not None and command["type"] != "ConfigureGroup":
        say(f"{command['type']} changes no settings of a group that is there")
    wanted = dict(DEFAULTS if group.settings is None else group.settings)
    asked_for = command["settings"] if command["type"] == "ConfigureGroup" else {}
    for name, value in asked_for.items():
        if name != "damping":
            wanted[name] = value
    for name in ("twoPersonMs", "lossConfirmMs"):
        if wanted.get(name, 0) is None:
            del wanted[name]
        if settings.get(name) != wanted.get(name):
            say(f"settings.{name} is {settings.get(name)}, it should be {wanted.get(name)}")
    if wanted["heartbeatMs"] is None:
        wanted["heartbeatMs"] = wanted["leaseMs"] // 3
    rest = {name: value for name, value in settings.items()
            if name not in ("damping", "twoPersonMs", "lossConfirmMs")}
    if "heartbeatMs" not in asked_for and "leaseMs" in asked_for:
        if rest["heartbeatMs"] == settings["leaseMs"] // 3:  # it may follow the lease (no page says when)
            wanted["heartbeatMs"] = rest["heartbeatMs"]
    for name in rest:
        if rest[name] != wanted[name]:
            say(f"settings.{name} is {rest[name]}, it should be {wanted[name]}")
    _damping(settings.get("damping"), wanted.get("damping"), asked_for, say)
    group.settings = settings
    group.leases.add(settings["leaseMs"])


def _damping(found, before, asked_for, say):
    if "damping" not in asked_for:
        wanted = before
    elif asked_for["damping"] is None:
        wanted = None
    else:
        wanted = {"halfLifeMs": 900000, "suppressAt": 2000, "reuseAt": 750, "maxSuppressMs": 3600000,
                  **(before or {}), **asked_for["damping"]}
    if found != wanted:
        say(f"settings.damping is {found}, it should be {wanted}")


def tainted(group, data, say):
    runner, command, taint = member(group, data, say), asked(group, "TaintRunner", say), data["taint"]
    if command:
        agrees({**taint, "runner": data["runner"]}, {name: command[name] for name in (
            "runner", "key", "effect", "until")}, "its command", say)
        _expires(group, command, taint["expiresAt"], say)
    if runner:
        if data["replaces"] != (taint["key"] in runner.taints):
            say(f"replaces is {data['replaces']}, it should be {not data['replaces']}")
        runner.taints.pop(taint["key"], None)  # the order in which they were set is that of verdicts
        _until(group, taint["expiresAt"], "the taint", runner.id, taint["key"])
        runner.taints[taint["key"]] = Taint(taint["effect"], taint["expiresAt"], taint["until"],
                                            group.version)


def untainted(group, data, say):
    runner = member(group, data, say)
    if not runner:
        return
    taint = runner.taints.pop(data["key"], None)
    if taint is None:
        return say(f"runner {runner.id} has no taint {data['key']}")
    _lifted(group, data, taint, "UntaintRunner", say)


def pinned(group, data, say):
    member(group, data, say)
    command = asked(group, "PinLeader", say)
    if command:
        agrees(data, {name: command[name] for name in ("runner", "mode", "until")}, "its command", say)
        _expires(group, command, data["expiresAt"], say)
    _until(group, data["expiresAt"], "the pin", data["runner"], "")
    group.pin = Pin(data["runner"], data["mode"], data["expiresAt"], data["until"], group.order)


def unpinned(group, data, say):
    if group.pin is None:
        return say("nobody is pinned")
    agrees(data, {"runner": group.pin.runner, "mode": group.pin.mode}, "the pin that stands", say)
    _lifted(group, data, group.pin, "UnpinLeader", say)
    group.pin = None


def paused(group, data, say):
    if group.command["type"] not in ("PauseElections", "DrainGroup"):
        return say(f"{group.command['type']} pauses nothing")
    _expires(group, group.command, data["expiresAt"], say)
    _until(group, data["expiresAt"], "the pause", "", "")
    group.pause = Pause(data["expiresAt"], group.version)


def resumed(group, data, say):
    if group.pause is None:
        return say("elections are not paused")
    _lifted(group, data, group.pause, "ResumeElections", say)
    group.pause = None


RULES = {"GroupConfigured": configured, "RunnerTainted": tainted, "RunnerUntainted": untainted,
         "LeaderPinned": pinned, "LeaderUnpinned": unpinned, "ElectionsPaused": paused,
         "ElectionsResumed": resumed}
