#!/usr/bin/env python3
"""Verifies heads and bundles, from docs/PROOFS.md alone: it shares nothing with the program that writes them.

    verify.py [--head FILE]... [--key VERIFIERKEY]... FILE...

FILE is a head or a bundle. `--head` is a head that you kept, or a counter-signature of one: each FILE must have one of
them, or be led to it by a bundle of consistency named before; none may be left over. Each `--key` signed the (later) head.
Exit code: 0 all holds, 5 something does not, 2 typed wrongly, 1 not to be read or checked here, 130 interrupted.
"""
import argparse, base64, collections, contextlib, datetime as dt, hashlib, os, re, stat, sys
HEAD_BYTES, BUNDLE_BYTES, LINE_BYTES, EVENTS, SIGNATURES = 16_384, 67_108_864, 1_048_576, 10_000, 16
NAME, WORD, ID = "[A-Za-z0-9][A-Za-z0-9._/-]{0,63}", "[A-Za-z0-9._-]{1,64}", "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"

class Refused(Exception):
    """What was looked at does not hold."""
def expect(holds, place, wanted, found):
    if not holds:
        raise Refused(f"{place}: expected {shown(wanted)}, found {shown(found)}")
def shown(value):
    text = value.hex() if isinstance(value, bytes) else str(value)
    return "".join(c if c.isprintable() else "\\u{%x}" % ord(c) for c in text[:160]) + "..." * (len(text) > 160)

# Forms: in words, as a pattern, and how a value that fits it is read; with a ValueError it does not fit.
def read_as(form, value, place):
    wanted, pattern, convert = form
    with contextlib.suppress(ValueError):
        if re.fullmatch(pattern, value):
            return convert(value)
    raise Refused(f"{place}: expected {wanted}, found `{shown(value)}`")
def decimal(least, most):
    return f"decimal, {least} to {most}", "0|[1-9][0-9]{0,18}", lambda value: range(least, most + 1).index(int(value)) + least
def instant(value):
    return (dt.datetime(*map(int, re.findall("[0-9]+", value))) - dt.datetime(1970, 1, 1)) // dt.timedelta(microseconds=1)
def unbase64(value):
    raw = base64.b64decode(value, validate=True)
    if base64.b64encode(raw).decode() != value:
        raise ValueError
    return raw
def untext(value):
    text = re.sub(rb"%([0-9a-f]{2})", lambda m: bytes([int(m[1], 16)]), value.encode()).decode()
    escaped = "[%\0-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
    if re.sub(escaped, lambda m: "".join("%%%02x" % byte for byte in m[0].encode()), text) != value:
        raise ValueError
    return text
def parted(mark, second):
    return lambda value: (value.partition(mark)[0], second(value.partition(mark)[2]))
TEXT, COUNT, HEX32 = ("a text in its one form", ".*", untext), decimal(1, 2**63 - 1), ("hex32", "[0-9a-f]{64}", bytes.fromhex)
TIME = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}Z"
INSTANT, DATE = ("an instant", TIME, instant), ("a date or nothing", "([0-9]{4}-[0-9]{2}-[0-9]{2})?",
                 lambda value: dt.date(*map(int, value.split("-"))).toordinal() if value else 0)
ACTOR = ("engine, or investor:, counterparty: or operator: with WHO",
         "engine|(investor|counterparty|operator):.*", parted(":", untext))
SIGNATURE = ("an em dash, a name, and base64 of 5 bytes or more", f"\u2014 {NAME} (?!.{{6}}==$)[^ ]{{8,}}",
             lambda value: parted(" ", unbase64)(value[2:]))
BUNDLE_LINES = {"format": ("fundflow-bundle/1",) * 2 + (str,), "kind": ("events or consistency", "events|consistency", str),
                "subject": ("`transaction ID` or `event EVENT-ID`", f"transaction {WORD}|event {ID}", parted(" ", str)),
                "events": decimal(1, EVENTS)}
EVENT_LINES = {
    "index": decimal(0, 2**63 - 1), "stream": ("category-ID", "(?=.{3,120}$)[A-Za-z0-9._]+-[A-Za-z0-9._-]+", str),
    "version": COUNT, "event_type": TEXT, "schema": decimal(0, 65535), "correlation": ("an ID", WORD, str),
    "process": TEXT, "causation": TEXT, "actor": ACTOR, "trace_parent": TEXT, "occurred_at": INSTANT, "recorded_at": INSTANT,
    "trade_date": DATE, "data": TEXT, "before": HEX32, "link": HEX32, "event_id": ("an event ID", ID, str), "path": decimal(0, 64)}
