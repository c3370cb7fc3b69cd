"""The tables of docs/formats.md: what each event, command and file line must look like."""
import re

from shapes import (anything, digest, duration, flag, instant, integer, list_of, map_of, matching, name,
                    null_or, one_of, position, record, text, uuid)

version = integer(1)
term = integer(1)
ACTOR = re.compile(r"(operator|claimed):#[0-9a-f]{64}|runner:[A-Za-z0-9][A-Za-z0-9._-]{0,62}|(operator|claimed):[A-Za-z0-9][A-Za-z0-9._@+-]{0,126}|system:(presence|deadlines)")
salts = map_of(matching(re.compile(r"(operator|claimed):[A-Za-z0-9][A-Za-z0-9._@+-]{0,126}"), "operator:<name>"),
               matching(re.compile(r"[0-9a-f]{32}"), "32 hexadecimal digits in lower case"), 20_000)
actor = matching(ACTOR, "runner:<id>, operator:<name>, claimed:<name>, system:presence or system:deadlines")

damping_fields = {"halfLifeMs": integer(1), "suppressAt": integer(1), "reuseAt": integer(1),
                  "maxSuppressMs": integer(1)}
settings_fields = {
    "strategy": one_of("oldest", "priority"),
    "failback": one_of("never", "always"),
    "failover": one_of("lease", "fenced"),
    "leaseMs": integer(500, 600_000),
    "heartbeatMs": integer(50, 200_000),
    "drainMs": integer(0, 1_800_000),
}
two_person = integer(60_000, 604_800_000)
loss_confirm = integer(0, 10_000)
# no damping: off; no twoPersonMs: one person decides; no lossConfirmMs: 30
settings = record(settings_fields, {"damping": record(damping_fields), "twoPersonMs": two_person,
                                    "lossConfirmMs": loss_confirm})
until = null_or(record({"runnerGone": name}, {"silentMs": duration}))
effect = one_of("NoLead", "NoElect", "PreferNoLead")
mode = one_of("strict", "prefer")
platform = null_or(text(63, 1))
labels = map_of(text(63, 1), text(255), 32)
priority = integer(-(2**53 - 1))
process = {"runner": name, "incarnation": uuid}
member = {**process, "platform": platform, "labels": labels, "priority": priority, "ready": flag}
proven = {"secretHash": digest}
facts = {"lastSeenAt": null_or(instant), "silentMs": duration, "leaseMs": integer(1), "deafMs": duration}
evidence = one_of("silence", "connection-lost")
seen = {**process, "lastSeenAt": null_or(instant), "silentMs": null_or(duration)}

WHY_ELIGIBLE = ("chosen", "unsettled", "prefer-pin", "prefer-no-lead", "priority", "seniority")
WHY_NOT = ("pending", "silent", "tainted", "pinned-out", "cooling-down", "flapping")
verdict = record(
    {**process, "eligible": flag, "rank": null_or(integer(1)), "why": one_of(*WHY_ELIGIBLE, *WHY_NOT)},
    {"keys": list_of(name, 1, 3), "moreKeys": integer(1), "until": instant},
)
verdicts = list_of(verdict, 0, 1000)

ENDS = ("heartbeat-missed", "resigned", "released", "lease-expired", "deregistered", "superseded", "fenced",
        "forced")
BEGINS = ("runner-activated", "untainted", "pinned", "unpinned", "resumed", "settings", "cooldown-over",
          "log-accepted", "reconciled")
REVOKES = ("tainted", "pinned", "transfer", "failback", "superseded", "deregistered", "drained",
           "log-accepted")
LIFTS = one_of("request", "expired", "runner-gone")
of_term = {"term": term, **process}

