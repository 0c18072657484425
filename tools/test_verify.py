#!/usr/bin/env python3
"""Tests of verify.py: python3 tools/test_verify.py. The logs and bundles are written here, from docs/PROOFS.md."""
import base64, contextlib, hashlib, io, os, random, re, subprocess, sys, tempfile, unittest

TOOLS = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, TOOLS)
sys.dont_write_bytecode = True
import verify

EXAMPLES = os.path.join(TOOLS, "..", "docs", "proofs")
FORMS = {"index": "1", "stream": "lamp-L-9", "version": "7", "event_type": "lamp.sold", "schema": "2", "correlation": "L-9",
         "process": "shop", "causation": "whim", "actor": "counterparty:eve", "trace_parent": "00", "data": "{}",
         "occurred_at": "2026-03-02T01:30:01.000000Z", "recorded_at": "2026-03-02T01:30:01.000000Z",
         "trade_date": "2026-03-03", "before": "11" * 32, "link": "22" * 32, "event_id": "74e825d6-f4e0-88e0-83d5-dc06be0370ff"}

def example(name):
    with open(os.path.join(EXAMPLES, name), "rb") as file:
        return file.read()
def sha256(data):
    return hashlib.sha256(data).hexdigest()
def put(raw):
    raw = raw.encode() if isinstance(raw, str) else raw
    return len(raw).to_bytes(8, "big") + raw
def summed(data):
    """The bundle with its sums and its total made anew, as an insider would; those of its heads, too."""
    out, section, head = [], [], []
    for line in data.decode().split("\n")[:-1]:
        if line.startswith("section "):
            section, head = [], []
        if line.startswith("note sum "):
            line = "note sum " + sha256("".join(note[5:] for note in head).encode())
        if line.startswith("sum "):
            line = "sum " + sha256("".join(section).encode())
        if line.startswith("total "):
            line = "total " + sha256("".join(out).encode())
        for lines in (out, section, head):
            lines.append(line + "\n")
        if line.startswith("section "):
            head = []
    return "".join(out).encode()

