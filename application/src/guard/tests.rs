//! Whatever deciders decide is whole; and no amount of it can be another one.

use super::{LedgerGuard, silent};
use fundflow_domain::{
    advance::Advances,
    application::{
        self, Applications, Ask, Confirmation, OnHuge, Outcome, Promise, PromisedFee,
        PurchaseConfirmed, RedemptionConfirmed, Terms,
    },
    calendar::TradingDay,
    case::{self, CaseId, Cases},
    holdings::{self, HoldingId, Holdings},
    ids::{OrderId, TransactionId},
    money::{Discount, Money, Nav, ShareRounding},
    orders::Cause,
    payment::{self, Payments, SentBack},
    payout::{self, Payouts},
    text::Text,
    time::Timestamp,
};
use fundflow_kernel::{
    codec::Stored,
    decider::Decider as _,
    envelope::{Actor, Recorded},
    loaded::Meta,
    store::{Position, StreamAppend},
    streams::{Key, Need, Opener, Streams},
};
use fundflow_runtime::guard::{Breach, Decided, Guard as _};
use proptest::{collection::vec, prelude::*, sample::select};
use rust_decimal::Decimal;
use std::str::FromStr;

fn as_<T: FromStr>(text: &str) -> T {
    text.parse().ok().unwrap()
}

fn day() -> TradingDay {
    TradingDay::recorded(as_("2026-02-13"))
}

fn meta() -> Meta {
    Meta {
        correlation: as_("TX-1"),
        process: "purchase".into(),
        causation: "a test".into(),
        actor: Actor::Engine,
        trace_parent: None,
        occurred_at: Timestamp::default(),
        recorded_at: Timestamp::default(),
        trade_date: Some(day().date()),
    }
}

fn pays() -> Key<Payments> {
    Key::of(&as_::<fundflow_domain::ids::PaymentNo>("TX-1.buy.pay"))
}

fn applies() -> Key<Applications> {
    Key::of(&as_::<fundflow_domain::ids::ApplicationNo>("APP1"))
}

fn pays_out() -> Key<Payouts> {
    Key::of(&as_::<fundflow_domain::ids::PaymentNo>("TX-1.out"))
}

fn holds() -> Key<Holdings> {
    Key::of(&HoldingId { investor: as_("INV-1"), fund: as_("050002") })
}

/// A saga's streams, and what was decided on them so far.
#[derive(Default)]
struct House {
    streams: Streams,
    log: Vec<StreamAppend>,
}

impl House {
    fn new() -> Self {
        let mut house = Self::default();
        for need in needs() {
            house.streams.provide(&need, &[]);
        }
        house
    }

    /// What follows from the command, as one decision; nothing where it is refused.
    fn decides<D>(&mut self, key: &Key<D>, command: &D::Command) -> Vec<StreamAppend>
    where
        D: Stored<State: Clone + Send + Sync> + 'static,
    {
        let mut batch = Vec::new();
        let _ = self.streams.decide(key, command, &meta(), &mut batch);
        batch
    }

    /// A case that somebody is told of.
    fn opens(&mut self, id: CaseId) -> Vec<StreamAppend> {
        let key = Key::<Cases>::of(&id);
        self.streams.provide(&key.need(), &[]);
        self.decides(&key, &case::Command::Open(Box::new(case::Report {
            id,
            at: Timestamp::default(),
            source: case::Source {
                kind: case::SourceKind::RegistrarCallback,
                name: Text::lossy("own"),
                record: Text::lossy("APP1"),
            },
            transaction: Some(as_("TX-1")),
            order: Some(as_("TX-1.buy")),
            fund: None,
            findings: vec![case::Finding {
                kind: case::Kind::AmountDiffers,
                what: Text::lossy("twice the shares"),
                ours: vec![],
                theirs: vec![],
                disputed: case::Disputed::default(),
            }],
            evidence: Text::lossy("a record"),
        })))
    }

