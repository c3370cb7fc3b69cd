"""The record of signing keys: a chain of its own, so that no key slips in and none is revoked in secret."""
import hashlib

import people
from canonical import canonical


class Keychain:
    def __init__(self):
        self.kids, self.hash = set(), "0" * 64

    def take(self, event, say):
        found = event["meta"]["hash"]
        data, meta = people.linked(event)
        people.judge(event, say)
        linked = {"group": "keys", "version": event["version"], "type": event["type"], "data": data, "meta": meta}
        expected = hashlib.sha256((self.hash + "\n" + canonical(linked)).encode()).hexdigest()
        if found != expected:
            say(f"the hash is {found}, it should be {expected}")
        self.hash = found
        if event["type"] == "SigningKeyRevoked":
            if not meta["actor"].startswith(("operator:", "claimed:")):
                say(f"a key is revoked by {meta['actor']}, it should be an operator")
            if data["kid"] not in self.kids:
                say(f"the key {data['kid']} that is revoked was never published")
            return
        if data["key"].get("kid") in self.kids:
            say(f"the key {data['key'].get('kid')} was published before")
        if data["replaces"] is not None and data["replaces"] not in self.kids:
            say(f"the key {data['replaces']} that is replaced was never published")
        self.kids.add(data["key"].get("kid"))