EVENTS = {
    "GroupConfigured": record({"settings": settings, "previous": null_or(settings)}),
    "RunnerRegistered": record({**member, "seniority": version}, proven),
    "RunnerRestarted": record({**member, "previousIncarnation": uuid, "previousExited": flag}, proven),
    "RunnerUpdated": record({"runner": name, "platform": platform, "labels": labels, "priority": priority}),
    "RunnerActivated": record(seen),
    "HeartbeatMissed": record({**process, "evidence": evidence, **facts}),
    "RunnerDeregistered": record({**process, "by": one_of("runner", "operator")}),
    "RunnerTainted": record({"runner": name, "replaces": flag, "taint": record(
        {"key": name, "effect": effect, "expiresAt": null_or(instant), "until": until})}),
    "RunnerUntainted": record({"runner": name, "key": name, "cause": LIFTS}),
    "LeaderPinned": record({"runner": name, "mode": mode, "expiresAt": null_or(instant), "until": until}),
    "LeaderUnpinned": record({"runner": name, "mode": mode, "cause": LIFTS}),
    "ElectionsPaused": record({"expiresAt": null_or(instant)}),
    "ElectionsResumed": record({"cause": one_of("request", "expired")}),
    "TransferRequested": record({"transfer": uuid, "term": term, "from": name, "to": null_or(name),
                                 "force": flag, "deadline": null_or(instant)}),
    "TransferEnded": record({"transfer": uuid, "outcome": one_of("completed", "aborted", "expired"),
                             "why": null_or(text(10_000)), "leader": null_or(name)}),
    "OrderProposed": record({"proposal": uuid, "command": anything, "expiresAt": instant}),
    "OrderApproved": record({"proposal": uuid}),
    "OrderWithdrawn": record({"proposal": uuid, "cause": one_of("request", "expired")}),
    "RunnerForgiven": record({"runner": name}),
    "LeaderElected": record({**of_term, "cause": one_of(*ENDS, *BEGINS),
                             "previous": null_or(record({"runner": name, "term": term})),
                             "leaseMs": integer(1), "failover": one_of("lease", "fenced"),
                             "verdicts": verdicts}),
    "LeadershipRevoked": record({**of_term, "cause": one_of(*REVOKES), "successor": null_or(name),
                                 "verdicts": verdicts}, {"key": name, "transfer": uuid}),
    "LeadershipEnded": record({**of_term, "cause": one_of(*ENDS), "cooldownUntil": null_or(instant)}),
    "LogAccepted": record({"knownTerm": integer(0), "knownVersion": integer(0), "foundTerm": integer(0),
                           "foundVersion": integer(0)}),
    "HistorySealed": anything,  # in sealed_forms.py
    "GroupDeleted": record({}),
    "GroupLeaderless": record({"afterTerm": term, "cause": one_of(*ENDS), "paused": flag,
                               "verdicts": verdicts}),
}


def whichever(value, place, faults):
    """A term, or -1 for the one that it holds, if any."""
    if value != -1:
        term(value, place, faults)


def _command(required, optional=None):
    return record({"type": anything, **required}, optional)


heard = record({"from": integer(1), "to": integer(1), "sha256": digest, "names": list_of(record(
    {"i": text(22, 22), "g": integer(0), "number": integer(0), "term": null_or(term)}))})
silences = {"heard": heard, "also": list_of(record({**process, "evidence": evidence, **facts}), 1, 250)}
back = {**seen, "heardAtVersion": integer(0)}
lifetime = {"expiresAt": null_or(instant), "ttlMs": null_or(integer(1))}
changed = record({}, {**settings_fields, "heartbeatMs": null_or(settings_fields["heartbeatMs"]),
                      "damping": null_or(record({}, damping_fields)),
                      "twoPersonMs": null_or(two_person), "lossConfirmMs": null_or(loss_confirm)})
