"""Strict JSON of RFC 8785, as far as Conclave's files need it: all numbers are integers."""
import json

LARGEST = 2**53 - 1  # what every reader of JSON can hold exactly


class NotCanonical(Exception):
    """The text is JSON that Conclave would not have written, or no JSON at all."""


def _pairs(pairs):
    value = {}
    for key, item in pairs:
        if key in value:
            raise NotCanonical(f"the key {json.dumps(key)} stands twice in one object")
        value[key] = item
    return value


def _integer(spelling):
    if spelling == "-0":
        raise NotCanonical("the number -0 should be spelled 0")
    if len(spelling) > 17 or abs(int(spelling)) > LARGEST:
        raise NotCanonical(f"the number {spelling[:24]} is beyond 2^53-1, no reader holds it exactly")
    return int(spelling)


def _fraction(spelling):
    raise NotCanonical(f"the number {spelling[:24]} should be an integer, spelled with digits alone")


def _constant(spelling):
    raise NotCanonical(f"{spelling} is no JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_int=_integer, parse_float=_fraction, parse_constant=_constant
)


def _order(key):
    # RFC 8785 sorts by UTF-16 code units. Python compares code points, which is not the same beyond U+FFFF.
    return key.encode("utf-16-be", "surrogatepass")


def _text(text):
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise NotCanonical("half of a surrogate pair stands in a text") from None
    return json.dumps(text, ensure_ascii=False)


def canonical(value):
    """The one text of a value that RFC 8785 allows."""
    if isinstance(value, dict):
        keys = sorted(value, key=_order)
        return "{" + ",".join(_text(key) + ":" + canonical(value[key]) for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    raise NotCanonical(f"{value!r} is no JSON value here")


def loads(text):
    """JSON of any form, but nothing in it that two readers could take differently."""
    return _DECODER.decode(text)


def _difference(found, wanted):
    at = next((i for i, (a, b) in enumerate(zip(found, wanted)) if a != b), min(len(found), len(wanted)))
    start = max(0, at - 12)
    return f"at character {at + 1} stands {found[start:at + 20]!r}, it should be {wanted[start:at + 20]!r}"


def parse(raw):
    """The object that a line (bytes, without its line feed) holds, or NotCanonical with the reason."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotCanonical(f"byte {error.start + 1} of the line is no UTF-8") from None
    if text.startswith("\ufeff"):
        raise NotCanonical("a byte order mark stands before the line")
    try:
        value = _DECODER.decode(text)
        if not isinstance(value, dict):
            raise NotCanonical("it is no JSON object")
        wanted = canonical(value)
    except json.JSONDecodeError as error:
        raise NotCanonical(f"it is no JSON: {error.msg} at character {error.pos + 1}") from None
    except RecursionError:
        raise NotCanonical("it is nested too deeply") from None
    if wanted != text:
        raise NotCanonical("it is not in its RFC 8785 form: " + _difference(text, wanted))
    return value
