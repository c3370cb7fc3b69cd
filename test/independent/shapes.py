"""Small words to describe the shape of JSON: each is a function (value, place, faults), appending to faults.

A fault is (fatal, text). An unknown field is not fatal: the rest of the event can be read all the same.
"""
import re
from datetime import datetime, timezone

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")  # the alphabet of ids stands in openapi.json only
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
LARGEST = 2**53 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def millis(text):
    """Milliseconds since 1970 of an instant, exact."""
    since = datetime.fromisoformat(text) - _EPOCH
    return (since.days * 86400 + since.seconds) * 1000 + since.microseconds // 1000


def shown(value):
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _simple(what, accepts):
    def check(value, place, faults):
        if not accepts(value):
            faults.append((True, f"{place} is {shown(value)}, it should be {what}"))
    return check


def _is_time(value):
    if not (isinstance(value, str) and TIME.fullmatch(value)):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def matching(pattern, what):
    return _simple(what, lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None)


def integer(low, high=LARGEST):
    bounds = f"an integer of at least {low}" if high == LARGEST else f"an integer from {low} to {high}"
    return _simple(bounds, lambda value: type(value) is int and low <= value <= high)


def text(longest, shortest=0):
    return _simple(f"a text of {shortest} to {longest} characters",
                   lambda value: isinstance(value, str) and shortest <= len(value) <= longest)


def one_of(*values):
    return _simple("one of " + ", ".join(map(str, values)),
                   lambda value: any(value is v or (value == v and type(value) is type(v)) for v in values))


def null_or(check):
    def both(value, place, faults):
        if value is not None:
            check(value, place, faults)
    return both


def list_of(check, shortest=0, longest=LARGEST):
    def every(value, place, faults):
        if not isinstance(value, list) or not shortest <= len(value) <= longest:
            faults.append((True, f"{place} should be a list of {shortest} to {longest}"))
            return
        for index, item in enumerate(value):
            check(item, f"{place}[{index}]", faults)
    return every


def map_of(name, check, longest):
    def every(value, place, faults):
        if not isinstance(value, dict) or len(value) > longest:
            faults.append((True, f"{place} should be an object of at most {longest} fields"))
            return
        for key, item in value.items():
            name(key, f"a name in {place}", faults)
            check(item, f"{place}.{key}", faults)
    return every


def record(required, optional=None):
    """An object with just these fields. Names that are wanted but missing are fatal, unknown ones are not."""
    optional = optional or {}

    def check(value, place, faults):
        if not isinstance(value, dict):
            faults.append((True, f"{place} is {shown(value)}, it should be an object"))
            return
        for name, of in required.items():
            if name in value:
                of(value[name], f"{place}.{name}", faults)
            else:
                faults.append((True, f"{place} has no field {name}"))
        for name, item in value.items():
            if name in optional:
                optional[name](item, f"{place}.{name}", faults)
            elif name not in required:
                faults.append((False, f"{place} has the unknown field {name}"))
    return check


instant = _simple("an instant like 2026-01-31T10:00:00.000Z", _is_time)
uuid = matching(UUID, "a uuid in lower case")
name = matching(NAME, "an id of at most 63 letters, digits, dots, hyphens or underscores")
digest = matching(re.compile(r"[0-9a-f]{64}"), "64 hexadecimal digits in lower case")
position = matching(re.compile(r"0|[1-9][0-9]{0,18}"), "decimal digits")
flag = _simple("true or false", lambda value: isinstance(value, bool))
duration = integer(0)
anything = _simple("present", lambda value: True)
