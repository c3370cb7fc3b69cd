"""Lines of a file, none of which may be too long to be kept."""


class Unusable(Exception):
    """The file cannot be judged at all."""


LONGEST = 32 * 1024 * 1024


def take(file, seal):
    """The next line, and whether it is too long: then it is only hashed."""
    raw = file.readline(LONGEST + 1)
    if raw.endswith(b"\n") or len(raw) <= LONGEST:
        return raw, False
    while raw and not raw.endswith(b"\n"):  # go on to its end without keeping it
        seal.update(raw)
        raw = file.readline(LONGEST)
    return raw, True
