//! The processes of the shipped sagas: what happens to any, and the milestones and endings of each.

use super::{Entry, calendar, id, plans, promises};
use crate::worlds::{admission, cause, day, instant, request, request_time};
use fundflow_domain::{
    admission::{Admitted, admit},
    case::CaseId,
    fast_quota::QuotaKey,
    modes::ConversionMode,
};
use fundflow_runtime::{
    process::{Disposed, Disposition, Event, Parked, Process, Retry},
    saga::Saga,
};
use fundflow_sagas::{
    calendar_change::CalendarChange,
    clearing::{self, Clearing},
    conversion::Conversion,
    day_cut::{self, DayCut},
    discount_purchase::{self, DiscountPurchase},
    dividend::{self, Dividends},
    fast_withdraw::{self, FastWithdraw},
    freeze::{self, Freeze},
    income::{self, Income},
    parts::milestone::{Milestone, Scope},
    ports::day_jobs::{Figures, FileFigure, FileHash, Job},
    purchase::Purchase,
    recharge::Recharge,
    redemption::Redemption,
    regular_plan::RegularPlans,
    withdraw::Withdraw,
};
use std::sync::Arc;

pub(super) fn entries() -> Vec<Entry> {
    let (request, bought) = (request(ConversionMode::LinkedSameDay), promises::bought);
    let admitted = admit(&admission(&request)).expect("the ready-made request");
    vec![
        of_plan(request, admitted),
        readmitted::<Recharge, _>(promises::recharge(), bought(), promises::bought_since()),
        fund::<Withdraw, _>(promises::withdrawal(), promises::cashed_out()),
        through_a_distributor(),
        readmitted::<Purchase, _>(promises::purchase(), bought(), promises::bought_since()),
        fund::<Redemption, _>(promises::redemption(), promises::left()),
        readmitted::<Conversion, _>(
            promises::conversion(),
            promises::left_for_another(),
            promises::left_for_another_since(),
        ),
        plan_by_wallet(),
        entry::<Income>(promises::published(), promises::income(), incomes()),
        entry::<Freeze>(promises::stated(), promises::frozen(), freezes()),
        dividends(),
        entry::<CalendarChange>(calendar::asked(), calendar::promised(), calendar::milestones()),
        entry::<DayCut>(promises::cut(), promises::cut_at(), cuts()),
        entry::<Clearing>(promises::due(), promises::due_by(), clearings()),
    ]
}

/// A discount purchase that an investor asks for, and the same as a plan does; before the last day of the identity
/// document was stored, and since.
fn of_plan(request: discount_purchase::Request, since: Admitted) -> Entry {
    let again = discount_purchase::Request { mode: None, by_plan: true, ..request.clone() };
    let admitted = Admitted { id_valid_until: None, ..since.clone() };
    let mut events = lives::<DiscountPurchase>(request, admitted.clone());
    events.extend(milestones(admitted.clone()).into_iter().map(Event::Reached));
    for promise in [admitted, since.clone()] {
        let table = id(discount_purchase::PLAN_LINKED.version);
        let (request, promise) = (Arc::new(again.clone()), Arc::new(promise));
        events.push(Event::Prepared { request, promise, table });
    }
    let now = Box::new(Admitted { mode: ConversionMode::NextDay, ..since });
    let table = Some(id(discount_purchase::PLAN_NEXT_DAY.version));
    events.push(Event::Reached(Milestone::Readmitted { admitted: now, table }));
    Entry::of::<Process<DiscountPurchase>>(&events)
}

