//! Given/when/then for the case.

mod figures;
mod proposals;

use super::*;
use crate::decider::replay;
use fundflow_kernel::codec::Stored;
use proposals::to;
use proptest::prelude::*;

struct When(State, Command);

fn given(history: impl IntoIterator<Item = Event>) -> State {
    replay::<Cases>(&history.into_iter().collect::<Vec<_>>()).unwrap()
}

impl State {
    fn when(self, command: Command) -> When {
        When(self, command)
    }
}

impl When {
    /// Besides the facts: `evolve` accepts them, and the command decides nothing the second time.
    #[track_caller]
    fn then(self, expected: impl IntoIterator<Item = Event>) -> State {
        let expected: Vec<Event> = expected.into_iter().collect();
        assert_eq!(Cases::decide(&self.0, &self.1).as_ref(), Ok(&expected));
        let state = expected.iter().fold(self.0, |state, event| {
            Cases::evolve(state, event).expect("evolve takes what decide produced")
        });
        assert_eq!(Cases::decide(&state, &self.1), Ok(vec![]), "repeated");
        state
    }

    #[track_caller]
    fn then_refused(self, expected: &Refusal, words: &str) {
        assert_eq!(Cases::decide(&self.0, &self.1), Err(expected.clone()));
        assert_eq!(expected.to_string(), words);
    }
}

const RECORD: &[u8] = b"TX-1.mmf|0000|10000.00|147.78|1.2345|7980.74";

fn finding(kind: Kind, shares: &str, money: &str) -> Finding {
    Finding {
        kind,
        what: Text::lossy("fee 147.78 is not the promised 0.00"),
        ours: vec![Figure::new("fee", "0.00")],
        theirs: vec![Figure::new("fee", "147.78")],
        disputed: Disputed { shares: shares.parse().unwrap(), money: money.parse().unwrap() },
    }
}

fn fee() -> Finding {
    finding(Kind::FeeDiffersFromPromise, "0", "147.78")
}

fn nav() -> Finding {
    finding(Kind::NavDiffersFromPublished, "12.00", "14.81")
}

fn report_at(at: &str, findings: Vec<Finding>) -> Report {
    Report {
        id: CaseId::of(RECORD),
        at: at.parse().unwrap(),
        source: Source {
            kind: SourceKind::RegistrarFile,
            name: Text::lossy("OFD_50_378_20260224_04.TXT"),
            record: Text::lossy("17"),
        },
        transaction: Some("TX-1".parse().unwrap()),
        order: Some("TX-1.mmf".parse().unwrap()),
        fund: Some("000730".parse().unwrap()),
        findings,
        evidence: Text::lossy(RECORD),
    }
}

fn report() -> Report {
    report_at("2026-02-24T09:00:00+08:00", vec![fee()])
}

fn opened() -> Event {
    Event::Opened(Box::new(report()))
}

fn name(text: &str) -> Name {
    Name::new("by", text).unwrap()
}

fn remark(text: &str) -> Remark {
    Remark::new("reason", text).unwrap()
}

fn closing(how: How) -> Closing {
    Closing { how, by: name("li"), reason: remark("agreed with the registrar") }
}

fn paid() -> Closing {
    closing(How::PaidByUs { amount: "147.78".parse().unwrap() })
}

fn reopening() -> Reopening {
    Reopening { by: name("wang"), reason: remark("the money did not arrive") }
}

fn note(text: &str) -> Note {
    Note { by: name("li"), text: remark(text) }
}

#[test]
fn a_record_that_does_not_add_up_opens_a_case_and_holds_what_is_in_dispute() {
    let both = report_at("2026-02-24T09:00:00+08:00", vec![fee(), nav()]);
    let state =
        given([]).when(Command::Open(Box::new(both.clone()))).then([Event::Opened(Box::new(both))]);

    let disputed = |shares: &str, money: &str| Disputed {
        shares: shares.parse().unwrap(),
        money: money.parse().unwrap(),
    };
    assert!(state.is_open());
    assert_eq!(state.disputed(), disputed("12.00", "147.78"));
    assert_eq!(state.case().map(Case::kind), Some(Kind::FeeDiffersFromPromise));
    let state = state.when(Command::Close(paid())).then([Event::Closed(paid())]);
    assert!(!state.is_open());
    assert_eq!(state.disputed(), disputed("0", "0"));
}

