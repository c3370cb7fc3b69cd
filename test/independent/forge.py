"""Takes real histories apart and puts them together again: only what is meant to be wrong is wrong then."""
import base64
import copy
import hashlib
import json
import uuid
from pathlib import Path

import people
from appends import SPACE
from canonical import canonical
from sealed import seals_in

HERE = Path(__file__).parent
FILES = {"lease": HERE / "../scenarios/lease-group.ndjson",
         "fenced": HERE / "../scenarios/fenced-group.ndjson",
         "signed": HERE / "histories/signed.ndjson", "restored": HERE / "histories/restored.ndjson",
         "sealed": HERE / "histories/sealed.ndjson", "silent": HERE / "histories/silent.ndjson"}


def _base64url(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class History:
    """Events that can be changed at will; written() makes versions, ids, parts, hashes and the footer fit."""

    def __init__(self, base):
        lines = [json.loads(line) for line in FILES[base].read_bytes().splitlines()]
        self.header, self.events, self.footer = lines[0], lines[1:-1], lines[-1]
        self.begins = {f"group-{group}": (up_to, data["head"]) for (group, up_to), (data, _) in seals_in(
            FILES[base].read_bytes().splitlines()).items()}  # where the events go on from
        self.keep = set()  # of (id of event object, what) that written() must leave as it is

    def all(self, type_=None, stream=None, **data):
        """Events in their order, by type, stream and fields of data."""
        return [event for event in self.events
                if type_ in (None, event["type"]) and stream in (None, event["stream"]) and all(
                    event["data"].get(name) == value for name, value in data.items())]

    def one(self, type_, **data):
        return self.all(type_, **data)[0]

    def append_of(self, event):
        return [other for other in self.events if other["stream"] == event["stream"]
                and other["meta"]["commandId"] == event["meta"]["commandId"]]

    def drop(self, *events):
        self.events = [event for event in self.events if not any(event is gone for gone in events)]

    def again(self, event, after=None):
        """The same event once more, as one of its append."""
        other = copy.deepcopy(event)
        other["meta"].pop("command", None)
        self.events.insert(next(i for i, e in enumerate(self.events) if e is (after or event)) + 1, other)
        return other

    def repeat(self, events):
        """The same append once more, right after it, as another command."""
        copies, command = copy.deepcopy(events), str(uuid.uuid4())
        for event in copies:
            event["meta"]["commandId"] = command
        place = next(i for i, e in enumerate(self.events) if e is events[-1]) + 1
        self.events[place:place] = copies
        return copies

    def whole(self, event, **meta):
        """Change meta in all events of an append."""
        for other in self.append_of(event):
            other["meta"].update(meta)

    def first(self, event):
        return self.append_of(event)[0]

    def forget(self, person):
        """The name goes, and everything else stays: nothing is hashed anew."""
        for event in self.events:
            salts = event["meta"].get("salts", {})
            gone = {person: salts.pop(person)} if person in salts else {}
            event["data"] = people.committed(event["data"], gone)
            event["meta"] = people.committed(event["meta"], gone)
            if salts == {}:
                event["meta"].pop("salts", None)
        body = "".join(canonical(line) + "\n" for line in [self.header, *self.events]).encode()
        footer = {**self.footer, "sha256": hashlib.sha256(body).hexdigest()}
        return body + (canonical(footer) + "\n").encode()

    def _number(self):
        """Versions and parts anew; what points at versions follows."""
        now, runs, position, moved = {}, [], 0, {}
        for event in self.events:
            stream = event["stream"]
            base = self.begins.get(stream, (0,))[0]
            old, event["version"] = event["version"], now.get(stream, base) + 1
            now[stream] = event["version"]
            moved.setdefault((stream, old), event["version"])
            position = max(position + 1, int(event["position"]))
            event["position"] = str(position)
            if not stream.startswith("group-"):
                continue
            if not runs or runs[-1][0]["stream"] != stream or (
                    runs[-1][0]["meta"]["commandId"] != event["meta"]["commandId"]):
                runs.append([])
            runs[-1].append(event)
            if event["type"] == "RunnerRegistered" and event["data"]["seniority"] == old:
                event["data"]["seniority"] = event["version"]
            cause = event["meta"].get("causedBy")
            if cause and (id(event), "causedBy") not in self.keep:
                cause["version"] = moved.get((stream, cause["version"]), cause["version"])
        for run in runs:
            for index, event in enumerate(run):
                event["meta"]["part"] = {"index": index, "of": len(run)}

    def _salt(self, event):
        """The same for the same person, and for nobody else."""
        event["meta"].pop("salts", None)
        salts = {person: hashlib.sha256(person.encode()).hexdigest()[:32]
                 for person in people.named(event["data"]) | people.named(event["meta"])}
        if salts:
            event["meta"]["salts"] = salts

    def _chain(self):
        heads = {}
        for event in self.events:
            if event["stream"].startswith("group-") and "commandId" in event["meta"]:
                meta, group = event["meta"], event["stream"][6:]
                event["id"] = meta["id"] = str(uuid.uuid5(
                    SPACE, canonical([meta["commandId"], meta["part"]["index"]])))
                meta.pop("hash", None)
                if (id(event), "salts") not in self.keep:
                    self._salt(event)
                data, linked = people.linked(event)
                start = self.begins.get(event["stream"], (0, "0" * 64))[1]
                text = canonical({"group": group, "version": event["version"], "type": event["type"],
                                  "data": data, "meta": linked})
                meta["hash"] = heads[group] = hashlib.sha256(
                    (heads.get(group, start) + "\n" + text).encode()).hexdigest()
        return heads

    def written(self, numbered=True):
        if numbered:
            self._number()
        heads = self._chain()
        body = "".join(canonical(line) + "\n" for line in [self.header, *self.events]).encode()
        footer = {**self.footer, "events": len(self.events), "sha256": hashlib.sha256(body).hexdigest()}
        if "signature" in footer:
            footer["head"] = heads.get(self.header["group"], "0" * 64)
            footer = self.sign(footer)
        return body + (canonical(footer) + "\n").encode()

    def sign(self, footer, **changed):
        """Signed by a key of the forger's own, who can do all but that."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        private = Ed25519PrivateKey.generate()
        x = _base64url(private.public_key().public_bytes_raw())
        footer["key"] = {**footer["key"], "x": x, "kid": "forged"}
        head = {"alg": "EdDSA", "kid": "forged", "typ": "conclave-evidence+jws"} | changed.get("head", {})
        payload = {**self.header, **{name: footer[name] for name in ("events", "sha256", "head")}}
        payload |= changed.get("payload", {})
        signed = ".".join(_base64url(canonical(part).encode()) for part in (head, payload))
        footer["signature"] = signed + "." + _base64url(private.sign(signed.encode()))
        return footer


def resealed(raw):
    """A file whose lines were changed by hand: the footer's count and sha256 fit again (exports)."""
    lines = raw.splitlines(keepends=True)
    footer = json.loads(lines[-1])
    body = b"".join(lines[:-1])
    footer |= {"events": len(lines) - 2, "sha256": hashlib.sha256(body).hexdigest()}
    return body + (canonical(footer) + "\n").encode()
