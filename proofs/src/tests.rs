//! The examples of `docs/proofs/` were made by a program that shares nothing with this one.

use super::*;
use crate::text::{decimal, escaped, instant, to_date, to_event_id, to_instant, unescaped};
use fundflow_kernel::{envelope::Recorded, store::Version, time::Timestamp};
use proptest::prelude::*;

const EVENTS: &str = include_str!("../../docs/proofs/example-events.bundle");
const CONSISTENCY: &str = include_str!("../../docs/proofs/example-consistency.bundle");
const HEAD: &str = include_str!("../../docs/proofs/example.head");
const EARLIER: &str = include_str!("../../docs/proofs/example-earlier.head");

fn bundle(text: &str) -> Bundle {
    Bundle::read(text.as_bytes()).unwrap()
}

fn head(text: &str) -> SignedHead {
    SignedHead::read(text.as_bytes()).unwrap()
}

#[test]
fn the_examples_hold_and_are_written_as_they_were_read() {
    for text in [EVENTS, CONSISTENCY] {
        assert_eq!(bundle(text).write().unwrap(), text);
    }
    for text in [HEAD, EARLIER] {
        assert_eq!(head(text).to_string(), text);
    }
    assert_eq!(bundle(EVENTS).heads(), [&head(HEAD)]);
    assert_eq!(bundle(CONSISTENCY).heads(), [&head(EARLIER), &head(HEAD)]);
    let Bundle::Events { subject, events, .. } = bundle(EVENTS) else { panic!("of events") };
    assert_eq!(subject.to_string(), "transaction L-1");
    let data: Vec<_> = events.iter().map(|event| &*event.recorded.event.data).collect();
    assert_eq!(data, ["{\"lumen\":800}", "{\"reason\":\"100% dark\u{2028}now\"}"]);
}

/// Each bit of each byte; what is refused has a place.
fn flips(text: &str, read: impl Fn(&[u8]) -> Result<(), Refused>) -> Vec<Refused> {
    let mut bytes = text.as_bytes().to_vec();
    let mut all = Vec::new();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            bytes[at] ^= 1 << bit;
            let refused = read(&bytes).expect_err(&format!("byte {at}, bit {bit}"));
            assert!(!refused.place.is_empty() && !refused.what.is_empty(), "{refused}");
            all.push(refused);
            bytes[at] ^= 1 << bit;
        }
    }
    all
}

#[test]
fn any_flipped_bit_of_a_bundle_is_found_and_named() {
    for text in [EVENTS, CONSISTENCY] {
        let found = flips(text, |bytes| Bundle::read(bytes).map(drop));
        let named =
            |it: &Refused| it.place.starts_with("line ") || it.place.starts_with("section ");
        assert!(found.iter().all(named));
    }
}

#[test]
fn any_flipped_bit_of_a_head_is_found_and_named() {
    let found = flips(HEAD, |bytes| SignedHead::read(bytes).map(drop));
    assert!(found.iter().all(|it| it.place.starts_with("line ")));
}

#[test]
fn a_line_too_many_or_too_few_is_named() {
    let count = EVENTS.lines().count();
    for skipped in 0..count {
        let others = EVENTS.split_inclusive('\n').enumerate().filter(|(at, _)| *at != skipped);
        let text: String = others.map(|(_, line)| line).collect();
        Bundle::read(text.as_bytes()).expect_err("a line is missing");
        let twice = EVENTS.split_inclusive('\n').enumerate();
        let twice =
            twice.flat_map(|(at, line)| std::iter::repeat_n(line, 1 + usize::from(at == skipped)));
        Bundle::read(twice.collect::<String>().as_bytes()).expect_err("a line is there twice");
    }
    let more = Bundle::read(format!("{EVENTS}\n").as_bytes()).unwrap_err();
    assert_eq!(more.place, format!("line {} (nothing)", count + 1));
}

/// With sums that fit, so that only the meaning is wrong.
fn forged(change: impl Fn(&mut Proven)) -> Refused {
    let Bundle::Events { subject, head, mut events } = bundle(EVENTS) else { panic!("of events") };
    change(&mut events[1]);
    let text = Bundle::Events { subject, head, events }.write().unwrap();
    Bundle::read(text.as_bytes()).unwrap_err()
}

fn relinked(event: &mut Proven) {
    let before = event.before;
    let Recorded { stream, version, event, .. } = &mut event.recorded;
    event.seal(before, stream, *version);
}

