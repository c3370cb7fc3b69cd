"""People and their reasons: what is hashed in their place, and what may stand beside it."""
import hashlib
import re

FORGOTTEN = re.compile(r"(operator|claimed):#[0-9a-f]{64}")
COMMITMENT = re.compile(r"#[0-9a-f]{64}")
PLACES = (("actor", "reason"), ("orderedBy", "orderReason"), ("endOrderedBy", "endOrderReason"))
APART = ("labels", "command", "salts")  # nobody is named in there


def _commitment(salt, text):
    return "#" + hashlib.sha256((salt + text).encode()).hexdigest()


def _words(salt, text):
    return text if COMMITMENT.fullmatch(text) else _commitment(salt, "\n" + text)


def _is_person(value):
    return isinstance(value, str) and value.startswith(("operator:", "claimed:"))


def committed(value, salts):
    """The same value with commitments in place of people with a salt, and of their reasons."""
    if isinstance(value, list):
        return [committed(item, salts) for item in value]
    if not isinstance(value, dict):
        return value
    fields = {name: item if name in APART else committed(item, salts) for name, item in value.items()}
    for who, why in PLACES:
        person = value.get(who)
        if who == "actor" and who not in value and isinstance(value.get("order"), dict):
            person = value["order"].get("actor")  # the reason of a transfer or a handover is of who ordered it
        if not _is_person(person) or person not in salts:
            continue
        if who in value:
            kind, _, name = person.partition(":")
            fields[who] = f"{kind}:{_commitment(salts[person], name)}"
        proof = value.get("auth")
        if who == "actor" and isinstance(proof, dict) and isinstance(proof.get("subject"), str):
            fields["auth"] = {**proof, "subject": _words(salts[person], proof["subject"])}
        reason = value.get(why)
        if isinstance(reason, str):
            fields[why] = _words(salts[person], reason)
    return fields


def named(value):
    """People who are named in a value."""
    if isinstance(value, list):
        return {person for item in value for person in named(item)}
    if not isinstance(value, dict):
        return set()
    found = {person for name, item in value.items() if name not in APART for person in named(item)}
    return found | {value[who] for who, _ in PLACES
                    if _is_person(value.get(who)) and not FORGOTTEN.fullmatch(value[who])}


def linked(event):
    """data and meta as they are hashed."""
    salts = event["meta"].get("salts")
    salts = {} if not isinstance(salts, dict) else {
        person: salt for person, salt in salts.items() if isinstance(salt, str)}
    meta = {name: item for name, item in event["meta"].items() if name not in ("hash", "salts")}
    return committed(event["data"], salts), committed(meta, salts)


def judge(event, say):
    """Each person who is named has a salt, so that the name can be dropped; nobody else has."""
    salts, people = event["meta"].get("salts"), named(event["data"]) | named(event["meta"])
    for person in sorted(people - set(salts or {})):
        say(f"{person} is named without a salt")
    for person in sorted(set(salts or {}) - people):
        say(f"there is a salt of {person}, who is not named")
    if salts == {}:
        say("there are salts of nobody")