    /// As [`Self::decides`]; it must follow, and be whole, and nothing of it may be another amount. Returns how many
    /// amounts were tried.
    fn does<D>(&mut self, key: &Key<D>, command: &D::Command, by: Decimal) -> usize
    where
        D: Stored<State: Clone + Send + Sync> + 'static,
    {
        let turn = self.decides(key, command);
        if turn.is_empty() {
            return 0;
        }
        assert_eq!(self.judged(&turn), Some(Ok(())), "{turn:?}");
        let changed = changed(&turn, by);
        for changed in &changed {
            let judged = self.judged(changed);
            assert!(!matches!(judged, Some(Ok(()))), "{:?}", changed);
        }
        self.log.extend(turn);
        changed.len()
    }

    /// What the guard says of that decision; `None` where no fold can follow it.
    fn judged(&self, turn: &[StreamAppend]) -> Option<Result<(), Breach>> {
        let mut streams = Streams::default();
        for need in needs() {
            let own = self.log.iter().filter(|it| it.stream == *need.stream());
            let history: Vec<Recorded> = own.flat_map(recorded).collect();
            assert_eq!(streams.provide(&need, &history), None);
        }
        let mut held = Vec::new();
        needs().iter().for_each(|need| streams.hold_once(need.stream(), &mut held));
        streams.remember();
        for append in turn {
            let known = needs().into_iter().find(|it| *it.stream() == append.stream);
            let need = known.unwrap_or_else(|| Opener::of::<Cases>().need(&append.stream));
            for event in recorded(append) {
                streams.replay(&need, &event).ok()?;
            }
        }
        let by: TransactionId = as_("TX-1");
        Some(LedgerGuard.judge(&Decided::of(&by, turn, &held, &streams)))
    }
}

fn needs() -> Vec<Need> {
    vec![pays().need(), applies().need(), pays_out().need(), holds().need()]
}

fn recorded(append: &StreamAppend) -> Vec<Recorded> {
    let numbered = append.events.iter().enumerate();
    let recorded = |(at, event): (usize, &fundflow_kernel::envelope::NewEvent)| Recorded {
        position: Position(1),
        stream: append.stream.clone(),
        version: append.expected.plus(at + 1),
        event: event.clone(),
    };
    numbered.map(recorded).collect()
}

/// The decision with another amount in one place, for each place.
fn changed(turn: &[StreamAppend], by: Decimal) -> Vec<Vec<StreamAppend>> {
    let mut all = Vec::new();
    for (at, append) in turn.iter().enumerate() {
        for (nth, event) in append.events.iter().enumerate() {
            if silent::is_silent(append.stream.category(), &event.event_type) {
                continue;
            }
            let body: serde_json::Value = serde_json::from_str(&event.data).unwrap();
            for other in with_another_amount(&body, by) {
                let mut turn = turn.to_vec();
                turn[at].events[nth].data = other.to_string().into();
                all.push(turn);
            }
        }
    }
    all
}

fn with_another_amount(body: &serde_json::Value, by: Decimal) -> Vec<serde_json::Value> {
    let serde_json::Value::Object(fields) = body else { return Vec::new() };
    let mut all = Vec::new();
    for (name, value) in fields {
        let amount = value.as_str().filter(|_| AMOUNTS.contains(&name.as_str()));
        let others = match amount.and_then(|text| text.parse::<Decimal>().ok()) {
            Some(amount) => vec![serde_json::Value::String((amount + by).to_string())],
            None => with_another_amount(value, by),
        };
        for other in others {
            let mut fields = fields.clone();
            fields.insert(name.clone(), other);
            all.push(serde_json::Value::Object(fields));
        }
    }
    all
}

const AMOUNTS: [&str; 3] = ["amount", "shares", "cost"];

fn request() -> payment::Command {
    payment::Command::Request(payment::Terms {
        no: as_("TX-1.buy.pay"),
        account: as_("acc-1"),
        amount: as_("1000"),
        order: as_("TX-1.buy"),
        trade_date: day(),
        asked_at: None,
    })
}