#[test]
fn who_makes_the_sums_anew_is_found_by_the_links_and_the_root() {
    let refused = forged(|it| it.recorded.event.data = "{}".into());
    assert_eq!(refused.place, "section event of lines 39 to 59 (link)");
    let refused = forged(|it| {
        it.recorded.event.data = "{}".into();
        relinked(it);
    });
    assert_eq!(refused.place, "section event of lines 39 to 59 (path)");
    assert!(refused.what.starts_with("it leads to "), "{refused}");
    let refused = forged(|it| it.index = 1);
    assert!(refused.place.ends_with("(path)"), "{refused}");
    let refused = forged(|it| it.index = 0);
    assert!(refused.place.ends_with("(index)"), "{refused}");
    let refused = forged(|it| {
        it.before.0[0] ^= 1;
        relinked(it);
    });
    assert!(refused.place.ends_with("(before)"), "{refused}");
    for (version, says) in [(4, "4 is above 3, the index and 1"), (1, "1 is not above 1, that of")]
    {
        let refused = forged(|it| it.recorded.version = Version(version));
        assert!(refused.place.ends_with("(version)"), "{refused}");
        assert!(refused.what.starts_with(says), "{refused}");
    }
}

/// The bundle of events with its first one alone, so that its path holds in a log of four events, too.
fn first_of(change: impl Fn(&mut Head)) -> Result<Bundle, Refused> {
    let Bundle::Events { subject, mut head, mut events } = bundle(EVENTS) else {
        panic!("of events")
    };
    events.truncate(1);
    change(&mut head.head);
    Bundle::read(Bundle::Events { subject, head, events }.write().unwrap().as_bytes())
}

#[test]
fn what_only_an_earlier_head_finds_is_as_the_page_says() {
    first_of(|_| ()).unwrap();
    let larger = first_of(|head| head.tree.size = 4).unwrap();
    assert_ne!(larger.heads()[0].head, head(HEAD).head);
    first_of(|head| head.last_event.0[0] ^= 1).unwrap();
    first_of(|head| head.last_recorded = Timestamp::from_micros(0)).unwrap();
    let refused = first_of(|head| head.origin[0] ^= 1).unwrap_err();
    assert!(refused.what.contains("origin"), "{refused}");

    let Bundle::Consistency { mut from, mut to, path } = bundle(CONSISTENCY) else {
        panic!("of consistency")
    };
    for head in [&mut from.head, &mut to.head] {
        head.origin[0] ^= 1;
        head.last_event.0[0] ^= 1;
    }
    bundle(&Bundle::Consistency { from, to, path }.write().unwrap());
}

#[test]
fn two_heads_of_one_size_are_a_finding_of_its_own() {
    let from = head(HEAD);
    let mut to = head(HEAD);
    assert!(!from.head.contradicts(&to.head));
    to.head.last_recorded = Timestamp::from_micros(0);
    assert!(from.head.contradicts(&to.head));
    let text = Bundle::Consistency { from: from.clone(), to: to.clone(), path: vec![] };
    let refused = Bundle::read(text.write().unwrap().as_bytes()).unwrap_err();
    assert_eq!(refused.what, "two heads of one size: somebody was shown another log");
    to.head.tree.hash = fundflow_kernel::merkle::TreeHash::Sm3;
    assert!(!from.head.contradicts(&to.head), "the same log in another store");
    to = head(HEAD);
    to.head.origin[0] ^= 1;
    assert!(!from.head.contradicts(&to.head), "of two logs");
}

#[test]
fn forms_have_their_bounds() {
    for (from, to, place) in [
        ("subject transaction L-1", "subject transaction L 1", "line 4 (subject)"),
        ("subject transaction L-1", "subject transaction ", "line 4 (subject)"),
        ("stream lamp-L-1", "stream lamp-", "line 19 (stream)"),
        ("stream lamp-L-1", "stream -L-1", "line 19 (stream)"),
        ("section head\n", &format!("section head\n{}", "note\n".repeat(24)), "line 32 (note)"),
    ] {
        let refused = Bundle::read(EVENTS.replacen(from, to, 1).as_bytes()).unwrap_err();
        assert_eq!(refused.place, place, "{to}");
    }
    let Bundle::Events { subject, mut head, events } = bundle(EVENTS) else { panic!("of events") };
    let name: KeyName = "sm2.example".parse().unwrap();
    head.signatures.push(Signature { name, key_id: [0; 4], bytes: vec![0; HEAD_MAX] });
    let text = Bundle::Events { subject, head, events }.write().unwrap();
    let refused = Bundle::read(text.as_bytes()).unwrap_err();
    assert!(refused.place.starts_with("section head of lines 7 to 17, the head"), "{refused}");
}

