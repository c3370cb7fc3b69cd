"""Who may be elected, and who comes first: the rule of docs/concepts.md, written anew."""
from math import log2

from shapes import millis


def penalty_over(runner, settings, now):
    """Until when (ms) flap damping holds a runner back, by its last 16 recorded silences; or None."""
    damping = settings.get("damping")
    if not damping or not runner.silences:
        return None
    penalty, before, until = 0.0, None, None
    for at in runner.silences:
        if before is not None:
            penalty *= 0.5 ** ((at - before) / damping["halfLifeMs"])
        if until is not None and at >= until:
            until = None
        penalty, before = penalty + 1000, at
        if until is None and penalty < damping["suppressAt"]:
            continue
        down = at + damping["halfLifeMs"] * max(0.0, log2(penalty / damping["reuseAt"]))
        until = min(down, at + damping["maxSuppressMs"])
    return float(until) if until is not None and now < until else None


def hindrance(group, runner, now):
    """(why, further fields of the verdict) of a runner that may not be elected, or None."""
    if runner.status != "active":
        return runner.status, {}
    keys = [key for key, taint in runner.taints.items() if taint.effect in ("NoLead", "NoElect")]
    if keys:
        return "tainted", {"keys": keys[:3]} | ({"moreKeys": len(keys) - 3} if len(keys) > 3 else {})
    if group.pin and group.pin.mode == "strict" and group.pin.runner != runner.id:
        return "pinned-out", {}
    if runner.cooldown is not None and millis(runner.cooldown) > now:
        return "cooling-down", {"until": runner.cooldown}
    until = penalty_over(runner, group.settings, now)
    if until is not None:
        return "flapping", {"until": until}
    return None


def unsettled(group, runner, now):
    """Its last term ended badly, and it has not been active for one lease since."""
    if runner.bad_end is None:
        return False
    return now - max(runner.bad_end, runner.active_since) < group.settings["leaseMs"]


POINTS = ("prefer-pin", "prefer-pin", "prefer-pin", "unsettled", "prefer-no-lead", "priority", "seniority")


def place(group, runner, now):
    """What candidates are ordered by."""
    target = group.transfer.to if group.transfer else None
    preferred = group.pin.runner if group.pin and group.pin.mode == "prefer" else None
    return (
        runner.id != target,
        runner.id == group.leaving,
        runner.id != preferred,
        unsettled(group, runner, now),
        any(taint.effect == "PreferNoLead" for taint in runner.taints.values()),
        -runner.priority if group.settings["strategy"] == "priority" else 0,
        runner.seniority,
    )


def decide(group):
    """{runner: (eligible, rank, what may stand as why, further fields)}"""
    now, result, candidates = group.at, {}, []
    for runner in group.runners.values():
        held = hindrance(group, runner, now)
        if held:
            result[runner.id] = (False, None, (held[0],), held[1])
        else:
            candidates.append(runner)
    candidates.sort(key=lambda runner: place(group, runner, now))
    for rank, runner in enumerate(candidates, 1):
        result[runner.id] = (True, rank, _reasons(group, candidates[0], runner), {})
    return result


def _reasons(group, chosen, runner):
    """What a verdict may say of a candidate: the first point in which it comes after who is chosen."""
    if runner is chosen:
        return ("chosen",)
    first, own = place(group, chosen, group.at), place(group, runner, group.at)
    point = next(index for index, (a, b) in enumerate(zip(first, own)) if a != b)
    # a pin comes before settled or not, but real histories say unsettled of who is both (no page says so)
    return (POINTS[point], "unsettled") if point == 2 and own[3] > first[3] else (POINTS[point],)


def judge(group, verdicts, say):
    """Compare a record's verdicts with the rule. Returns who is chosen by the rule, or None."""
    decided, named = decide(group), set()
    for verdict in verdicts:
        runner = verdict["runner"]
        if runner in named:
            say(f"there are two verdicts for runner {runner}")
            continue
        named.add(runner)
        if runner not in decided:
            say(f"there is a verdict for runner {runner}, which is no member")
            continue
        eligible, rank, why, more = decided[runner]
        if verdict["incarnation"] != group.runners[runner].incarnation:
            say(f"the verdict for {runner} has incarnation {verdict['incarnation']}, its current one is "
                f"{group.runners[runner].incarnation}")
        found = (verdict["eligible"], verdict["rank"], verdict["why"])
        if found[:2] != (eligible, rank) or found[2] not in why:
            say(f"the verdict for {runner} is {_words(*found)}, "
                f"it should be {_words(eligible, rank, why[0])}")
            continue
        _judge_more(runner, verdict, more, say)
    for runner in decided:
        if runner not in named:
            say(f"there is no verdict for runner {runner}")
    return next((runner for runner, (_, rank, _, _) in decided.items() if rank == 1), None)


def _judge_more(runner, verdict, more, say):
    for name in ("keys", "moreKeys", "until"):
        found, wanted = verdict.get(name), more.get(name)
        if isinstance(wanted, float):  # of damping: computed with fractions, so not exact to the millisecond
            if found is None or abs(millis(found) - wanted) > 2:
                say(f"the verdict for {runner} has until {found}, it should be {wanted:.0f} ms after 1970")
        elif found != wanted:
            say(f"the verdict for {runner} has {name} {found}, it should be {wanted}")


def _words(eligible, rank, why):
    return ("eligible" if eligible else "not eligible") + f", rank {rank}, {why}"