fn paid(serial: &str, amount: &str) -> payment::Command {
    payment::Command::RecordPaid(payment::Receipt {
        no: as_("TX-1.buy.pay"),
        serial: as_(serial),
        amount: as_(amount),
        paid_at: Timestamp::default(),
    })
}

fn place(order: &str, ask: Ask) -> application::Command {
    let fee = PromisedFee::Exact(Money::ZERO);
    application::Command::Place(Box::new(Terms {
        order: as_(order),
        no: as_("APP1"),
        registrar: as_("own"),
        investor: as_("INV-1"),
        fund: as_("050002"),
        ask,
        trade_date: day(),
        rounding: ShareRounding::HalfUp,
        promised: Promise { fee, discount: Discount::FREE, floor: None, confirm_by: day() },
    }))
}

fn confirm(outcome: Outcome) -> application::Command {
    let on = day().date();
    application::Command::Confirm(Box::new(Confirmation {
        serial: as_("C1"),
        confirmed_on: on,
        registered_on: on,
        finished: true,
        outcome,
        misnamed: vec![],
    }))
}

/// Of 1,000 yuan so much is taken, at 1.00 a share, and the rest goes back.
fn bought(amount: &str) -> Outcome {
    let rest = Decimal::ONE_THOUSAND - as_::<Decimal>(amount);
    Outcome::Purchase(PurchaseConfirmed {
        amount: as_(amount),
        fee: Money::ZERO,
        refund: Money::new(rest).unwrap(),
        nav: Nav::ONE,
        shares: as_(amount),
    })
}

fn any_payment() -> impl Strategy<Value = payment::Command> {
    let back = |what| payment::Command::SendBack(what, Cause::new("why", "in words"));
    let serials = select(vec!["P1", "P2", "P3"]);
    let returned = |nth: usize| {
        let no = as_::<fundflow_domain::ids::PaymentNo>("TX-1.buy.pay").nth_refund(nth).unwrap();
        payment::Command::RecordReturned { no, serial: as_("B1") }
    };
    prop_oneof![
        3 => (serials, select(vec!["1000", "400"])).prop_map(|(serial, sum)| paid(serial, sum)),
        1 => Just(payment::Command::Close(Cause::new("late", "in words"))),
        1 => Just(back(SentBack::Payback)),
        2 => (1_usize..4).prop_map(returned),
    ]
}

fn any_change() -> impl Strategy<Value = Decimal> {
    select(vec!["0.01", "-0.01", "1", "999999", "-500"]).prop_map(as_)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_payments_decide_is_whole_and_no_other_amount_of_it_is_written(
        commands in vec(any_payment(), 0..12),
        by in any_change(),
    ) {
        let mut house = House::new();
        for command in [request()].iter().chain(&commands) {
            house.does(&pays(), command, by);
        }
    }

    #[test]
    fn what_a_purchase_decides_is_whole_and_no_other_amount_of_it_is_written(
        amount in select(vec!["600.00", "0.01", "999.99"]),
        by in any_change(),
    ) {
        let mut house = House::new();
        let purchase = Ask::Purchase { amount: as_("1000"), plan: None };
        for command in [request(), paid("P1", "1000")] {
            house.does(&pays(), &command, by);
        }
        house.does(&applies(), &place("TX-1.buy", purchase), by);
        let tried = house.does(&applies(), &confirm(bought(amount)), by);
        prop_assert!(tried >= 2, "amount and shares of the record");
        let rest = Decimal::ONE_THOUSAND - as_::<Decimal>(amount);
        let back = SentBack::Difference { due_to: as_("C1"), amount: as_(&rest.to_string()) };
        let back = payment::Command::SendBack(back, Cause::new("rest", "in words"));
        prop_assert_eq!(house.does(&pays(), &back, by), 1);
        let credit = holdings::Command::Credit(Box::new(holdings::Credit {
            lot: as_("LOT-1"),
            order: as_("TX-1.buy"),
            serial: as_("C1"),
            registered_on: day().date(),
            shares: as_(amount),
            cost: as_(amount),
        }));
        prop_assert_eq!(house.does(&holds(), &credit, by), 2);
    }
}