#[test]
fn a_repeated_record_is_a_fact_once_a_day() {
    let seen = |at: &str| Command::Open(Box::new(report_at(at, vec![fee()])));
    let again = |at: &str| Event::SeenAgain { at: at.parse().unwrap() };
    let state = given([opened()])
        .when(seen("2026-02-24T23:59:59+08:00"))
        .then([])
        .when(seen("2026-02-25T00:00:00+08:00"))
        .then([again("2026-02-25T00:00:00+08:00")])
        .when(seen("2026-02-25T18:00:00+08:00"))
        .then([])
        .when(seen("2026-02-24T10:00:00+08:00"))
        .then([])
        .when(Command::Close(paid()))
        .then([Event::Closed(paid())])
        .when(seen("2026-02-26T09:00:00+08:00"))
        .then([again("2026-02-26T09:00:00+08:00")]);

    assert!(!state.is_open(), "a repeat reopens nothing");
    assert_eq!(state.case().map(|case| case.days_seen_again), Some(2));
}

#[test]
fn a_record_that_shows_more_is_seen_again_only_on_a_later_day() {
    let days_seen_again = |at: &str| {
        let widened = Event::Widened { at: at.parse().unwrap(), findings: vec![nav()] };
        given([opened(), widened]).case().map(|case| case.days_seen_again)
    };
    assert_eq!(days_seen_again("2026-02-23T21:00:00+08:00"), Some(0));
    assert_eq!(days_seen_again("2026-02-24T21:00:00+08:00"), Some(0));
    assert_eq!(days_seen_again("2026-02-25T00:00:00+08:00"), Some(1));
}

#[test]
fn a_record_that_shows_more_widens_its_case_and_reopens_it() {
    let at = "2026-02-24T21:00:00+08:00";
    let more = || Command::Open(Box::new(report_at(at, vec![fee(), nav()])));
    let widened = || Event::Widened { at: at.parse().unwrap(), findings: vec![nav()] };
    given([opened()]).when(more()).then([widened()]);
    let reason = "the same record shows more: fee 147.78 is not the promised 0.00";
    let reopened = Reopening { by: name("OFD_50_378_20260224_04.TXT"), reason: remark(reason) };

    let state = given([opened(), Event::Closed(paid())])
        .when(more())
        .then([Event::Reopened(reopened), widened()]);

    assert!(state.is_open());
}

#[test]
fn a_closing_that_did_not_hold_is_overturned_and_another_one_takes_its_place() {
    let by_record = CaseId::of(b"corrected");
    let corrected = closing(How::Corrected { by_record });
    given([opened()])
        .when(Command::Close(corrected.clone()))
        .then([Event::Closed(corrected.clone())])
        .when(Command::Reopen(reopening()))
        .then([Event::Reopened(reopening())])
        .when(Command::Close(paid()))
        .then([Event::Closed(paid())]);
}

fn open() -> State {
    given([opened()])
}

fn closed() -> State {
    given([opened(), Event::Closed(paid())])
}

#[test]
fn a_report_must_find_something_in_the_record_of_its_case() {
    let own = CaseId::of(RECORD);
    let foreign = Report { id: CaseId::of(b"other"), ..report() };
    let given_id = foreign.id;
    let empty = || Command::Open(Box::new(Report { findings: vec![], ..report() }));
    let nothing = "the report has 0 findings; a case needs at least 1";

    given([]).when(empty()).then_refused(&Refusal::NothingFound, nothing);
    open().when(empty()).then_refused(&Refusal::NothingFound, nothing);
    open().when(Command::Open(Box::new(foreign))).then_refused(
        &Refusal::ForeignRecord { own, given: given_id },
        &format!("the report is about record {given_id}, and this case is about {own}"),
    );
    open().when(Command::Close(closing(How::Corrected { by_record: own }))).then_refused(
        &Refusal::OwnRecord(own),
        &format!("record {own} is the one in question; it cannot be its own correction"),
    );
}

