#!/usr/bin/env python3
"""An independent verifier of Conclave's exports and evidence, written from docs/formats.md alone.

usage: python3 verify.py FILE [--keys JWKS]
Prints a line for each violation. Exit code 0: none found, 1: violations, 2: the file cannot be used.
"""
import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import evidence  # noqa: E402
from files import Reader  # noqa: E402
from lines import Unusable  # noqa: E402


def trusted_keys(path):
    """x by x of the keys of a JWK set: what a key is, whatever it is called."""
    try:
        keys = json.loads(Path(path).read_text("utf-8"))["keys"]
        return {key["x"] for key in keys if key["kty"] == "OKP" and key["crv"] == "Ed25519"}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unusable(f"{path} is no JWK set that can be read: {error}") from None


def verify(path, keys=None):
    """All violations of a file as (line, place or None, text), and the reader that met them."""
    found = []
    reader = Reader(lambda line, place, text: found.append((line, place, text)), keys)
    with open(path, "rb") as file:
        reader.read(file)
    return found, reader


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file")
    parser.add_argument("--keys", metavar="JWKS", help="public keys that you trust, for evidence")
    options = parser.parse_args(arguments)
    count = 0

    def report(line, place, text):
        nonlocal count
        count += 1
        print(f"line {line}: " + (f"{place}: " if place else "") + text)
    try:
        reader = Reader(report, trusted_keys(options.keys) if options.keys else None)
        with open(options.file, "rb") as file:
            reader.read(file)
    except (Unusable, OSError) as error:
        print(f"{options.file} cannot be used: {error}")
        return 2
    for note in reader.notes():
        print(note)
    print(f"{reader.events} events of {len(reader.groups)} groups: "
          + (f"{count} violations" if count else "nothing is wrong"))
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