class Log:
    """A log as the page has it: of streams a, b and c in turn, `count` events."""
    def __init__(self, count, what="{}", hash_name="sha256", version_at=lambda index: index // 3 + 1):
        self.hash_name, self.events, self.leaves, before = hash_name, [], [], {}
        for index in range(count):
            stream, version = "abc"[index % 3] + "-1", version_at(index)
            event = {"index": index, "stream": stream, "version": version, "event_type": "lit", "schema": 1,
                     "correlation": "T" + stream, "process": "lamp", "causation": "灯", "actor": "engine", "trace_parent": "",
                     "occurred_at": "1969-12-31T23:59:59.999999Z", "recorded_at": "1970-01-01T00:00:00.000007Z",
                     "trade_date": "", "data": what, "before": before.get(stream, bytes(32))}
            link = hashlib.sha256(b"".join(map(put, (
                event["before"], stream, version.to_bytes(8, "big"), "lit", b"\0\1", "T" + stream, "lamp", "灯", "e", "", "",
                b"\xff" * 8, bytes(7) + b"\7", bytes(4), what)))).digest()
            raw = bytearray(link[:16])
            raw[6], raw[8] = raw[6] & 15 | 128, raw[8] & 63 | 128
            event_id = "-".join(raw[a:b].hex() for a, b in ((0, 4), (4, 6), (6, 8), (8, 10), (10, 16)))
            event.update(link=link, event_id=event_id)
            before[stream] = link
            self.events.append(event)
            self.leaves.append(self.hash(b"\0" + put(stream) + version.to_bytes(8, "big") + link))
    def hash(self, data):
        return hashlib.new(self.hash_name, data).digest()
    def root(self, start, end):
        """RFC 9162, 2.1.1."""
        if end - start == 1:
            return self.leaves[start]
        k = 1 << (end - start - 1).bit_length() - 1
        return self.hash(b"\1" + self.root(start, start + k) + self.root(start + k, end))
    def path(self, index, start, end):
        """RFC 9162, 2.1.3.1."""
        if end - start == 1:
            return []
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        if index < middle:
            return self.path(index, start, middle) + [self.root(middle, end)]
        return self.path(index, middle, end) + [self.root(start, middle)]
    def growth(self, first, start, end, whole=True):
        """RFC 9162, 2.1.4.1."""
        if first == end:
            return [] if whole else [self.root(start, end)]
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        if first <= middle:
            return self.growth(first, start, middle, whole) + [self.root(middle, end)]
        return self.growth(first, middle, end, False) + [self.root(start, middle)]
    def text(self, size):
        last = self.events[size - 1]
        lines = ["fundflow/" + self.events[0]["link"].hex()[:16], str(size), base64.b64encode(self.root(0, size)).decode(),
                 "hash " + self.hash_name, "last-event " + last["event_id"], "last-recorded " + last["recorded_at"]]
        text = "".join(line + "\n" for line in lines)
        return text + f"sum {sha256(text.encode())}\n"
    def head(self, size, *signatures):
        return (self.text(size) + "\n" + "".join(signatures)).encode()
    def notes(self, name, head):
        return [f"section {name}"] + [f"note {line}".rstrip(" ") for line in head.decode().split("\n")[:-1]] + ["sum "]
    def bundle(self, stream, size, head=None):
        chosen = [event for event in self.events[:size] if event["stream"] == stream]
        lines = ["section bundle", "format fundflow-bundle/1", "kind events", f"subject transaction T{stream}",
                 f"events {len(chosen)}", "sum "] + self.notes("head", head or self.head(size))
        for event in chosen:
            values = {name: value.hex() if isinstance(value, bytes) else str(value) for name, value in event.items()}
            path = self.path(event["index"], 0, size)
            lines += ["section event"] + [f"{name} {value}".rstrip(" ") for name, value in values.items()]
            lines += [f"path {len(path)}"] + [f"node {node.hex()}" for node in path] + ["sum "]
        return summed(("\n".join(lines) + "\ntotal \n").encode())
    def consistency(self, first, second, head_1=None, head_2=None):
        path = self.growth(first, 0, second)
        lines = ["section bundle", "format fundflow-bundle/1", "kind consistency", "sum "]
        lines += self.notes("from", head_1 or self.head(first)) + self.notes("to", head_2 or self.head(second))
        lines += ["section path", f"path {len(path)}"] + [f"node {node.hex()}" for node in path] + ["sum ", "total "]
        return summed(("\n".join(lines) + "\n").encode())

class Key:
    """A signer of RFC 8032, 5.1.6."""
    def __init__(self, name, seed):
        digest = hashlib.sha512(seed).digest()
        self.scalar = int.from_bytes(digest[:32], "little") & (1 << 254) - 8 | 1 << 254
        self.name, self.prefix, self.public = name, digest[32:], self.packed(self.scalar)
        self.key_id = hashlib.sha256(name.encode() + b"\n\1" + self.public).digest()[:4]
        self.verifier = f"{name}+{self.key_id.hex()}+{base64.b64encode(bytes([1]) + self.public).decode()}"
    def packed(self, scalar):
        x, y = verify.times(scalar, verify.point(b"\x58" + b"\x66" * 31))
        return (y | (x & 1) << 255).to_bytes(32, "little")
    def sign(self, message):
        r = int.from_bytes(hashlib.sha512(self.prefix + message).digest(), "little") % verify.ORDER
        k = int.from_bytes(hashlib.sha512(self.packed(r) + self.public + message).digest(), "little")
        return self.packed(r) + ((r + k * self.scalar) % verify.ORDER).to_bytes(32, "little")
    def line(self, text, signature=None):
        signature = signature or self.sign(text.encode())
        return f"\u2014 {self.name} {base64.b64encode(self.key_id + signature).decode()}\n"

class Verifier(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
        self.addCleanup(self.folder.cleanup)
    def run_on(self, *files, heads=(), keys=()):
        """The exit code, and what was written on the output and on the error output."""
        arguments = ["verify.py"]
        for number, data in enumerate((*heads, *files)):
            path = os.path.join(self.folder.name, str(number))
            with open(path, "wb") as file:
                file.write(data)
            arguments += ["--head", path] if number < len(heads) else [path]
        for key in keys:
            arguments += ["--key", key.verifier]
        out, err, before = io.StringIO(), io.StringIO(), sys.argv
        sys.argv = arguments
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                return verify.main(), out.getvalue(), err.getvalue()
        finally:
            sys.argv = before
    def holds(self, *files, **more):
        code, out, err = self.run_on(*files, **more)
        self.assertEqual((code, err), (0, ""))
        return out
    def refused(self, *files, by="line [0-9]+|section |the file|head|signatures", **more):
        code, _, err = self.run_on(*files, **more)
        self.assertEqual(code, 5, err)
        self.assertRegex(err, f"(?m)^[^:]+: ({by}).*: expected .*, found ")
        return err

    def found_in(self, data):
        """What is found in a damaged file, past the command line: there are many of them."""
        with open(os.path.join(self.folder.name, "damaged"), "wb") as file:
            file.write(data)
        with self.assertRaisesRegex(verify.Refused, "^(line [0-9]+|section |the file|head).*: expected .*, found ") as found:
            verify.look_at(file.name, False, {}, {}, {}, {}, str)
        return str(found.exception)

class Examples(Verifier):
    NAMES = ("example.head", "example-earlier.head", "example-events.bundle", "example-consistency.bundle")
    def test_the_examples_hold(self):
        today, earlier, events, consistency = map(example, self.NAMES)
        self.holds(today, earlier, events, consistency)
        self.holds(events, heads=[today])
        self.holds(consistency, heads=[today])
        self.holds(consistency, heads=[earlier])
        self.refused(events, heads=[earlier], by="section head")
        self.refused(consistency, events, heads=[earlier], by="section event from line 39, index")
    def test_every_flipped_bit_is_found_and_named(self):
        for name in self.NAMES:
            data = example(name)
            for offset in range(len(data)):
                for bit in range(8):
                    self.flipped(name, data, offset, data[offset] ^ 1 << bit)
    def test_every_other_value_of_a_sample_of_bytes_is_found(self):
        chance = random.Random(20260212)
        for name in self.NAMES:
            data = example(name)
            for offset in chance.sample(range(len(data)), 30):
                for value in set(range(256)) - {data[offset]}:
                    self.flipped(name, data, offset, value)
    def flipped(self, name, data, offset, value):
        err = self.found_in(data[:offset] + bytes([value]) + data[offset + 1:])
        line = data.count(b"\n", 0, offset) + 1
        start = data.count(b"\n", 0, data.rfind(b"\nsection", 0, offset) + 1) + 1
        if not data.split(b"\n")[line - 1].startswith((b"events ", b"path ")):  # A count is missed where lines end.
            by_sum = "sum" if name.endswith("head") else f"from line {start},|total"
            self.assertRegex(err, f"line ({line}|{line + 1})[:,]|{by_sum}", f"{name}, byte {offset} as {value}")
    def test_cut_short_anywhere_it_is_refused(self):
        for data in map(example, self.NAMES):
            for length in range(len(data)):
                self.found_in(data[:length])
    def test_a_line_that_is_missing_doubled_or_moved_is_refused(self):
        for data in map(example, self.NAMES):
            lines = data.splitlines(keepends=True)
            for at, line in enumerate(lines):
                self.found_in(b"".join(lines[:at] + lines[at + 1:]))
                self.found_in(b"".join(lines[:at] + [line] + lines[at:]))
                self.found_in(b"".join(lines[:at] + [b"\n"] + lines[at:]))
                if lines[at:at + 2] and line != (lines + [line])[at + 1]:
                    self.found_in(b"".join(lines[:at] + [lines[at + 1], line] + lines[at + 2:]))
            self.found_in(data + data)
            self.found_in(data.replace(b"\n", b"\r\n"))

class Insiders(Verifier):
    def test_a_forged_field_under_new_sums_is_refused_by_what_it_is_bound_to(self):
        data = example("example-events.bundle")
        self.assertEqual(summed(data), data)
        for field, value in FORMS.items():
            forged = summed(re.sub(rf"(?m)^{field}( .*)?$", f"{field} {value}", data.decode(), count=1).encode())
            self.assertNotEqual(forged, data)
            bound_to = {"index": "path", "version": "version", "event_id": "event_id"}.get(field, "link")
            self.refused(forged, by=f"section event from line 17, {bound_to}")
        self.refused(summed(re.sub(b"node 1e", b"node 1f", data)), by="section event from line 17, path")
        self.refused(summed(re.sub(b"transaction L-1", b"transaction L-2", data)), by="section event from line 17, correlation")
        self.refused(summed(re.sub(b"last-event c7", b"last-event c8", data)), by="section head, last-event")
        self.refused(summed(re.sub(b"00001Z\nnote sum", b"00002Z\nnote sum", data)), by="section head, last-recorded")
        self.refused(summed(re.sub(b"fundflow/74", b"fundflow/75", data)), by="section head, origin")
        self.refused(summed(re.sub(b"note 3", b"note 2", data)), by="section event from line 17, path")
    def test_what_is_forged_in_all_its_parts_needs_a_head_that_was_kept(self):
        real, forged = Log(7), Log(7, what='{"reason":"another"}')
        self.holds(real.bundle("a-1", 7), heads=[real.head(7)])
        self.holds(forged.bundle("a-1", 7))
        self.refused(forged.bundle("a-1", 7), heads=[real.head(7)], by="section head, head")
        self.refused(forged.consistency(3, 7), heads=[real.head(3)], by="section from, head")
        mixed = real.consistency(3, 7).decode().replace(real.text(7)[:-1].replace("\n", "\nnote "), forged.text(7)[:-1].replace("\n", "\nnote "))
        self.refused(summed(mixed.encode()), heads=[real.head(3)], by="section to, origin")
    def test_paths_of_all_small_logs_hold_and_no_other_index_does(self):
        for size in range(1, 10):
            log = Log(size)
            for stream in sorted({event["stream"] for event in log.events}):
                self.holds(log.bundle(stream, size), heads=[log.head(size)])
            for first in range(1, size + 1):
                self.holds(log.consistency(first, size), heads=[log.head(first)])
            bundle = log.bundle("a-1", size).decode()
            for index in set(range(1, size)):
                self.refused(summed(bundle.replace("\nindex 0\n", f"\nindex {index}\n", 1).encode()))
    def test_a_path_that_holds_for_another_size_is_caught_by_the_head_that_was_kept(self):
        log, elsewhere = Log(9), 0
        for size in range(2, 10):
            data = log.bundle("b-1", size).decode()
            for other in set(range(1, 12)) - {size}:
                forged = summed(data.replace(f"note {size}\n", f"note {other}\n", 1).encode())
                elsewhere += self.run_on(forged)[0] == 0
                self.refused(forged, heads=[log.head(size)])
        self.assertGreater(elsewhere, 0, "a size is bound by the text of a head alone")
    def test_consistency_is_refused_for_other_sizes_paths_and_heads(self):
        log = Log(9)
        data = log.consistency(3, 7).decode()
        self.refused(summed(re.sub("node .", "node x", data, count=1).encode()), by="line [0-9]+, node")
        first_node = re.search("node (.)", data)[1]
        other = "0" if first_node != "0" else "1"
        self.refused(summed(re.sub("node .", "node " + other, data, count=1).encode()), by="section path")
        self.refused(summed(re.sub("path [0-9]+\nnode .*\n", "path 3\n", data).encode()), by="section path")
        for first, second in ((4, 7), (3, 8)):
            changed = data.replace("note 3\n", f"note {first}\n", 1).replace("note 7\n", f"note {second}\n", 1)
            self.refused(summed(changed.encode()), heads=[log.head(3), log.head(7)])
        swapped = data.replace("section from", "section x").replace("section to", "section from").replace("section x", "section to")
        start, middle, end = (swapped.index(f"section {name}") for name in ("to", "from", "path"))
        self.refused(summed((swapped[:start] + swapped[middle:end] + swapped[start:middle] + swapped[end:]).encode()), by="section to, size")
        same = log.consistency(5, 5).decode()
        at = same.rindex("000007Z")
        self.refused(summed((same[:at] + "000008Z" + same[at + 7:]).encode()), by="section to, head")
    def test_two_events_at_one_place_of_a_stream_are_refused(self):
        data = Log(7).bundle("a-1", 7).decode()
        events = re.findall("(?s)section event.*?\nsum .*?\n", data)
        self.refused(summed(data.replace(events[1], events[0]).encode()), by="section event .*, index")
        doubled = re.sub("index 3", "index 4", events[1])
        self.refused(summed(data.replace(events[2], doubled).encode()), by="section event .*, (version|path)")

    def test_a_version_fits_its_index_and_rises_in_its_stream(self):
        for version_at in (lambda index: index // 3 + 6, lambda index: 1, lambda index: 2 - index // 3):
            log = Log(5, version_at=version_at)
            self.refused(log.bundle("a-1", 5), heads=[log.head(5)], by="section event from line [0-9]+, version")
    def test_what_no_event_of_a_bundle_binds_is_found_by_a_kept_head_alone(self):
        log, other = Log(7), Log(7)
        other.events[6].update(recorded_at="1970-01-01T00:00:00.000008Z", event_id="00000000-5a0a-8700-b0b1-62156931c20a")
        unbound = log.bundle("b-1", 7, other.head(7))
        self.holds(unbound)
        self.refused(unbound, heads=[log.head(7)], by="section head, head")
        self.refused(log.bundle("a-1", 7, other.head(7)), by="section head, last-event")
        forged = [re.sub(b"fundflow/.{16}", b"fundflow/" + b"0" * 16, head) for head in (log.head(3), other.head(7))]
        self.holds(summed(log.consistency(3, 7, *forged)))
    def test_a_bundle_of_consistency_leads_to_a_kept_head(self):
        log = Log(9)
        longer, bundle = log.consistency(3, 7), log.bundle("b-1", 7)
        self.refused(longer, bundle, heads=[log.head(3)], by="section event from line [0-9]+, index")
        self.holds(longer, log.consistency(5, 7), bundle, heads=[log.head(3), log.head(5)])
        self.holds(longer, heads=[log.head(3), log.head(7)])
        self.refused(longer, heads=[log.head(3), log.head(5)], by="the file")
        self.refused(longer, log.head(5), heads=[log.head(7)], by="head")
    def test_two_heads_of_one_size_are_a_finding_of_its_own(self):
        log, other = Log(7), Log(7)
        other.events[6]["recorded_at"] = "1970-01-01T00:00:00.000008Z"
        for files, heads in (([log.head(7)], [log.head(7), other.head(7)]), ([log.bundle("b-1", 7)], [other.head(7)]),
                             ([log.consistency(7, 7, log.head(7), other.head(7))], []), ([log.head(7), other.head(7)], [])):
            err = self.refused(*files, heads=heads, by="head|section (to|head), head")
            self.assertIn("two heads of one size: somebody was shown another log", err)
        if "sm3" in hashlib.algorithms_available:
            self.holds(log.head(7), Log(7, hash_name="sm3").head(7))
    def test_forms_have_their_bounds(self):
        data = example("example-events.bundle")
        for before, after, line in ((b"subject transaction L-1", b"subject transaction L 1", "4, subject"),
                                    (b"subject transaction L-1", b"subject transaction", "4, subject"),
                                    (b"stream lamp-L-1", b"stream lamp-", "19, stream"), (b"stream lamp-L-1", b"stream -L-1", "19, stream"),
                                    (b"section head\n", b"section head\n" + b"note\n" * 24, "32")):
            self.refused(data.replace(before, after, 1), by=f"line {line}")
        long = self.run_on(Log(3).bundle("a-1", 3, Log(3).head(3, "\u2014 sm2.example " + "AAAA" * 5000 + "\n")))[2]
        self.assertRegex(long, "section head, head: expected at most 16384 bytes")
        for what in ("", "no JSON"):
            self.holds(Log(3, what).bundle("a-1", 3), heads=[Log(3, what).head(3)])
        for field in ("event_type", "process", "causation", "trace_parent", "data"):
            self.assertEqual(verify.read_as(verify.EVENT_LINES[field], "", ""), "")

class Signatures(Verifier):
    LOG, HOUSE, AUDITOR = Log(3), Key("house.example/log", b"h" * 32), Key("auditor", b"a" * 32)
    def test_the_vectors_of_rfc_8032_hold(self):
        for seed, public, message, signature in (
                ("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                 "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
                 "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
                ("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                 "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
                 "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
                ("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                 "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
                 "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")):
            key, message, signature = Key("rfc", bytes.fromhex(seed)), bytes.fromhex(message), bytes.fromhex(signature)
            self.assertEqual((key.public.hex(), key.sign(message)), (public, signature))
            self.assertTrue(verify.has_signed(key.public, message, signature))
            self.assertFalse(verify.has_signed(key.public, message + b"x", signature))
            s = int.from_bytes(signature[32:], "little") + verify.ORDER
            self.assertFalse(verify.has_signed(key.public, message, signature[:32] + s.to_bytes(32, "little")), "S + L")
    def test_a_point_has_one_form(self):
        p = verify.P
        for y, sign in ((p, 0), (p + 1, 0), (1, 1), (p - 1, 1), (2, 0)):
            self.assertIsNone(verify.point((y | sign << 255).to_bytes(32, "little")), (y, sign))
        for bad in ("a+00000000+AA==", "x", "a+" + self.AUDITOR.verifier[7:], self.AUDITOR.verifier[:-1], ""):
            with self.assertRaises((ValueError, TypeError)):
                verify.verifier_key(bad)
        small = bytes([1]) + (1).to_bytes(32, "little")
        key_id = hashlib.sha256(b"a\n" + small).hexdigest()[:8]
        with self.assertRaises(ValueError):
            verify.verifier_key(f"a+{key_id}+{base64.b64encode(small).decode()}")
    def test_signed_heads_hold_under_their_keys_alone(self):
        text = self.LOG.text(3)
        signed = self.LOG.head(3, self.HOUSE.line(text))
        counter = self.LOG.head(3, self.AUDITOR.line(text))
        self.assertIn("holds", self.holds(signed, keys=[self.HOUSE]))
        self.assertIn("not checked", self.holds(signed))
        self.refused(self.LOG.head(3), keys=[self.HOUSE], by="signatures")
        self.refused(signed, keys=[self.AUDITOR], by="signatures")
        self.refused(signed, keys=[self.HOUSE, self.AUDITOR], by="signatures")
        self.holds(signed, heads=[counter], keys=[self.HOUSE, self.AUDITOR])
        self.holds(self.LOG.bundle("a-1", 3), heads=[signed, counter], keys=[self.HOUSE, self.AUDITOR])
        self.holds(self.LOG.bundle("a-1", 3, signed), keys=[self.HOUSE])
        other = Log(4)
        self.refused(signed, heads=[signed, other.head(4, self.AUDITOR.line(other.text(4)))], by="the file")
        wrong = self.LOG.head(3, self.HOUSE.line(text, self.AUDITOR.sign(text.encode())))
        self.refused(wrong, keys=[self.HOUSE], by="line 9, signature of house.example/log")
        self.refused(self.LOG.head(3, self.HOUSE.line(text, b"short")), keys=[self.HOUSE], by="line 9, signature")
        self.refused(self.LOG.head(3, *[self.HOUSE.line(text)] * 2), by="line 10, signature")
        many = [self.HOUSE.line(text)] + [Key(f"k{n}", bytes([n]) * 32).line(text, b"x") for n in range(16)]
        self.holds(self.LOG.head(3, *many[:16]), keys=[self.HOUSE])
        self.refused(self.LOG.head(3, *many), by="line 25, signature")
        self.holds(self.LOG.head(3, "\u2014 sm2.example AQIDBAU=\n"))
        self.refused(self.LOG.head(3, "\u2014 sm2.example AQIDBA==\n"), by="line 9, signature")
    def test_a_damaged_signed_head_is_refused_where_its_key_is_given(self):
        signed = self.LOG.head(3, self.HOUSE.line(self.LOG.text(3)))
        for offset in range(0, len(signed), 3):
            self.refused(signed[:offset] + bytes([signed[offset] ^ 1]) + signed[offset + 1:], keys=[self.HOUSE])
            self.refused(signed[:offset], keys=[self.HOUSE])
        at = signed.index(b"house.example/log ") + 40
        flipped = signed[:at] + (b"B" if signed[at:at + 1] == b"A" else b"A") + signed[at + 1:]
        self.assertIn("not checked", self.holds(flipped))
        self.holds(signed[:signed.index(b"\n\n") + 2])
        bundle = self.LOG.bundle("a-1", 3, signed)
        at = bundle.index(b"house.example/log ") + 40
        self.refused(bundle[:at] + bytes([bundle[at] ^ 1]) + bundle[at + 1:], by="section head from line 7")
    def test_of_two_heads_the_later_one_is_signed_and_a_kept_one_may_carry_the_signature(self):
        log, text = Log(7), Log(7).text(7)
        signed, counter = log.head(7, self.HOUSE.line(text)), log.head(7, self.AUDITOR.line(text))
        wrong = log.head(3, self.HOUSE.line(log.text(3), self.HOUSE.sign(b"another")))
        for later in (log.consistency(3, 7, None, signed), log.consistency(7, 7, signed, log.head(7))):
            self.holds(later, keys=[self.HOUSE])
        for earlier, by in ((log.head(3, self.HOUSE.line(log.text(3))), "section to, signatures"), (wrong, "section from, line [0-9]+")):
            self.refused(log.consistency(3, 7, earlier), keys=[self.HOUSE], by=by)
        self.holds(log.consistency(3, 7), heads=[signed, counter], keys=[self.HOUSE, self.AUDITOR])
        self.holds(signed, heads=[signed], keys=[self.HOUSE])
        self.refused(log.head(3, self.HOUSE.line(log.text(3))), heads=[wrong], keys=[self.HOUSE], by="line 9")
    def test_of_ed25519_each_point_has_one_form_and_none_is_of_small_order(self):
        small, message = (1).to_bytes(32, "little"), self.LOG.text(3).encode()
        k = int.from_bytes(hashlib.sha512(small + self.HOUSE.public + message).digest(), "little")
        weak = small + (k * self.HOUSE.scalar % verify.ORDER).to_bytes(32, "little")
        self.assertFalse(verify.has_signed(self.HOUSE.public, message, weak))
        self.assertIsNotNone(verify.point((3).to_bytes(32, "little")))
        for y, is_key in ((3, True), (verify.P + 3, False)):
            raw = b"\1" + y.to_bytes(32, "little")
            text = f"a+{hashlib.sha256(b'a' + bytes([10]) + raw).hexdigest()[:8]}+{base64.b64encode(raw).decode()}"
            with contextlib.nullcontext() if is_key else self.assertRaises(ValueError):
                verify.verifier_key(text)

class Manners(Verifier):
    def test_texts_have_one_form(self):
        for good, text in (("100%25 %e2%80%a8灯 ", "100% \u2028灯 "), ("", ""), ("%0d", "\r")):
            self.assertEqual(verify.untext(good), text)
        for bad in ("%", "%4", "%41", "%2", "%E2%80%A8", "\u2028", "\r", "%80", "%ed%a0%80", "\ufeff", "%c3%a9", "\x7f"):
            with self.assertRaises(ValueError, msg=repr(bad)):
                verify.untext(bad)
    def test_numbers_and_instants_have_one_form(self):
        for form, bad in ((verify.COUNT, "0 01 +1 1_0 9223372036854775808 ١ 1.0 -1"), (verify.INSTANT,
                          "2026-02-29T00:00:00.000000Z 2026-02-28T24:00:00.000000Z 2026-02-28T23:59:60.000000Z "
                          "0000-01-01T00:00:00.000000Z 2026-2-12T00:00:00.000000Z 2026-02-12T00:00:00.00000Z"),
                          (verify.DATE, "2026-02-29 2026-2-9 0000-01-01 20260212"), (verify.ACTOR, "engine: root:x x")):
            for value in bad.split(" "):
                with self.assertRaises(verify.Refused, msg=value):
                    verify.read_as(form, value, "line 1")
        self.assertEqual(verify.read_as(verify.DATE, "2026-03-02", ""), 739677)
    def test_sm3_holds_where_this_python_has_it(self):
        log = Log(5)
        log.hash_name = "sm3"
        if "sm3" in hashlib.algorithms_available:
            log = Log(5, hash_name="sm3")
            self.holds(log.bundle("a-1", 5), log.consistency(2, 5), heads=[log.head(5)])
        known, verify.hashlib.new = hashlib.new, lambda name, data: known("no such hash", data)
        try:
            code, _, err = self.run_on(example("example-events.bundle"))
        finally:
            verify.hashlib.new = known
        self.assertEqual(code, 1)
        self.assertIn("cannot calculate", err)
    def test_whatever_is_read_gets_a_sentence(self):
        chance, path = random.Random(7), os.path.join(self.folder.name, "any")
        script = [sys.executable, os.path.join(TOOLS, "verify.py")]
        files = [b"", b"\n", b"\0" * 99, b"section", b"section bundle\n" * 9, b"\n" * 70000, bytes(chance.choices(range(256), k=5000)),
                 b"section bundle\nformat fundflow-bundle/1\nkind " + b"x" * 2**20 + b"\n", "\u2014 é\ud7ff\n".encode(), b"\x80\n"]
        for data in files:
            self.refused(data)
        with open(path, "wb") as file:
            file.write(files[6])
        for arguments, code in (([path], 5), ([path + ".none"], 1), ([self.folder.name], 1), ([], 2), (["--key", "k", path], 2),
                                (["--what", path], 2), ([os.path.join(EXAMPLES, "example.head")], 0)):
            ran = subprocess.run(script + arguments, capture_output=True, check=False)
            self.assertEqual(ran.returncode, code, ran.stderr)
            self.assertNotIn(b"Traceback", ran.stderr)
            self.assertTrue(ran.stderr or code == 0)
    def test_what_is_too_large_is_refused(self):
        self.refused(example("example.head") + b"x" * 16384 + b"\n", by="head")
        path = os.path.join(self.folder.name, "large")
        with open(path, "wb") as file:
            file.truncate(verify.BUNDLE_BYTES + 1)
        with self.assertRaisesRegex(verify.Refused, "the file: expected at most 67108864 bytes"):
            verify.load(path, False)

if __name__ == "__main__":
    unittest.main()