#[test]
fn what_does_not_fit_where_the_case_stands_is_refused() {
    let commands = [
        Command::Assign(to("li")),
        Command::Note(note("called")),
        Command::Close(paid()),
        Command::Reopen(reopening()),
    ];
    for command in commands {
        let words = "no case was opened under this ID";
        given([]).when(command).then_refused(&Refusal::NotOpened, words);
    }
    closed()
        .when(Command::Assign(to("li")))
        .then_refused(&Refusal::IsClosed("assign"), "the case is closed; reopen it to assign it");
    closed().when(Command::Close(closing(How::Accepted))).then_refused(
        &Refusal::ClosedDifferently(Box::new(paid())),
        "the case was already closed by li, with the reason: agreed with the registrar",
    );
    open()
        .when(Command::Reopen(reopening()))
        .then_refused(&Refusal::IsOpen, "the case is open; there is nothing to reopen");
}

#[test]
fn what_was_overturned_has_no_effect_when_it_comes_again() {
    let reopened = [opened(), Event::Closed(paid()), Event::Reopened(reopening())];
    let closed_again = reopened.iter().cloned().chain([Event::Closed(closing(How::Accepted))]);

    given(closed_again).when(Command::Reopen(reopening())).then_refused(
        &Refusal::Overturned("reopen"),
        "the same reopen was overturned since; to reopen it again give the new reason",
    );
    given(reopened).when(Command::Close(paid())).then_refused(
        &Refusal::Overturned("close"),
        "the same close was overturned since; to close it again give the new reason",
    );
}

#[test]
fn no_case_grows_without_end() {
    let notes = (0..REMARKS_MAX).map(|n| Event::Noted(note(&n.to_string())));
    let to_and_fro = (0..REMARKS_MAX).flat_map(|n| {
        let by = name(&n.to_string());
        let closed = Closing { by: by.clone(), ..closing(How::Withdrawn) };
        [Event::Closed(closed), Event::Reopened(Reopening { by, ..reopening() })]
    });
    let full = given([opened()].into_iter().chain(notes));
    let tireless = [opened()].into_iter().chain(to_and_fro).chain([Event::Closed(paid())]);

    full.when(Command::Note(note("one more"))).then_refused(
        &Refusal::TooMany { what: "notes", limit: 100 },
        "notes: the case has 100, the most that a case may have",
    );
    given(tireless).when(Command::Reopen(reopening())).then_refused(
        &Refusal::TooMany { what: "reopenings", limit: 100 },
        "reopenings: the case has 100, the most that a case may have",
    );
}

#[test]
fn a_history_that_no_decider_wrote_is_impossible() {
    let again = |at: &str| Event::SeenAgain { at: at.parse().unwrap() };
    let at = "2026-02-25T09:00:00+08:00".parse().unwrap();
    let rows: [&[Event]; 10] = [
        &[opened(), Event::FiguresChanged { at, finding: Box::new(fee()) }],
        &[opened(), Event::FiguresChanged { at, finding: Box::new(nav()) }],
        &[again("2026-02-25T09:00:00+08:00")],
        &[opened(), opened()],
        &[opened(), again("2026-02-24T10:00:00+08:00")],
        &[opened(), Event::Widened { at, findings: vec![fee()] }],
        &[opened(), Event::Widened { at, findings: vec![] }],
        &[opened(), Event::Reopened(reopening())],
        &[opened(), Event::Closed(paid()), Event::Closed(paid())],
        &[
            opened(),
            Event::Closed(paid()),
            Event::Assigned { owner: name("li"), by: None, reason: None },
        ],
    ];
    for history in rows {
        let last = history.len() - 1;
        assert_eq!(replay::<Cases>(history).unwrap_err().index, last, "{history:?}");
    }
}