/// Cash at once by the house's own distributor, and by one that the request names.
fn through_a_distributor() -> Entry {
    let (request, promise) = (promises::fast_withdrawal(), promises::advanced());
    let mut events = lives::<FastWithdraw>(request.clone(), promise.clone());
    events.extend(milestones(promise.clone()).into_iter().map(Event::Reached));
    let request = fast_withdraw::Request { distributor: Some(id("306")), ..request };
    let quota = QuotaKey { distributor: id("306"), ..promise.quota.clone() };
    // As it was counted before quotas had the house's own code, and as it is now.
    for by_code in [false, true] {
        let promise = fast_withdraw::Promise { quota: quota.clone(), by_code, ..promise.clone() };
        let (request, promise) = (Arc::new(request.clone()), Arc::new(promise));
        let table = id(FastWithdraw::TABLES[0].version);
        events.push(Event::Prepared { request, promise, table });
    }
    Entry::of::<Process<FastWithdraw>>(&events)
}

/// A plan as it was opened before verdicts on the wallet were stored, and as it is now.
fn plan_by_wallet() -> Entry {
    let mut events = lives::<RegularPlans>(plans::terms(), promises::agreed());
    let (request, promise) = (plans::terms(), promises::agreed_by_wallet());
    let (request, promise) = (Arc::new(request), Arc::new(promise));
    let table = id(RegularPlans::TABLES[0].version);
    events.push(Event::Prepared { request, promise, table });
    Entry::of::<Process<RegularPlans>>(&events)
}

/// A saga whose milestones are those that fund sagas share.
fn fund<S, P: Clone>(request: S::Request, promise: P) -> Entry
where
    S: Saga<Promise = P, Milestone = Milestone<P>>,
{
    entry::<S>(request, promise.clone(), milestones(promise))
}

/// The same, and what is promised anew since the last day of the identity document is stored.
fn readmitted<S, P: Clone>(request: S::Request, promise: P, since: P) -> Entry
where
    S: Saga<Promise = P, Milestone = Milestone<P>>,
{
    let again = milestones(promise.clone()).into_iter().chain([Milestone::readmitted(since)]);
    entry::<S>(request, promise, again)
}

fn entry<S: Saga>(
    request: S::Request,
    promise: S::Promise,
    milestones: impl IntoIterator<Item = S::Milestone>,
) -> Entry {
    let mut events = lives::<S>(request, promise);
    events.extend(milestones.into_iter().map(Event::Reached));
    Entry::of::<Process<S>>(&events)
}

/// What happens to any process of that kind, its own milestones aside.
pub fn lives<S: Saga>(request: S::Request, promise: S::Promise) -> Vec<Event<S>> {
    let timeout = || cause("timeout", "no answer from the channel");
    let (due, why) = (request_time().plus_millis(10_000), || "case 17".into());
    let row = || S::TABLES[0].steps[0].deed.name.into();
    let end = || Disposed::by_a_person("money_fund".into(), id("10000.00"), Disposition::Suspense);
    let came = Disposed {
        worth: id("1000.00"),
        came_of: Some("money_fund".into()),
        before: Some(id("10000.00")),
        ..end()
    };
    let closed = || Some(cause("0009", "the fund is closed"));
    let endings = S::NAMES.all.iter().filter_map(|name| S::ending_of(name));
    let table = id(S::TABLES[0].version);
    let mut life = vec![
        Event::Prepared { request: Arc::new(request), promise: Arc::new(promise), table },
        Event::RetryScheduled(Retry { row: row(), attempt: 1, cause: timeout(), due }),
        Event::Parked(Parked { row: row(), cause: timeout(), lacks_answer: true }),
        Event::Resumed { reason: why() },
        Event::LandingChosen { reason: why(), at: None },
        Event::LandingChosen { reason: why(), at: Some(due) },
        Event::Abandoned { reason: why(), ends: vec![end()], at: None },
        Event::Abandoned { reason: why(), ends: vec![came], at: None },
        Event::Abandoned { reason: why(), ends: vec![end()], at: Some(due) },
    ];
    life.extend(endings.map(|ending| Event::Ended { ending, cause: closed() }));
    life
}