fn pay_out(amount: &str) -> payout::Command {
    payout::Command::Request(payout::Terms {
        no: as_("TX-1.out"),
        account: as_("acc-1"),
        amount: as_(amount),
        order: as_::<OrderId>("TX-1.sell"),
        due: day(),
        asked_at: None,
        compensates: None,
        record: None,
    })
}

/// 6,000 shares brought 7,808.30 yuan.
fn redeemed() -> House {
    let mut house = House::new();
    let (shares, lots) = (as_("6000"), vec![]);
    let ask = Ask::Redemption { shares, lots, on_huge: OnHuge::CarryOver, take_income: false };
    let outcome = Outcome::Redemption(RedemptionConfirmed {
        shares,
        nav: as_("1.3071"),
        gross: as_("7842.60"),
        fee: as_("34.30"),
        back_end_fee: Money::ZERO,
        payout: as_("7808.30"),
        income: as_("0"),
        lots: vec![],
    });
    for command in [place("TX-1.sell", ask), confirm(outcome)] {
        let turn = house.decides(&applies(), &command);
        house.log.extend(turn);
    }
    house
}

#[test]
fn no_more_is_paid_out_than_shares_brought() {
    let whole = |house: &mut House, amount: &str| {
        let turn = house.decides(&pays_out(), &pay_out(amount));
        house.judged(&turn).unwrap()
    };
    assert_eq!(whole(&mut redeemed(), "7808.30"), Ok(()));

    let breach = whole(&mut redeemed(), "7808.31").unwrap_err();
    assert_eq!(breach.to_string(), "I2: L:CUST:REDEEM:TX-1 would fall to -0.01");
    let breach = whole(&mut House::new(), "1000.00").unwrap_err();
    assert_eq!(breach.to_string(), "I2: L:CUST:REDEEM:TX-1 would fall to -1000.00");
}

#[test]
fn a_record_that_does_not_add_up_is_written_only_with_its_case() {
    let mut house = House::new();
    for command in [request(), paid("P1", "1000")] {
        let turn = house.decides(&pays(), &command);
        house.log.extend(turn);
    }
    let ask = Ask::Purchase { amount: as_("1000"), plan: None };
    let turn = house.decides(&applies(), &place("TX-1.buy", ask));
    house.log.extend(turn);
    let mut twice = bought("1000");
    if let Outcome::Purchase(numbers) = &mut twice {
        numbers.shares = as_("2000");
    }

    let mut turn = house.decides(&applies(), &confirm(twice));
    let breach = house.judged(&turn).unwrap().unwrap_err();
    assert_eq!(breach.rule, "I3", "{breach}");

    let known = house.streams.state(&applies()).unwrap().application().unwrap();
    let case = known.case_of(known.confirmations().last().unwrap());
    turn.extend(house.opens(case));
    assert_eq!(house.judged(&turn), Some(Ok(())));
}

#[test]
fn what_is_silent_is_a_type_of_its_category_and_all_that_post_are_judged() {
    let types = [
        (Payments::CATEGORY, Payments::TYPES),
        (Payouts::CATEGORY, Payouts::TYPES),
        (Advances::CATEGORY, Advances::TYPES),
        (Applications::CATEGORY, Applications::TYPES),
    ];
    for (category, types) in types {
        for silent in silent::of(category) {
            assert!(types.contains(silent), "{silent} is no type of {category}");
        }
        let judged = types.iter().filter(|it| !silent::is_silent(category, it));
        assert!(judged.count() > 0, "{category}");
    }
}
