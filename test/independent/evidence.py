"""Evidence: what its signature covers, and whose it is."""
import base64

from canonical import NotCanonical, canonical, loads
from shapes import millis, shown

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:  # nothing else in Python's own library knows Ed25519
    Ed25519PublicKey = None

UNCHECKED = "signature not checked: the Python package cryptography is not here"
TYPE = "conclave-evidence+jws"


def _bytes(text):
    """base64url without padding, in its one spelling only."""
    raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
        raise ValueError("not the one spelling of base64url")
    return raw


def _jws(text):
    first, second, third = text.split(".")
    head, payload = loads(_bytes(first).decode()), loads(_bytes(second).decode())
    return head, payload, _bytes(third), f"{first}.{second}".encode()


def judge(header, footer, groups, trusted, say):
    group = groups.get(header.get("group"))
    if group is None:
        say("evidence holds no event of its group")
    else:
        if footer["head"] != group.appends.head:
            say(f"the footer has head {footer['head']}, the last event has the hash {group.appends.head}")
        _window(header, group, say)
    key = footer["key"]
    if trusted is not None and key["x"] not in trusted:
        say(f"the evidence is signed by a key that you do not trust ({key.get('kid', key['x'])})")
    try:
        head, payload, signature, signed = _jws(footer["signature"])
    except (NotCanonical, ValueError, RecursionError) as error:
        say(f"the signature is no compact JWS: {error}")
        return
    if not isinstance(head, dict) or {**head, "kid": ""} != {"alg": "EdDSA", "kid": "", "typ": TYPE}:
        say(f"the signature's header is {shown(head)}, it should have alg EdDSA and typ {TYPE}")
    elif "kid" in head and head["kid"] != key.get("kid"):
        say(f"the signature names the key {head['kid']}, the footer has {key.get('kid')}")
    wanted = {**{name: item for name, item in header.items() if name not in ("sealed", "salts")}, **{name: footer[name] for name in ("events", "sha256", "head")}}
    if not isinstance(payload, dict) or canonical(payload) != canonical(wanted):
        say(f"the signature is of {shown(payload)}, it should be of {shown(wanted)}")
    if Ed25519PublicKey is None:
        return
    try:
        Ed25519PublicKey.from_public_bytes(_bytes(key["x"])).verify(signature, signed)
    except (InvalidSignature, ValueError):
        say("the signature was not made by the footer's key")


def _window(header, group, say):
    """Nothing in evidence is later than its window, and the window was over when it was exported."""
    try:
        until, exported = millis(header["window"]["until"]), millis(header["exportedAt"])
    except (KeyError, TypeError, ValueError):
        return  # the header's shape is reported already
    if until > exported:
        say("the window ends after the export was made")
    if group.appends.at is not None and millis(group.appends.at) > until:
        say(f"the last event is of {group.appends.at}, after the end of the window")