/// One milestone of every kind, for a fund saga whose promise is that.
pub fn milestones<P>(admitted: P) -> Vec<Milestone<P>> {
    use Milestone as M;
    let at = instant("2026-02-13T15:00:00.5+08:00");
    let case = CaseId::of(b"a record");
    vec![
        M::Committed {},
        M::Redated { trade_date: day("2026-02-24") },
        M::LegRedated { trade_date: day("2026-02-25") },
        M::readmitted(admitted),
        M::TurnedAway { cause: cause("closed", "the fund is closed on the later T") },
        M::Undated { cause: cause("paid_at", "the payment is dated before the request") },
        M::Dated { at, reason: cause("operator", "the bank's statement") },
        M::Disputed { case },
        M::Undisputed { case },
        M::CancelAsked { at, scope: Scope::Conversion },
        M::CancelRefused { cause: cause("sealed", "the batch is sealed") },
        M::NotMoved {
            no: id("D-1.mmf.pay.refund1"),
            cause: cause("too_late", "the bank never got the refund, and its time is over"),
        },
        M::PayoutsForeseen { count: 5 },
    ]
}

fn incomes() -> Vec<income::Milestone> {
    use income::{Milestone as M, Refused};
    let why = "2026-02-24 was published with another figure".to_owned();
    vec![
        M::Opened {},
        M::Paged {
            through: Some(id("INV-7")),
            wallets: 200,
            accrued: id("80.24"),
            refused: vec![Refused { investor: id("INV-3"), why }],
            last: true,
        },
        M::Halted {},
    ]
}

/// One that became shares, and one in cash.
fn dividends() -> Entry {
    use dividend::Milestone as M;
    let (reinvested, in_cash) = (promises::reinvested(), promises::in_cash());
    let mut events = lives::<Dividends>(reinvested, dividend::Promise {});
    let (request, promise) = (Arc::new(in_cash), Arc::new(dividend::Promise {}));
    events.push(Event::Prepared { request, promise, table: id(dividend::IN_CASH.version) });
    let reached = [M::Opened {}, M::Booked {}, M::Halted {}];
    events.extend(reached.into_iter().map(Event::Reached));
    Entry::of::<Process<Dividends>>(&events)
}

fn freezes() -> [freeze::Milestone; 3] {
    use freeze::Milestone as M;
    [M::Opened {}, M::Booked {}, M::Halted {}]
}

fn clearings() -> [clearing::Milestone; 2] {
    use clearing::Milestone as M;
    [M::Opened {}, M::Halted {}]
}

fn cuts() -> Vec<day_cut::Milestone> {
    use day_cut::Milestone as M;
    let file =
        |name: &str, records| FileFigure { name: id(name), sha256: FileHash([0x5a; 32]), records };
    let figures =
        |count, files| Figures { count, amount: id("1234567.89"), shares: id("1000.00"), files };
    let through = id("20260213-200");
    vec![
        M::Opened {},
        M::Sealed { figures: figures(206, vec![]) },
        M::Paged { job: Job::Applications, through, figures: Figures::counting(200) },
        M::ApplicationsSent {
            figures: figures(206, vec![file("OFD_305_05_20260213_03.TXT", 206)]),
        },
        M::PricesIn { figures: Figures::counting(3) },
        M::ConfirmationsIn { figures: figures(206, vec![file("OFD_05_305_20260213_04.TXT", 206)]) },
        M::IncomeBooked { figures: Figures::counting(1) },
        M::Posted { figures: figures(4650, vec![]) },
        M::Reconciled { figures: Figures::counting(640) },
        M::SettlementInstructed {
            figures: Figures { amount: id("1234567.89"), ..Figures::counting(3) },
        },
        M::StatementsMade {
            figures: Figures {
                files: vec![file("statements.05.csv", 1200)],
                ..Figures::counting(190)
            },
        },
        M::HeadKept { figures: figures(4711, vec![file("cut.05.2026-02-13.head", 4711)]) },
        M::Skipped { job: Job::Prices, reason: promises::text("the fund is suspended") },
        M::Halted {},
    ]
}