HEAD_LINES = {
    "origin": ("fundflow/ and 16 digits of 0-9a-f", "fundflow/[0-9a-f]{16}", str), "size": COUNT,
    "root": ("base64 of 32 bytes", ".{43}=", unbase64), "hash": ("sha256 or sm3", "hash (sha256|sm3)", parted(" ", str)),
    "last-event": ("last-event and an event ID", f"last-event {ID}", parted(" ", str)),
    "last-recorded": ("last-recorded and an instant", f"last-recorded {TIME}", parted(" ", instant)),
    "sum": ("sum and hex32", "sum [0-9a-f]{64}", parted(" ", str))}

# Ed25519, RFC 8032, 5.1. A point is (x, y).
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
def add(p, q):
    k = D * p[0] * q[0] * p[1] * q[1]
    x, y = p[0] * q[1] + q[0] * p[1], p[1] * q[1] + p[0] * q[0]
    return x * pow(1 + k, -1, P) % P, y * pow(1 - k, -1, P) % P
def times(n, p):
    q = (0, 1)
    while n:
        q, p, n = add(q, p) if n & 1 else q, add(p, p), n >> 1
    return q
def point(raw):
    """The point that the bytes are, or None: y is below P, and none is of small order, where nobody need have signed."""
    y, sign = int.from_bytes(raw, "little") & (2**255 - 1), raw[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    x = x if x & 1 == sign else P - x
    return (x, y) if x * x % P == square and y < P and times(8, (x, y)) != (0, 1) else None
def has_signed(public, message, signature):
    if len(signature) != 64 or not point(signature[:32]):
        return False
    s, base = int.from_bytes(signature[32:], "little"), point(b"\x58" + b"\x66" * 31)
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    return s < ORDER and times(s, base) == add(point(signature[:32]), times(k, point(public)))
def verifier_key(value):
    match = re.fullmatch(f"({NAME})[+]([0-9a-f]{{8}})[+]([A-Za-z0-9+/]{{44}})", value)
    raw = unbase64(match[3])
    key_id = hashlib.sha256(match[1].encode() + b"\n" + raw).hexdigest()[:8]
    if raw[0] != 1 or match[2] != key_id or not point(raw[1:]):
        raise ValueError
    return (match[1], key_id), raw[1:]

# The tree.
def hashed(name, *parts):
    with contextlib.suppress(ValueError):
        return hashlib.new(name, b"".join(parts)).digest()
    raise OSError(f"this Python cannot calculate {name}, which all further checks need")
def climb(name, fn, sn, start, path):
    """Both walks of the page are one: from a leaf the second hash is the root, for consistency they are both roots."""
    fr = sr = start
    for p in path:
        if sn == 0:
            return None, None
        if fn & 1 or fn == sn:
            fr, sr = hashed(name, b"\1", p, fr), hashed(name, b"\1", p, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = hashed(name, b"\1", sr, p)
        fn, sn = fn >> 1, sn >> 1
    return (fr, sr) if sn == 0 else (None, None)
def extends(first, second, path):
    if first.size == second.size or not path:
        return first.text == second.text and not path
    path = path if first.size & (first.size - 1) else [first.root] + path
    fn, sn = first.size - 1, second.size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    return climb(first.hash[1], fn, sn, path[0], path[1:]) == (first.root, second.root)

# Heads and bundles.
Head = collections.namedtuple("Head", "text origin size root hash last_event last_recorded signatures place")
def read_head(data, place="", line_1=1):
    expect(len(data) <= HEAD_BYTES, f"{place}head", f"at most {HEAD_BYTES} bytes", "more")
    lines, signatures = data.decode().split("\n")[:-1], {}
    where = [f"{place}line {line_1 + at}" for at in range(len(lines) + 8)]
    values = [read_as(form, line, f"{at}, {field}")
              for (field, form), line, at in zip(HEAD_LINES.items(), lines + [""] * 7, where)]
    expect(lines[7:8] == [""], where[7], "the empty line", "another" if lines[7:] else "the end")
    for line, at in zip(lines[8:], where[8:]):
        name, raw = read_as(SIGNATURE, line, f"{at}, signature")
        key = name, raw[:4].hex()
        once = key not in signatures and len(signatures) < SIGNATURES
        expect(once, f"{at}, signature", f"each key once, and at most {SIGNATURES}", f"one more of {name}")
        signatures[key] = raw[4:], f"{at}, signature of {name} {key[1]}"
    text = "".join(line + "\n" for line in lines[:7]).encode()
    real = hashlib.sha256(text[:-69]).hexdigest()
    expect(values[6][1] == real, f"{where[6]}, sum", f"{real} of lines 1 to 6", values[6][1])
    return Head(text, *values[:6], signatures, place)
class Bundle:
    def __init__(self, data):
        self.data, self.position, self.line, self.sums = data, 0, 0, []
        self.first = self.section("bundle", BUNDLE_LINES)
        heads = [self.section(name, {}) for name in (["head"] if "events" in self.first else ["from", "to"])]
        self.events = [self.section("event", EVENT_LINES) for _ in range(self.first.get("events", 0))]
        self.path = None if self.events else self.section("path", {"path": decimal(0, 128)})["nodes"]
        self.sum("the file", 0, "total")
        expect(self.position == len(data), f"line {self.line + 1}", "the end of the file", "more")
        for place, real, stated in self.sums:
            expect(stated == real, place, real, stated)
        self.heads = [read_head(*section["head"]) for section in heads]
    def take(self, name, form):
        end, self.line = self.data.find(b"\n", self.position, self.position + LINE_BYTES) + 1, self.line + 1
        expect(end > 0, f"line {self.line}", f"`{name}` in at most {LINE_BYTES} bytes", "more, or the end of the file")
        line, self.position = self.data[self.position:end - 1].decode(), end
        word, space, value = line.partition(" ")
        expect(word == name and bool(value) == bool(space), f"line {self.line}", f"`{name}` and its value", f"`{line}`")
        return read_as(form, value, f"line {self.line}, {name}")
    def sum(self, place, start, name):
        real = hashlib.sha256(memoryview(self.data)[start:self.position]).digest()
        self.sums.append((f"{place}, line {self.line + 1}, {name}", real, self.take(name, HEX32)))
    def section(self, name, forms):
        start, notes, values = self.position, [], {"place": f"section {name} from line {self.line + 1}"}
        self.take("section", (f"`{name}`", name, str))
        for field, form in forms.items():
            if field not in ("subject", "events") or values["kind"] == "events":
                values[field] = self.take(field, form)
        values["nodes"] = [self.take("node", HEX32) for _ in range(values.get("path", 0))]
        while not forms and self.data.startswith(b"note", self.position) and len(notes) < 8 + SIGNATURES:
            notes.append(self.take("note", ("", ".*", str)) + "\n")
        values["head"] = "".join(notes).encode(), f"section {name}, ", self.line + 1 - len(notes)
        self.sum(values["place"], start, "sum")
        return values
    def check(self, say):
        latest, index = {}, -1
        for event in self.events:
            for field, holds, wanted, found in self.checks(event, index, latest):
                expect(holds, f"{event['place'] if field in event else 'section head'}, {field}", wanted, found)
            index, latest[event["stream"]] = event["index"], event
            say(f"event {index}, {shown(event['stream'])} version {event['version']}, {event['event_id']}: holds")
        if self.events:
            return say(f"all {len(self.events)} are of the subject, {shown(' '.join(self.first['subject']))}")
        first, second = self.heads
        expect(first.origin == second.origin, "section to, origin", first.origin, second.origin)
        expect(first.hash == second.hash, "section to, hash", first.hash[1], second.hash[1])
        expect(first.size <= second.size, "section to, size", f"{first.size} or more", second.size)
        expect(extends(first, second, self.path), "section path", "one to both roots", f"{len(self.path)} hashes that are not")
        say(f"the log of {second.size} events begins with that of {first.size}: holds")
    def checks(self, event, index_before, latest):
        head, index, stream, version = self.heads[0], event["index"], event["stream"], event["version"]
        yield "index", index_before < index < head.size, f"{index_before + 1} to {head.size - 1}, below the size", index
        before, link = latest.get(stream, {"version": 0, "link": bytes(32)}), link_of(event)
        yield "version", before["version"] < version <= index + 1, f"{before['version'] + 1} to {index + 1}", version
        digits, variant = link.hex(), "89ab"[link[8] >> 4 & 3]
        yield "link", event["link"] == link, f"{digits} for these fields", event["link"]
        event_id = f"{digits[:8]}-{digits[8:12]}-8{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"
        yield "event_id", event["event_id"] == event_id, f"{event_id} for this link", event["event_id"]
        yield "before", (event["before"] == bytes(32)) == (version == 1), "zeros at version 1 alone", event["before"]
        earlier = before["link"] if before["version"] == version - 1 else event["before"]
        yield "before", event["before"] == earlier, f"{earlier.hex()}, the link of version {version - 1}", event["before"]
        leaf = hashed(head.hash[1], b"\0", put(stream), number(8, version), link)
        root = climb(head.hash[1], index, head.size - 1, leaf, event["nodes"])[1]
        yield "path", root == head.root, f"one to the root {head.root.hex()}", root or "one of another length"
        yield "origin", index > 0 or head.origin[9:] == digits[:16], f"{digits[:16]} by event 0", head.origin
        if index == head.size - 1:
            yield "last-event", head.last_event[1] == event_id, f"{event_id} by its event", head.last_event[1]
            yield "last-recorded", head.last_recorded[1] == event["recorded_at"], "the instant of its event", "another"
        field = "event_id" if self.first["subject"][0] == "event" else "correlation"
        yield field, event[field] == self.first["subject"][1], f"{self.first['subject'][1]}, the subject", event[field]
def number(width, value):
    return value.to_bytes(width, "big", signed=value < 0)
def put(field):
    raw = field.encode() if isinstance(field, str) else field
    return number(8, len(raw)) + raw
def link_of(e):
    fields = [e["before"], e["stream"], number(8, e["version"]), e["event_type"], number(2, e["schema"]), e["correlation"],
              e["process"], e["causation"], e["actor"][0][0], e["actor"][1], e["trace_parent"], number(8, e["occurred_at"]),
              number(8, e["recorded_at"]), number(4, e["trade_date"]), e["data"]]
    return hashlib.sha256(b"".join(map(put, fields))).digest()

# Files.
def load(file, is_kept):
    if not stat.S_ISREG(os.stat(file).st_mode):
        raise OSError("it is not a regular file")
    with open(file, "rb") as opened:
        data = opened.read(BUNDLE_BYTES + 1)
    expect(len(data) <= BUNDLE_BYTES, "the file", f"at most {BUNDLE_BYTES} bytes", "more")
    try:
        data.decode()
    except UnicodeDecodeError as why:
        expect(False, f"line {data.count(10, 0, why.start) + 1}", "UTF-8", f"byte {data[why.start]:02x}")
    expect(data.endswith(b"\n"), f"line {data.count(10) + 1}", "a line feed at the end of the file", "none")
    bundle = Bundle(data) if not is_kept and (data[:7] == b"section" or b"\nsection " in data) else None
    return bundle, bundle.heads if bundle else [read_head(data)]
def look_at(file, is_kept, keys, kept, covered, known, say):
    """By text of head: `kept` has its signers and files, `covered` how many events were kept. `known`: texts by size."""
    bundle, heads = load(file, is_kept)
    for head in heads:
        for key, (signature, where) in head.signatures.items():
            expect(key not in keys or has_signed(keys[key], head.text, signature), where, "one of this text", "another")
            say(f"{where}: {'holds' if key in keys else 'not checked, no such key of Ed25519 was given'}")
        one = known.setdefault((head.origin, head.size, head.hash), head.text) == head.text
        expect(one, f"{head.place}head", "one text", "two heads of one size: somebody was shown another log")
        signed, files = kept.get(head.text, (set(), []))
        if is_kept:
            kept[head.text], covered[head.text] = (signed | set(head.signatures), files + [file]), head.size
            return heads
        say(f"{head.place}head of {head.size} events, {head.hash[1]} {head.root.hex()}: form and sum hold")
    signed = signed.union(*(head.signatures for head in heads if head.text == heads[-1].text))
    for key in keys:
        expect(key in signed, f"{heads[-1].place}signatures", "one of " + " ".join(key), "none")
    if bundle:
        bundle.check(say)
    size = max(covered.get(head.text, 0) for head in heads)
    expect(size or not kept, f"{heads[0].place}head", "one that you kept, or were led to", "another")
    for event in bundle.events if bundle and size else []:
        expect(event["index"] < size, f"{event['place']}, index", f"below {size}, the size of what you kept", event["index"])
    for head in heads if size else []:
        covered[head.text] = max(covered.get(head.text, 0), min(head.size, size))
    say("it is of a head that you kept" if size else "not compared with any head that you kept")
    return heads

def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0], allow_abbrev=False)
    parser.add_argument("--head", action="append", default=[], metavar="FILE")
    parser.add_argument("--key", action="append", default=[], type=verifier_key, metavar="VERIFIERKEY")
    parser.add_argument("file", nargs="+", metavar="FILE")
    args, kept, covered, known, seen, worst = parser.parse_args(), {}, {}, {}, set(), 0
    for file, is_kept in [(file, True) for file in args.head] + [(file, False) for file in args.file]:
        try:
            heads = look_at(file, is_kept, dict(args.key), kept, covered, known, lambda text: print(f"{shown(file)}: {text}"))
            seen |= set() if is_kept else {head.text for head in heads}
        except (Refused, OSError) as why:
            worst = max(worst, 5 if isinstance(why, Refused) else 1)
            print(f"{shown(file)}: {getattr(why, 'strerror', None) or why}", file=sys.stderr)
    for file in [file for text, (_, files) in kept.items() if text not in seen and not worst for file in files]:
        worst = 5
        print(f"{shown(file)}: the file: expected the text of a FILE, found another", file=sys.stderr)
    return worst

if __name__ == "__main__":
    try:
        sys.stdout.reconfigure(errors="backslashreplace")
        code = main()
        sys.stdout.flush()
    except (KeyboardInterrupt, MemoryError, OSError) as why:
        code = 130 if isinstance(why, KeyboardInterrupt) else 1
        print(f"verify.py: stopped by {type(why).__name__}", file=sys.stderr)
    os._exit(code)