#[test]
fn stored_names_stay_as_they_are() {
    let stored = |event: &Event| serde_json::to_string(event).unwrap();
    assert_eq!(
        stored(&opened()),
        "{\"opened\":{\"id\":\"0bcc43aa556e626ded556144a1abf4cf\",\
         \"at\":\"2026-02-24T09:00:00+08:00\",\
         \"source\":{\"kind\":\"registrar_file\",\"name\":\"OFD_50_378_20260224_04.TXT\",\
         \"record\":\"17\"},\"transaction\":\"TX-1\",\"order\":\"TX-1.mmf\",\"fund\":\"000730\",\
         \"findings\":[{\"kind\":\"fee_differs_from_promise\",\
         \"what\":\"fee 147.78 is not the promised 0.00\",\
         \"ours\":[{\"name\":\"fee\",\"value\":\"0.00\"}],\
         \"theirs\":[{\"name\":\"fee\",\"value\":\"147.78\"}],\
         \"disputed\":{\"shares\":\"0.00\",\"money\":\"147.78\"}}],\
         \"evidence\":\"TX-1.mmf|0000|10000.00|147.78|1.2345|7980.74\"}}"
    );
    assert_eq!(
        stored(&Event::Closed(paid())),
        "{\"closed\":{\"how\":{\"paid_by_us\":{\"amount\":\"147.78\"}},\"by\":\"li\",\
         \"reason\":\"agreed with the registrar\"}}"
    );
    let events = [
        opened(),
        Event::SeenAgain { at: report().at },
        Event::Widened { at: report().at, findings: vec![nav()] },
        Event::FiguresChanged { at: report().at, finding: Box::new(nav()) },
        Event::Assigned { owner: name("li"), by: None, reason: None },
        Event::Noted(note("called")),
        Event::Closed(closing(How::Manual { text: remark("by letter") })),
        Event::Reopened(reopening()),
    ];
    for event in events {
        let mut body = Vec::new();
        Cases::write(&event, &mut body).unwrap();
        let body = String::from_utf8(body).unwrap();
        assert_eq!(Cases::read(Cases::type_of(&event), &body).unwrap(), event);
    }
}

fn commands() -> impl Strategy<Value = Vec<Command>> {
    let day = (24_u8..29, 0_u8..3).prop_map(|(day, which)| {
        let findings = match which {
            0 => vec![fee()],
            1 => vec![nav()],
            _ => vec![fee(), nav()],
        };
        Command::Open(Box::new(report_at(&format!("2026-02-{day}T09:00:00+08:00"), findings)))
    });
    let who = prop::sample::select(&["li", "wang"][..]);
    let one = prop_oneof![
        3 => day,
        1 => who.clone().prop_map(|who| Command::Assign(to(who))),
        1 => who.clone().prop_map(|who| Command::Propose(Box::new(proposals::proposal(who)))),
        1 => who.clone().prop_map(|who| Command::Note(note(who))),
        2 => who.clone().prop_map(|who| Command::Close(Closing { by: name(who), ..paid() })),
        2 => who.prop_map(|who| Command::Reopen(Reopening { by: name(who), ..reopening() })),
    ];
    prop::collection::vec(one, 0..30)
}

proptest! {
    #[test]
    fn whatever_is_commanded_history_replays_and_a_repeat_decides_nothing(commands in commands()) {
        let mut state = State::default();
        for command in commands {
            let Ok(events) = Cases::decide(&state, &command) else { continue };
            for event in &events {
                let next = Cases::evolve(state, event);
                prop_assert!(next.is_some(), "{event:?}");
                state = next.unwrap();
            }
            prop_assert_eq!(Cases::decide(&state, &command), Ok(vec![]), "{:?}", command);
            let open = matches!(state, State::Open(_));
            prop_assert_eq!(open, state.disputed() != Disputed::default());
        }
    }
}