#[test]
fn words_of_an_event_may_be_empty() {
    let Bundle::Events { mut events, .. } = bundle(EVENTS) else { panic!("of events") };
    let event = &mut events[0].recorded.event;
    event.event_type = "".into();
    (event.process, event.causation, event.data) = ("".into(), "".into(), "".into());
    let mut out = crate::lines::Writer::default();
    events[0].write(&mut out);
    let text = out.close();
    let read = Proven::read(&mut crate::lines::Lines::of(text.as_bytes()).unwrap());
    assert_eq!(read.unwrap(), events[0]);
}

#[test]
fn values_have_one_form() {
    for good in ["0", "7", "9223372036854775807"] {
        assert_eq!(decimal(good).map(|it| it.to_string()).as_deref(), Some(good));
    }
    for bad in ["", "07", "+7", "-7", "7 ", "9223372036854775808", "١"] {
        assert_eq!(decimal(bad), None, "{bad}");
    }
    let at = "2026-03-02T01:30:00.250000Z";
    assert_eq!(to_instant(at).and_then(instant).as_deref(), Some(at));
    for bad in [
        "2026-03-02T01:30:00.25Z",
        "2026-03-02T01:30:60.000000Z",
        "2026-03-02 01:30:00.000000Z",
        "2026-3-02T01:30:00.000000Z",
        "+2026-03-02T01:30:00.000000Z",
        "0000-03-02T01:30:00.000000Z",
        "2026-02-30T01:30:00.000000Z",
    ] {
        assert_eq!(to_instant(bad), None, "{bad}");
    }
    assert!(instant(Timestamp::from_micros(-1)).is_some_and(|it| it.starts_with("1969-12-31")));
    assert_eq!(instant(Timestamp::from_micros(i64::MAX)), None);
    assert_eq!(to_date("2026-2-12"), None);
    assert!(to_event_id("C7C2EABB-5a0a-8700-b0b1-62156931c20a").is_none());
    for bad in ["%2G", "%", "%41", "%0A", "a\u{202e}b", "%ff", "\t"] {
        assert_eq!(unescaped(bad), None, "{bad}");
    }
}

proptest! {
    #[test]
    fn any_text_is_written_on_one_line_and_read_back(text in any::<String>()) {
        let line = escaped(&text);
        let seen = line.contains(['\n', '\r', '\u{1b}', '\u{202e}']);
        prop_assert!(!seen);
        prop_assert_eq!(unescaped(&line), Some(text));
    }

    #[test]
    fn a_bundle_of_odd_texts_is_read_back(
        (data, cause, who, trace) in any::<(String, String, String, String)>(),
        micros in -62_135_596_800_000_000_i64..253_402_300_800_000_000,
    ) {
        let Bundle::Events { mut events, .. } = bundle(EVENTS) else { panic!("of events") };
        let event = &mut events[1];
        event.recorded.event.data = data.into();
        event.recorded.event.causation = cause.into();
        event.recorded.event.actor = fundflow_kernel::envelope::Actor::Operator(who.into());
        event.recorded.event.trace_parent = (!trace.is_empty()).then(|| trace.into());
        event.recorded.event.occurred_at = Timestamp::from_micros(micros);
        event.is_writable().unwrap();
        let mut out = crate::lines::Writer::default();
        event.write(&mut out);
        let text = out.close();
        let mut lines = crate::lines::Lines::of(text.as_bytes()).unwrap();
        prop_assert_eq!(&Proven::read(&mut lines).unwrap(), &*event);
        prop_assert!(lines.close().is_ok());
    }
}

#[cfg(feature = "ed25519")]
mod signed {
    use super::*;
    use crate::text::{hex, to_hex};
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use ed25519_dalek::Verifier as _;
    use sha2::{Digest as _, Sha256};

    fn key(name: &str, seed: u8) -> SigningKey {
        SigningKey::of(name.parse().unwrap(), &[seed; 32])
    }

    fn signed(text: &str, key: &SigningKey) -> SignedHead {
        key.sign(head(text).head)
    }

    #[test]
    fn a_signed_head_is_checked_by_its_key_and_a_counter_signature_beside_it() {
        let (house, auditor) = (key("house.example/log", 1), key("auditor.example", 2));
        let mut both = signed(HEAD, &house);
        assert!(both.join(signed(HEAD, &auditor)));
        assert!(!both.join(signed(EARLIER, &auditor)), "of another head");
        let both = head(&both.to_string());
        let keys = [house.verifier(), auditor.verifier()];
        assert_eq!(both.check(&keys), Ok(vec![]));
        assert_eq!(both.is_signed_by(&keys), Ok(()));
        assert_eq!(both.check(&keys[..1]), Ok(vec!["auditor.example".parse().unwrap()]));
        let alone = signed(HEAD, &house);
        let refused = alone.is_signed_by(&keys).unwrap_err().to_string();
        assert_eq!(refused, "signature of auditor.example: there is none");
        let other = key("house.example/log", 3).verifier();
        let refused = alone.is_signed_by(&[other]).unwrap_err();
        assert_eq!(refused.what, "it is of another key of that name");
        let mut moved = signed(EARLIER, &house);
        moved.head = head(HEAD).head;
        let refused = moved.check(&keys[..1]).unwrap_err();
        assert!(refused.what.ends_with("does not hold"), "{refused}");
    }

