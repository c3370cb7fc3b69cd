"""What a silence rests on: the records of the presence log that the report names by their digest."""
import hashlib

from canonical import canonical

MOST = 12_000  # records that are looked at behind a report: those that were kept last


def digest_of(value):
    return hashlib.sha256(canonical(value).encode()).hexdigest()


class Heard:
    """Reports, and the records that are kept: each once, whatever rests on it."""

    def __init__(self):
        self.waiting = {}  # by digest: reports of the same moment rest on the same records
        self.records = {}  # by version, in the order in which they were kept

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
            self.waiting.setdefault(heard["sha256"], []).append([heard, who, say, None])

    def kept(self, event):
        for record in event["data"]["records"]:
            self.records.pop(record["version"], None)  # of one that comes again the later copy counts
            self.records[record["version"]] = record
            if len(self.records) > MOST:
                del self.records[next(iter(self.records))]
        for digest in event["data"]["of"]:
            left = [report for report in self.waiting.pop(digest, []) if not self._borne_out(report)]
            if left:
                self.waiting[digest] = left

    def _borne_out(self, report):
        heard, who, _, _ = report
        if heard["to"] not in self.records or heard["to"] - heard["from"] >= MOST:
            return False
        known = (self.records.get(version) for version in range(heard["from"], heard["to"] + 1))
        report[3] = self._fault(heard, who, [record for record in known if record])
        return report[3] is None

    def end(self):
        """What is not borne out so far is not: after a log was moved, other records stood under these numbers."""
        for reports in self.waiting.values():
            for _, _, say, fault in reports:
                if fault is not None:
                    say(fault)

    def _fault(self, heard, who, records):
        stands = [[r["version"], digest_of({key: r[key] for key in ("type", "data", "meta")})] for r in records]
        if digest_of(stands) != heard["sha256"]:
            return "the records of the presence log that are kept for it are not those that it rests on"
        group, runner, incarnation, term, draining = who
        beats = list(self._beats(heard, (group, runner, incarnation), records))
        if term is None:
            if any(v == heard["from"] for v, *_ in beats) and any(v > heard["from"] for v, *_ in beats):
                return f"it beat after record {heard['from']} of the presence log, which is said to be its last"
            return None
        ends = records[-1]["data"].get("terms", []) if records[-1]["type"] == "LeaseExpired" else []
        end = next((e for e in ends if (e["group"], e["term"]) == (group, term)), None)
        if end is None:
            return f"record {heard['to']} of the presence log does not say that the lease of term {term} is over"
        for v, of, unanswered, told in beats:
            if of == term and unanswered <= 6 and (told or not draining) and v > int(end["after"]):
                return f"record {v} of the presence log has a beat of term {term}, after {end['after']}"
        return None

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
