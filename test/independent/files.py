"""The grammar of a file: header, events, footer, each a canonical line. Streams are judged line by line."""
import hashlib

import evidence
from appends import Appends
from canonical import NotCanonical, parse
from heard import Heard
from forms import (COMMANDS, OTHERS, envelope, evidence_footer, export_footer, export_header,
                   meta as meta_shape)
from group import Group
from keychain import Keychain
from lines import Unusable, take
from sealed import begin, seals_in
from sealed_forms import EVENTS, evidence_header
from shapes import NAME, shown

KINDS = {"export": (export_header, export_footer), "evidence": (evidence_header, evidence_footer)}


class Reader:
    def __init__(self, report, trusted=None):
        self.report, self.trusted = report, trusted
        self.kind = self.header = self.footer = None
        self.seal, self.events, self.position = hashlib.sha256(), 0, None
        self.groups, self.others, self.commands_seen = {}, {}, set()
        self.keychain = Keychain()
        self.heard = Heard()
        self.seals = {}
        self.number = 0

    def read(self, file):
        if not file.seekable():
            raise Unusable("it is read twice: give a file, not a pipe")
        self.seals, cut = seals_in(file), False
        file.seek(0)
        while True:
            raw, too_long = take(file, self.seal)
            if not raw and not too_long:
                break
            self.number += 1
            if too_long:
                self._line(None)
            elif raw.endswith(b"\n"):
                self._line(raw[:-1])
            elif self.footer is not None:
                self._line(raw)
            else:
                cut = True
                self.report(self.number, None, "the file is cut off within this line: it has no line feed")
            if self.footer is None:  # the seal is of all bytes before the footer's line
                self.seal.update(raw)
        if self.header is None:
            raise Unusable("the file is cut off within its header" if cut else "the file is empty")
        if self.footer is None and not cut:
            self.report(self.number + 1, None, "the file is cut off: it has no footer")
        self.heard.end()
        for group in self.groups.values():
            group.end(self.footer is None, lambda text, group=group: self.report(
                group.line, f"group-{group.name}/{group.appends.version}", text))

    def _line(self, raw):
        def say(text):
            self.report(self.number, None, text)
        if self.header is None:
            return self._head(raw, say)
        if self.footer is not None:
            return say("something follows the footer")
        if raw is None:
            return say("the line is longer than 32 MiB")
        if not raw:
            return say("the line is blank")
        try:
            value = parse(raw)
        except NotCanonical as fault:
            return say(f"not a line of Conclave's: {fault}")
        if "footer" in value:
            return self._foot(value, say)
        self.events += 1
        self._event(value)

    def _head(self, raw, say):
        if raw is not None and raw.startswith(b"\xef\xbb\xbf"):
            say("a byte order mark stands before the header")
            raw = raw[3:]
        try:
            self.header = parse(raw or b"")
        except NotCanonical as fault:
            raise Unusable(f"the header cannot be read: {fault}") from None
        self.kind = next((kind for kind in KINDS if self.header.get(kind) == 2), None)
        if self.kind is None:
            raise Unusable(f"{shown(self.header)} is no header of an export or of evidence, form 2")
        self._shape(KINDS[self.kind][0], self.header, "the header", say)

    def _shape(self, shape, value, place, say, newer=False):
        faults = []
        shape(value, place, faults)
        for fatal, text in faults:
            if fatal or not newer:  # a newer minor form may have fields that this verifier does not know
                say(text)
        return not any(fatal for fatal, _ in faults)

    def _event(self, event):
        number = self.number  # of a silence it is said later what it does not rest on

        def say(text):
            stream, version = event.get("stream"), event.get("version")
            self.report(number, f"{shown(stream)}/{version} {event.get('type')}".replace("'", ""), text)
        if not self._shape(envelope, event, "the event", say):
            return self._lost(event)
        position, stream = int(event["position"]), event["stream"]
        if self.position is not None and position <= self.position:
            say(f"the position {position} does not rise: the event before it has {self.position}")
        self.position = position
        if self.kind == "evidence" and stream != f"group-{self.header.get('group')}":
            say(f"evidence of group {self.header.get('group')} holds the stream {shown(stream)}")
        if stream in OTHERS:
            self._other(event, *OTHERS[stream], say)
        elif isinstance(stream, str) and stream.startswith("group-") and NAME.fullmatch(stream[6:]):
            self._of_group(event, stream[6:], say)
        else:
            say(f"the stream {shown(stream)} does not belong into this file")

    def _other(self, event, types, meta, say):
        version = self.others.get(event["stream"], 0) + 1
        if event["version"] != version:
            say(f"the version is {event['version']}, it should be {version}")
        self.others[event["stream"]] = event["version"]
        if event["type"] not in types:
            return say(f"the stream {event['stream']} holds {' and '.join(types)} only")
        fits = self._shape(types[event["type"]], event["data"], "data", say)
        fits = self._shape(meta, event["meta"], "meta", say) and fits
        if event["stream"] == "keys" and fits:
            self.keychain.take(event, say)
        if event["stream"] == "heard" and fits:
            self.heard.kept(event)

    def _of_group(self, event, name, say):
        if name not in self.groups:
            self.groups[name] = Group(name, Appends(name, self.commands_seen))
            begin(self.groups[name], self.seals.get((name, event["version"] - 1)))
        group = self.groups[name]
        group.line = self.number
        meta = event["meta"]
        v = meta.get("v") if isinstance(meta, dict) else None
        if type(v) is int and v > 3:
            say(f"form {v} is newer than this verifier knows")
            return group.lose(self.number)
        newer = isinstance(meta, dict) and type(meta.get("minor")) is int and meta["minor"] > 1
        sound = self._shape(meta_shape, meta, "meta", say, newer)
        if v != 3:
            say(f"meta.v is {shown(v)}, it should be 3")
        if event["type"] in EVENTS:
            sound = self._shape(EVENTS[event["type"]], event["data"], "data", say, newer) and sound
        else:
            say(f"{shown(event['type'])} is no type of an event of a group")
            sound = False
        if isinstance(meta, dict) and "command" in meta:
            command = meta["command"]
            kind = command.get("type") if isinstance(command, dict) else None
            if isinstance(kind, str) and kind in COMMANDS:
                sound = self._shape(COMMANDS[kind], command, "meta.command", say, newer) and sound
            else:
                say(f"{shown(kind)} is no type of a command")
                sound = False
        if not sound:
            group.lose(self.number)
        elif "command" in meta:
            self.heard.reported(group, event, say)
        try:
            group.accept(event, say)
        except Exception as error:  # what no history of Conclave's can hold must not stop the verifier
            say(f"it cannot be judged ({type(error).__name__}: {error})")
            group.lose(self.number)

    def _lost(self, event):
        stream = event.get("stream")
        if isinstance(stream, str) and stream[6:] in self.groups:
            self.groups[stream[6:]].lose(self.number)

    def _foot(self, footer, say):
        self.footer = {"line": self.number}
        if not self._shape(KINDS[self.kind][1], footer, "the footer", say):
            return
        if footer["events"] != self.events:
            say(f"the footer counts {footer['events']} events, the file has {self.events}")
        if footer["sha256"] != self.seal.hexdigest():
            say(f"the footer has sha256 {footer['sha256']}, the bytes before it have {self.seal.hexdigest()}")
        if self.kind == "evidence":
            evidence.judge(self.header, footer, self.groups, self.trusted, say)

    def notes(self):
        """What was not judged, and why."""
        for group in self.groups.values():
            if group.lost_at is not None:
                yield (f"of group {group.name}, only versions and hashes were judged "
                       f"from line {group.lost_at} on")
        if self.kind == "evidence" and evidence.Ed25519PublicKey is None:
            yield evidence.UNCHECKED