    #[test]
    fn any_flipped_bit_of_a_signed_head_is_found_by_who_has_the_key() {
        let key = key("house.example/log", 1);
        let text = signed(HEAD, &key).to_string();
        let keys = [key.verifier()];
        let read = |bytes: &[u8]| {
            let head = SignedHead::read(bytes)?;
            head.check(&keys)?;
            head.is_signed_by(&keys)
        };
        read(text.as_bytes()).unwrap();
        flips(&text, read);
        let unsigned = text.split_inclusive('\n').take(8).collect::<String>();
        assert_eq!(head(&unsigned).is_signed_by(&keys).unwrap_err().what, "there is none");
        let mut short = signed(HEAD, &key);
        short.signatures[0].bytes[0] ^= 1;
        assert!(head(&short.to_string()).check(&[]).is_ok(), "found by nobody without the key");
        short = signed(HEAD, &key);
        short.signatures[0].bytes.truncate(63);
        let refused = head(&short.to_string()).check(&keys).unwrap_err();
        assert!(refused.what.ends_with("does not hold"), "{refused}");
    }

    /// With R of small order the equation holds, made by the owner of the key; with y of 2^255 - 16 there is a second
    /// form of the key whose y is 3.
    #[test]
    fn of_ed25519_each_point_has_one_form_and_none_is_of_small_order() {
        let key = key("a", 1);
        let mut weak = signed(HEAD, &key);
        let s = "fabac3716acb7576272c8da7440839618ac071606e4ffed7d8a4c228a1f4be02";
        let bytes = [hex::<32>(&format!("01{}", "00".repeat(31))), hex(s)];
        weak.signatures[0].bytes = bytes.map(Option::unwrap).concat();
        let lax = ed25519_dalek::SigningKey::from_bytes(&[1; 32]).verifying_key();
        let signature = ed25519_dalek::Signature::from_slice(&weak.signatures[0].bytes).unwrap();
        assert!(lax.verify(weak.head.text().as_bytes(), &signature).is_ok());
        assert!(weak.check(&[key.verifier()]).is_err());
        for (last, is_key) in [(0, true), (0x7f, false)] {
            let mut bytes = [if is_key { 0 } else { 0xff }; 33];
            (bytes[0], bytes[1], bytes[32]) = (1, if is_key { 3 } else { 0xf0 }, last);
            let id = Sha256::digest([b"a\n", &bytes[..]].concat());
            let text = format!("a+{}+{}", to_hex(&id[..4]), STANDARD.encode(bytes));
            assert_eq!(text.parse::<VerifierKey>().is_ok(), is_key, "{text}");
        }
    }

    #[test]
    fn keys_are_read_back_and_what_is_no_key_is_refused() {
        let verifier = key("house.example/log", 1).verifier();
        let text = verifier.to_string();
        assert_eq!(text.parse(), Ok(verifier));
        let bytes: Vec<u8> = text.bytes().collect();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let read = String::from_utf8(changed).unwrap().parse::<VerifierKey>();
            assert!(read.is_err(), "byte {at}");
        }
        let name: KeyName = "house.example/log".parse().unwrap();
        let file = SigningKey::file(&name, &[1; 32]);
        let read = SigningKey::read(name, &file).unwrap();
        assert_eq!(read.verifier().to_string(), text);
        let refused = SigningKey::read("other".parse().unwrap(), &file).map(drop).unwrap_err();
        assert_eq!(refused.to_string(), "it is the key house.example/log; sign under that name");
        let refused = SigningKey::read("a".parse().unwrap(), "secret").map(drop).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "it is not a key file: one line as `fundflow audit keygen` writes it"
        );
        for bad in ["", "a b", "-a", "a+b", &"a".repeat(65)] {
            assert!(bad.parse::<KeyName>().is_err(), "{bad}");
        }
    }

    /// RFC 8032, 7.1, test 1: the key of that seed; and a key file of an earlier program, which says no name.
    #[test]
    fn the_key_of_a_seed_is_that_of_the_standard() {
        let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
        let file = format!("fundflow-ed25519-seed-1 {seed}\n");
        let key = SigningKey::read("a".parse().unwrap(), &file).unwrap().verifier().to_string();
        assert!(key.ends_with("+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"), "{key}");
    }
}
