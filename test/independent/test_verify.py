"""python3 test/independent/test_verify.py: real histories are clean, damages and forgeries are found."""
import contextlib
import io
import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import evidence  # noqa: E402
import verify  # noqa: E402
from damages import PLAIN  # noqa: E402
from forge import FILES, HERE, History  # noqa: E402
from forged import ENVELOPE, MEMBERS  # noqa: E402
from forged_rules import ORDERS, TERMS  # noqa: E402
from forged_sealed import SEALED  # noqa: E402

KEYS = str(HERE / "histories/signed.keys.json")
SIGNS = evidence.Ed25519PublicKey is not None


def run(*arguments):
    """Exit code and output of the program."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        code = verify.main(list(arguments))
    return code, output.getvalue()


class Verify(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "file.ndjson"

    def judged(self, raw, *more):
        self.file.write_bytes(raw)
        return run(str(self.file), *more)

    def test_real_histories_are_clean(self):
        for name, path in FILES.items():
            with self.subTest(name):
                code, output = run(str(path), *(["--keys", KEYS] if name == "signed" else []))
                self.assertEqual(code, 0, output)

    def test_a_history_put_together_again_is_clean(self):
        for name in FILES:
            if name != "signed" or SIGNS:
                with self.subTest(name):
                    code, output = self.judged(History(name).written())
                    self.assertEqual(code, 0, output)

    def test_a_history_of_which_somebody_is_forgotten_is_clean(self):
        for name in ("lease", "fenced", "restored"):
            for person in ("operator:ana", "operator:ben"):
                with self.subTest(name, person=person):
                    raw = History(name).forget(person)
                    self.assertNotIn(person.encode() + b'"', raw)
                    code, output = self.judged(raw)
                    self.assertEqual(code, 0, output)

    def _score(self, what, found, missed):
        print(f"\n{what}: {found} of {found + len(missed)} found", file=sys.stderr)
        self.assertEqual(missed, [])

    def _found(self, raw, wanted):
        code, output = self.judged(raw)
        if code == 0 or wanted not in output:
            return f"exit code {code}, without {wanted!r}: {output[:600]}"
        if "cannot be judged" in output:
            return "the verifier did not get through: " + output
        return None

    def test_plain_damages(self):
        found, missed = 0, []
        for name, base, change, wanted in PLAIN:
            fault = self._found(change(FILES[base].read_bytes()), wanted)
            found, missed = found + (fault is None), missed + ([(name, fault)] if fault else [])
        self._score("plain damages", found, missed)

    def test_full_forgeries(self):
        found, missed = 0, []
        for name, base, change, wanted in ENVELOPE + MEMBERS + ORDERS + TERMS + SEALED:
            if base == "signed" and not SIGNS:
                continue
            history = History(base)
            change(history)
            fault = self._found(history.written(), wanted)
            found, missed = found + (fault is None), missed + ([(name, fault)] if fault else [])
        self._score("full forgeries", found, missed)

    def test_exit_codes(self):
        self.assertEqual(run(str(FILES["lease"]))[0], 0)
        self.assertEqual(self.judged(FILES["lease"].read_bytes()[:-1])[0], 1)
        self.assertEqual(self.judged(b"hello\n")[0], 2)
        self.assertEqual(run("/nowhere/at/all")[0], 2)
        self.assertEqual(run(str(FILES["signed"]), "--keys", str(FILES["lease"]))[0], 2)

    def test_fields_of_a_newer_minor_form_are_no_faults(self):
        history = History("lease")
        history.one("RunnerTainted")["meta"]["minor"] = 2
        history.one("RunnerTainted")["data"]["new"] = {"in": "this form"}
        code, output = self.judged(history.written())
        self.assertEqual(code, 0, output)

    @unittest.skipUnless(SIGNS, evidence.UNCHECKED)
    def test_signatures(self):
        code, output = self.judged(History("signed").written(), "--keys", KEYS)
        self.assertEqual(code, 1)
        self.assertIn("you do not trust", output)
        for changed, wanted in (({"head": {"alg": "none"}}, "header"), ({"head": {"typ": "JWT"}}, "header"),
                                ({"head": {"kid": "x"}}, "names the key"),
                                ({"payload": {"events": 1}}, "is of"),
                                ({"payload": {"more": 1}}, "is of")):
            with self.subTest(changed):
                history = History("signed")
                body, footer = history.written().rsplit(b"\n", 2)[:2]
                footer = history.sign(json.loads(footer), **changed)
                code, output = self.judged(body + b"\n" + json.dumps(
                    footer, sort_keys=True, separators=(",", ":")).encode() + b"\n")
                self.assertEqual(code, 1)
                self.assertIn(wanted, output)

    def test_without_the_package_it_says_that_signatures_are_not_checked(self):
        package, evidence.Ed25519PublicKey = evidence.Ed25519PublicKey, None
        try:
            code, output = run(str(FILES["signed"]))
        finally:
            evidence.Ed25519PublicKey = package
        self.assertEqual(code, 0, output)
        self.assertIn("signature not checked", output)


if __name__ == "__main__":
    unittest.main()
