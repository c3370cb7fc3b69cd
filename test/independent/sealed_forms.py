"""What a group came to where its history is sealed: the table of docs/formats.md, Sealed history."""
import forms
from forms import actor, effect, labels, mode, platform, priority, process, settings, term, until, version
from shapes import (anything, digest, duration, flag, instant, integer, list_of, name, null_or, one_of, record,
                    text, uuid)

order = record({"version": version, "commandId": uuid, "actor": actor})
ordered = {"reason": null_or(text(500)), "order": order}
lasting = {**ordered, "actor": actor, "since": instant, "expiresAt": null_or(instant)}
taint = record({**lasting, "key": name, "effect": effect, "until": until})
pin = record({**lasting, "runner": name, "mode": mode, "until": until})
transfer = record({**ordered, "id": uuid, "from": name, "to": null_or(name), "deadline": null_or(instant),
                   "isExpired": flag})
proposal = record({**lasting, "id": uuid, "command": anything, "expiresAt": instant})
runner = record({
    "id": name, "incarnation": uuid, "secretHash": null_or(digest), "past": list_of(uuid, 0, 16),
    "platform": platform, "labels": labels, "priority": priority, "seniority": version,
    "status": one_of("pending", "active", "silent"), "registeredAt": instant, "lastSeenAt": null_or(instant),
    "activeSince": null_or(instant), "awaySince": null_or(instant), "missedVersion": integer(0),
    "unsettledSince": null_or(instant), "cooldownUntil": null_or(instant), "isCooldownOwn": flag,
    "silences": list_of(instant, 0, 16), "taints": list_of(taint),
})
handover = record({**ordered, "cause": one_of(*forms.REVOKES), "since": instant})
leadership = record({**process, "term": term, "secretHash": null_or(digest), "since": instant,
                     "isTransferred": flag, "handover": null_or(handover)})
state = record(
    {"id": name, "version": version, "createdAt": instant, "lastAt": instant, "settings": settings,
     "pin": null_or(pin), "pause": null_or(record(lasting)), "transfer": null_or(transfer),
     "runners": list_of(runner), "breaks": integer(0), "acceptedTerm": integer(0), "term": integer(0),
     "leadership": null_or(leadership),
     "recentTerms": list_of(record({**process, "term": term, "cause": null_or(one_of(*forms.ENDS))}), 0, 64),
     "sealed": null_or(record({"upTo": version, "until": instant, "term": integer(0), "digest": digest,
                               "at": version}))},
    {"proposals": list_of(proposal, 1, 16)},
)
history = record({"upTo": version, "head": digest, "digest": digest, "state": state, "tenure": anything,
                  "leases": list_of(integer(1)), "leaseMs": duration})
EVENTS = {**forms.EVENTS, "HistorySealed": history}
evidence_header = record(forms.evidence_fields, {"sealed": history, "salts": forms.salts})
