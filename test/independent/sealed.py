"""History that is in archives: what the rest of the log goes on from, as the seal says it."""
import json
from heapq import heapify

import people
from members import Runner
from orders import Pause, Pin, Taint
from proposals import Waiting
from sealed_forms import history
from shapes import millis
from terms import Handover, Term
from transfers import Transfer


def seals_in(file):
    """(data, salts) of every seal of a file by (group, upTo): a seal stands behind what goes on from it."""
    found = {}
    for number, raw in enumerate(file):
        if number and b'"type":"HistorySealed"' not in raw:
            continue
        try:
            line = json.loads(raw)
            data, salts = (line["data"], line["meta"].get("salts")) if number else (
                line["sealed"], line.get("salts"))
            found.setdefault((data["state"]["id"], data["upTo"]), (data, salts or {}))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            pass  # what is wrong with such a line is said where it is read
    return found


def _in_ms(instant):
    return None if instant is None else millis(instant)


def _runner(state):
    runner = Runner(state["id"], state["incarnation"], state["seniority"], state["platform"], state["labels"],
                    state["priority"], state["secretHash"], state["status"])
    runner.active_since = _in_ms(state["activeSince"]) or 0
    runner.gone_since, runner.bad_end = _in_ms(state["awaySince"]), _in_ms(state["unsettledSince"])
    runner.cooldown, runner.cooldown_by_itself = state["cooldownUntil"], state["isCooldownOwn"]
    for taint in state["taints"]:
        runner.taints[taint["key"]] = Taint(taint["effect"], taint["expiresAt"], taint["until"],
                                            taint["order"]["version"])
    runner.before.extend(state["past"])
    runner.silences.extend(map(millis, state["silences"]))
    return runner


def orders_in(data, salts):
    """(commandId, actor as it is hashed) by version of every order that still stands."""
    state = people.committed(data["state"], salts)
    leadership = state["leadership"] or {}
    standing = [state["pin"], state["pause"], state["transfer"], leadership.get("handover"),
                *state.get("proposals", []), *(taint for one in state["runners"] for taint in one["taints"])]
    orders = [one["order"] for one in standing if one]
    return {order["version"]: (order["commandId"], order["actor"]) for order in orders}


def begin(group, seal):
    """A history of which the beginning is in an archive: the group is as the seal says, after event `upTo`."""
    faults = []
    if seal:
        history(seal[0], "sealed", faults)
    if not seal or any(fatal for fatal, _ in faults):
        return  # which is said where it stands
    data, salts = seal
    state, leadership, transfer = data["state"], data["state"]["leadership"], data["state"]["transfer"]
    group.began = seal
    group.appends.begin(data["upTo"], data["head"], state["lastAt"], orders_in(data, salts))
    group.settings, group.leases = state["settings"], set(data["leases"])
    group.runners = {one["id"]: _runner(one) for one in state["runners"]}
    group.term, group.floor = state["term"], state["acceptedTerm"]
    last = state["recentTerms"][-1:]
    group.elected = {"runner": last[0]["runner"], "term": last[0]["term"]} if last else None
    if leadership:
        handover = leadership["handover"]
        group.leader = Term(leadership["term"], leadership["runner"], leadership["incarnation"],
                            leadership["secretHash"], handover and Handover(handover["order"]["version"]))
    if transfer:
        group.leaving = transfer["from"]
        if not transfer["isExpired"]:  # its end is on record already
            group.transfer = Transfer(transfer["id"], transfer["from"], transfer["to"], transfer["deadline"],
                                      transfer["order"]["version"])
    pin, pause = state["pin"], state["pause"]
    if pin:
        group.pin = Pin(pin["runner"], pin["mode"], pin["expiresAt"], pin["until"], pin["order"]["version"])
    if pause:
        group.pause = Pause(pause["expiresAt"], pause["order"]["version"])
    for one in state.get("proposals", []):
        group.proposals[one["id"]] = Waiting(one["command"], one["actor"], one["expiresAt"],
                                             one["order"]["version"])
    group.expiries = list(_expiries(state))
    heapify(group.expiries)


def _expiries(state):
    """What will end by itself, as orders.py keeps it."""
    for kind, one, runner in (("the pin", state["pin"], (state["pin"] or {}).get("runner", "")),
                              ("the pause", state["pause"], "")):
        if one and one["expiresAt"] is not None:
            yield millis(one["expiresAt"]), one["order"]["version"], kind, runner, ""
    for runner in state["runners"]:
        for taint in runner["taints"]:
            if taint["expiresAt"] is not None:
                yield (millis(taint["expiresAt"]), taint["order"]["version"], "the taint", runner["id"],
                       taint["key"])
