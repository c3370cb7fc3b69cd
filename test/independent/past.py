"""Who asked for what in a group so far."""
import uuid
from array import array
from bisect import bisect_right


class Past:
    """Who asked for each earlier event, in a few bytes an event: causedBy may point anywhere back."""

    def __init__(self):
        self.base, self.known = 0, {}  # up to where history is sealed, and the orders that stand from there
        self.starts, self.commands, self.who = array("Q"), bytearray(), array("L")
        self.actors, self.numbers, self.roots = [], {}, bytearray()

    def append_begins(self, version, command_id, actor):
        if actor not in self.numbers:
            self.numbers[actor] = len(self.actors)
            self.actors.append(actor)
        self.starts.append(version)
        self.commands += uuid.UUID(command_id).bytes
        self.who.append(self.numbers[actor])

    def event(self, is_root):
        self.roots.append(is_root)

    def about(self, version):
        """(commandId, actor, asked for or seen itself) of the event with that version; None: it is sealed."""
        if version in self.known:
            return *self.known[version], True
        if version <= self.base:
            return None
        index = bisect_right(self.starts, version) - 1
        command = uuid.UUID(bytes=bytes(self.commands[index * 16:index * 16 + 16]))
        return str(command), self.actors[self.who[index]], bool(self.roots[version - self.base - 1])