COMMANDS = {
    "ConfigureGroup": _command({"settings": changed}),
    "RegisterRunner": _command({**process, "ready": flag, "previousExited": null_or(uuid)},
                               {"platform": platform, "labels": labels, "priority": priority, **proven,
                                "previousSecretHash": digest}),
    "ActivateRunner": _command(back, {"also": list_of(record(back), 1, 250)}),
    "ReportSilence": _command({**process, "evidence": evidence, **facts, "term": null_or(term)}, silences),
    "ReportLeaseExpired": _command({"term": term, **facts}, silences),
    "TaintRunner": _command({"runner": name, "key": name, "effect": effect, **lifetime, "until": until}),
    "UntaintRunner": _command({"runner": name, "key": name, "cause": LIFTS}),
    "ForgiveRunner": _command({"runner": name}),
    "PinLeader": _command({"runner": name, "mode": mode, **lifetime, "until": until}),
    "UnpinLeader": _command({}),
    "TransferLeadership": _command({"transfer": uuid, "to": null_or(name), "force": flag,
                                    "deadlineMs": null_or(integer(1))}),
    "PauseElections": _command(lifetime),
    "DrainGroup": _command(lifetime),
    "ResumeElections": _command({}),
    "ReleaseLeadership": _command(of_term, proven),
    "ResignLeadership": _command({**process, "term": whichever, "cooldownMs": null_or(duration)}, proven),
    "DeregisterRunner": _command({"runner": name, "incarnation": null_or(uuid)}, proven),
    "AcceptLog": _command({"knownTerm": integer(0), "knownVersion": integer(0), "isSame": flag}),
    "SealHistory": _command({"upTo": version, "digest": digest}, {"isAll": one_of(True)}),
    "DeleteGroup": _command({"upTo": version, "digest": digest}),
    "ApproveOrder": _command({"proposal": uuid}),
    "WithdrawOrder": _command({"proposal": uuid}),
    "Reconcile": _command({"cause": one_of("cooldown-over", "reconciled")}),
}
# R the runner itself, O an operator, P system:presence, D system:deadlines
GIVERS = {command: "O" for command in COMMANDS} | {
    "RegisterRunner": "RO", "ActivateRunner": "P", "ReportSilence": "P", "ReportLeaseExpired": "P",
    "ReleaseLeadership": "R", "ResignLeadership": "RO", "DeregisterRunner": "RO", "Reconcile": "D",
}

auth = record({"kind": one_of("none", "token", "jwt", "certificate", "runner"),
               "subject": null_or(text(1_000)), "issuer": null_or(text(1_000))})
meta = record(
    {"v": anything, "id": uuid, "part": record({"index": integer(0), "of": integer(1)}), "at": instant,
     "actor": actor, "reason": null_or(text(500)), "commandId": uuid,
     "requestHash": matching(re.compile(r"([0-9a-f]{64})?"), "64 hexadecimal digits, or empty"),
     "correlationId": text(10_000, 1), "instance": text(10_000, 1), "hash": digest},
    {"minor": integer(1), "command": anything, "salts": salts, "auth": auth,
     "causedBy": record({"version": version, "commandId": uuid, "actor": actor})},
)
envelope = record({"data": anything, "id": uuid, "meta": anything, "position": position, "stream": anything,
                   "type": anything, "version": version})
public_key = record({"kty": one_of("OKP"), "crv": one_of("Ed25519"), "x": matching(
    re.compile(r"[A-Za-z0-9_-]{43}"), "43 characters of base64url")},
    {"kid": text(100, 1), "alg": one_of("EdDSA"), "use": one_of("sig")})
OTHERS = {  # streams that are no groups: shape of data by type of event, shape of meta
    "keys": (
        {"SigningKeyPublished": record({"key": public_key, "replaces": null_or(text(100, 1))}),
         "SigningKeyRevoked": record({"kid": text(100, 1), "since": null_or(instant)})},
        record({"v": one_of(3), "at": instant, "actor": text(200, 1), "reason": null_or(text(500)),
                "hash": digest}, {"salts": salts, "auth": auth})),
    "clocks": (
        {"ClockStepped": record(
            {"instance": text(10_000, 1), "cause": one_of("set", "set-back", "started-wrong"),
             "server": instant, "machine": instant}, {"writer": text(22, 22)})},
        record({"v": integer(1)})),
    "heard": (
        {"PresenceKept": record({"of": list_of(digest), "records": list_of(record(
            {"version": version, "type": text(100, 1), "data": anything, "meta": anything}))})},
        record({"v": one_of(3), "at": instant})),
    "checkpoints": (
        {"CheckpointSigned": record(
            {"checkpoint": text(10_000, 1), "events": integer(0), "groups": integer(0), "root": digest},
            {"witnesses": list_of(record({"kid": text(100, 1), "cosignature": text(2_000, 1)}), 1, 1000)})},
        record({"v": one_of(3), "at": instant}, {"minor": integer(1)})),
}
export_header = record({"export": one_of(2)})
evidence_fields = {"evidence": one_of(2), "group": name, "exportedAt": instant, "instance": text(10_000, 1),
                   "window": record({"since": null_or(instant), "until": instant})}
export_footer = record({"events": integer(0), "footer": one_of(True), "sha256": digest})
evidence_footer = record({"events": integer(0), "footer": one_of(True), "sha256": digest, "head": digest,
                          "key": public_key, "signature": text(1_000_000, 1)})
