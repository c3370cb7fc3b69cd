"""Plain damages: bytes of a file are changed, and at the most its footer is made to fit.

(name, base, change, what must be said)"""
import json
import re

from forge import resealed


def sub(pattern, by, count=1):
    def change(raw):
        changed, number = re.subn(pattern, by, raw, count=count)
        assert number, pattern
        return changed
    return change


def lines(change):
    def changed(raw):
        parts = raw.splitlines(keepends=True)
        change(parts)
        return b"".join(parts)
    return changed


def sealed(change):
    """The same, with a footer that fits: only the line itself is wrong."""
    return lambda raw: resealed(change(raw))


def swap(parts, a, b):
    parts[a], parts[b] = parts[b], parts[a]


def unsorted(raw):
    """Keys in the order of code points, which is what a program that does not know of UTF-16 would write."""
    parts = raw.splitlines(keepends=True)
    for index, part in enumerate(parts):
        value = json.loads(part)
        wrong = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
        if wrong != part:
            parts[index] = wrong
            return b"".join(parts)
    raise AssertionError("no key beyond U+FFFF")


PLAIN = [
    ("a digit of a hash", "lease", sub(rb'"hash":"(.)', rb'"hash":"\1\1'), "hash"),
    ("a reason", "lease", sealed(sub(rb'"reason":"swap"', rb'"reason":"swop"')), "the hash is"),
    ("a name, and its salt", "lease", sealed(sub(rb'operator:ana', b'operator:eve', 4)), "the hash is"),
    ("another salt", "lease", sealed(sub(rb'"salts":{"operator:ana":"..', b'"salts":{"operator:ana":"00')),
     "the hash is"),
    ("no salt", "lease", sealed(sub(rb'"salts":{"operator:ana":"[0-9a-f]{32}"},', b'')), "without a salt"),
    ("a commitment", "lease", sealed(sub(
        rb'"actor":"operator:ana"', b'"actor":"operator:#' + b"0" * 64 + b'"')), "the hash is"),
    ("an instance", "lease", sealed(sub(rb'"instance":"1', rb'"instance":"2')), "the hash is"),
    ("a line is missing", "lease", lines(lambda parts: parts.pop(7)), "version"),
    ("a line is missing, footer fits", "lease", sealed(lines(lambda parts: parts.pop(7))), "version"),
    ("a line comes twice", "lease", sealed(lines(lambda parts: parts.insert(7, parts[7]))), "version"),
    ("two lines change places", "lease", sealed(lines(lambda parts: swap(parts, 7, 8))), "does not rise"),
    ("the last event is missing", "lease", lines(lambda parts: parts.pop(-2)), "counts"),
    ("no footer", "lease", lines(lambda parts: parts.pop()), "cut off: it has no footer"),
    ("cut within a line", "lease", lambda raw: raw[:9000], "cut off within"),
    ("the last line feed", "lease", lambda raw: raw[:-1], "cut off within"),
    ("cut within an append", "lease", lines(lambda parts: parts.__delitem__(slice(4, None))), "cut off"),
    ("only the header", "lease", lines(lambda parts: parts.__delitem__(slice(1, None))), "cut off"),
    ("a blank line", "lease", sealed(lines(lambda parts: parts.insert(3, b"\n"))), "blank"),
    ("a blank line at the end", "lease", lambda raw: raw + b"\n", "follows the footer"),
    ("a second footer", "lease", lines(lambda parts: parts.append(parts[-1])), "follows the footer"),
    ("an event after the footer", "lease", lines(lambda parts: parts.append(parts[-2])),
     "follows the footer"),
    ("bytes without a line feed after the footer", "lease", lambda raw: raw + b"x", "follows the footer"),
    ("CR LF", "lease", lambda raw: raw.replace(b"\n", b"\r\n"), "cannot be used"),
    ("CR LF in one line", "lease", sealed(lines(lambda p: p.__setitem__(3, p[3][:-1] + b"\r\n"))),
     "RFC 8785"),
    ("a byte order mark", "lease", lambda raw: b"\xef\xbb\xbf" + raw, "byte order mark"),
    ("a byte order mark within", "lease", sealed(lines(lambda p: p.__setitem__(3, b"\xef\xbb\xbf" + p[3]))),
     "byte"),
    ("a key twice", "lease", sealed(sub(rb'"replaces":false', rb'"replaces":true,"replaces":false')),
     "twice"),
    ("keys in another order", "lease", sealed(sub(rb'("data":\{.*?\}),("id":".*?")', rb'\2,\1')), "RFC 8785"),
    ("keys by code point", "signed", unsorted, "RFC 8785"),
    ("1.0", "lease", sealed(sub(rb'"version":4\}', rb'"version":4.0}')), "integer"),
    ("1e0", "lease", sealed(sub(rb'"priority":0', rb'"priority":0e0')), "integer"),
    ("-0", "lease", sealed(sub(rb'"priority":0', rb'"priority":-0')), "-0"),
    ("a number that no reader holds", "lease", sealed(sub(rb'"heardAtVersion":\d+',
     b'"heardAtVersion":9007199254740993')),
     "2^53"),
    ("a number of many digits", "lease", sealed(sub(rb'"priority":0', b'"priority":' + b"9" * 5000)), "2^53"),
    ("NaN", "lease", sealed(sub(rb'"priority":0', rb'"priority":NaN')), "no JSON"),
    ("a space", "lease", sealed(sub(rb'"priority":0', rb'"priority": 0')), "RFC 8785"),
    ("a space at the end", "lease", sealed(lines(lambda p: p.__setitem__(3, p[3][:-1] + b" \n"))),
     "RFC 8785"),
    ("a letter as an escape", "lease", sealed(sub(rb'"swap"', rb'"sw\\u0061p"')), "RFC 8785"),
    ("a slash as an escape", "lease", sealed(sub(rb'"swap"', rb'"sw\\/ap"')), "RFC 8785"),
    ("half of a pair", "lease", sealed(sub(rb'"swap"', rb'"sw\\ud83d"')), "surrogate"),
    ("bytes that are no UTF-8", "lease", sealed(sub(rb'"swap"', b'"sw\xffp"')), "UTF-8"),
    ("half of a pair in UTF-8", "lease", sealed(sub(rb'"swap"', b'"sw\xed\xa0\x80p"')), "UTF-8"),
    ("a list", "lease", sealed(lines(lambda parts: parts.insert(3, b"[]\n"))), "no JSON object"),
    ("no JSON", "lease", sealed(lines(lambda parts: parts.insert(3, b'{"data":\n'))), "no JSON"),
    ("nested deeply", "lease", sealed(lines(lambda p: p.insert(3,
     b'{"a":' * 9000 + b"1" + b"}" * 9000 + b"\n"))),
     "nested"),
    ("a line of more than 32 MiB", "lease", sealed(sub(rb'"swap"', b'"' + b"a" * (32 << 20) + b'"')), "32 MiB"),
    ("a hash in capitals", "lease", sealed(sub(rb'"hash":"([0-9a-f]*)"',
     lambda m: m[0].upper().replace(b"HASH", b"hash"))),
     "64 hexadecimal"),
    ("the footer's count", "lease", sub(rb'"events":\d+', b'"events":45'), "counts"),
    ("the footer's sha256", "lease", sub(rb'"sha256":".', b'"sha256":"f'), "sha256"),
    ("the footer is false", "lease", sub(rb'"footer":true', b'"footer":false'), "the footer"),
    ("a field in the footer", "lease", sub(rb'"footer":true', b'"footer":true,"made":1'), "unknown field"),
    ("a field in the header", "lease", sealed(sub(rb'"export":2', b'"by":1,"export":2')), "unknown field"),
    ("the head of what is sealed", "sealed", sealed(sub(rb'"head":".', rb'"head":"x')), "64 hexadecimal"),
    ("another head of what is sealed", "sealed", sealed(sub(rb'"head":"....', rb'"head":"0000')), "the hash is"),
    ("a beat of a runner that was silent", "silent", sealed(sub(
        rb'"b":\[\]', b'"b":[2,9]')), "are not those that it rests on"),
    ("a record that a silence rests on is missing", "silent", sealed(sub(
        rb'\{"data":\{"b":\[3,10\].*?"version":13\},', b'')), "are not those that it rests on"),
    ("form 1", "lease", sub(rb'"export":2', b'"export":1'), "cannot be used"),
    ("no header", "lease", lines(lambda parts: parts.pop(0)), "cannot be used"),
    ("nothing", "lease", lambda raw: b"", "cannot be used"),
    ("a field beside meta", "lease", sealed(sub(rb'"position":"', b'"more":1,"position":"')),
     "unknown field"),
    ("a position with a nought before it", "lease", sealed(sub(rb'"position":"', b'"position":"0')),
     "decimal digits"),
    ("a letter of the signature", "signed", sub(rb'"signature":"(.*?)\.(.*?)\.A?(.)',
     rb'"signature":"\1.\2.\3A'), "signature"),
    ("the signature has two parts", "signed", sub(rb'"signature":"(.*?)\.', rb'"signature":"'),
     "compact JWS"),
    ("the window of evidence", "signed", sub(rb'"since":null', rb'"since":"2026-01-01T00:00:00.000Z"'),
     "signature is of"),
    ("the instance of evidence", "signed", sub(rb'"instance":"........', rb'"instance":"00000000'),
     "signature is of"),
    ("the head of evidence", "signed", sub(rb'"head":"....', rb'"head":"0000'), "head"),
    ("the key of evidence", "signed", sub(rb'"x":"....', rb'"x":"AAAA'), "footer's key"),
]
