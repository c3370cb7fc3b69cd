"""What a silence rests on: the records of the presence log that the report names by their digest."""
import hashlib

from canonical import canonical


def digest_of(value):
    return hashlib.sha256(canonical(value).encode()).hexdigest()


class Heard:
    """Reports, and the records that are kept for them."""

    def __init__(self):
        self.waiting = {}

    def reported(self, group, event, say):
        """An event whose command gives somebody up; the group stands before it."""
        command, leader = event["meta"]["command"], group.leader
        heard = command.get("heard")
        if command["type"] == "ReportLeaseExpired" and leader and leader.term == command["term"]:
            who = (group.name, leader.runner, leader.incarnation, leader.term, bool(leader.handover))
        elif command["type"] == "ReportSilence":
            who = (group.name, command["runner"], command["incarnation"], None, False)
        else:
            return
        if heard:
            self.waiting[heard["sha256"]] = (heard, who, say, {})

    def kept(self, event):
        records = event["data"]["records"]
        for digest in event["data"]["of"]:
            if digest not in self.waiting:
                continue
            heard, who, say, known = self.waiting[digest]
            known.update((record["version"], record) for record in records)
            if records[-1]["version"] >= heard["to"]:
                del self.waiting[digest]
                self._judge(heard, who, say, [known[v] for v in sorted(known) if heard["from"] <= v <= heard["to"]])

    def _judge(self, heard, who, say, records):
        stands = [[r["version"], digest_of({key: r[key] for key in ("type", "data", "meta")})] for r in records]
        if digest_of(stands) != heard["sha256"]:
            return say("the records of the presence log that are kept for it are not those that it rests on")
        group, runner, incarnation, term, draining = who
        beats = list(self._beats(heard, (group, runner, incarnation), records))
        if term is None:
            if any(v == heard["from"] for v, *_ in beats) and any(v > heard["from"] for v, *_ in beats):
                say(f"it beat after record {heard['from']} of the presence log, which is said to be its last")
            return None
        ends = records[-1]["data"].get("terms", []) if records[-1]["type"] == "LeaseExpired" else []
        end = next((e for e in ends if (e["group"], e["term"]) == (group, term)), None)
        if end is None:
            return say(f"record {heard['to']} of the presence log does not say that the lease of term {term} is over")
        for v, of, unanswered, told in beats:
            if of == term and unanswered <= 6 and (told or not draining) and v > int(end["after"]):
                say(f"record {v} of the presence log has a beat of term {term}, after {end['after']}")

    def _beats(self, heard, process, records):
        mine = {(n["i"], n["g"], n["number"]): n["term"] for n in heard["names"]}
        for record in records:
            data = record["data"]
            for number, *who, term, _base in data.get("n", []):
                mine.pop((data["i"], data["g"], number), None)
                if tuple(who) == process:
                    mine[data["i"], data["g"], number] = term
            beats = iter(data.get("b", []))
            for beat in beats:
                if isinstance(beat, int):
                    next(beats)  # how far above its base
                    beat = [beat, 0, 1, 0]
                key = (data["i"], data["g"], beat[0])
                if key in mine:
                    yield record["version"], mine[key], beat[2], beat[3] == 1
