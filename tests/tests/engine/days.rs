//! Whole days of any requests, with everything going wrong outside: all comes to rest, the books
//! agree, nothing is paid twice.

use crate::{
    asking,
    house::{Outside, audit, passed},
    playing::Played,
};
use fundflow_domain::{
    admission::buying::Way, application::OnHuge, fund::FundTerms, ids::InvestorId, money::Amount,
    money_fund::Publication,
};
use fundflow_infrastructure::sandbox::scenario::Scenario;
use fundflow_kernel::{envelope::StreamName, memory_store::MemoryStore};
use fundflow_runtime::{port::Payload, process::Disposition};
use fundflow_sagas::{
    freeze::{self, Word},
    purchase, recharge, withdraw,
};
use fundflow_testkit::{
    faulty_store::Fault,
    strategies::{Day, EVERYTHING, Happens, Operates, asks, days, notices},
    wanted::{self, Wanted},
    worlds,
};
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use std::{collections::BTreeSet, sync::Arc};

const RAISING: &str = "
[[raising]]
fund = '018145'
founded_on = '2026-02-26'
";
const SCENARIO: &str = "
[charge.per_mille]
declined = 60
timeout_paid = 80
timeout_declined = 40
timeout_lost = 40
late_paid = 60
late_declined = 40
double_debit = 60
double_callback = 40
short = 40
[refund.per_mille]
timeout_refunded = 150
timeout_lost = 100
[front.per_mille]
rejected = 60
timeout_accepted = 60
timeout_rejected = 40
timeout_lost = 40
[confirmation.per_mille]
partial = 60
rejected = 60
late = 60
twice = 60
";

fn runs<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime").block_on(future)
}

fn stormy() -> Scenario {
    Scenario::from_toml(&format!("{SCENARIO}{RAISING}")).expect("a scenario")
}

fn fair() -> Scenario {
    Scenario::from_toml(RAISING).expect("a scenario")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_is_asked_on_a_day_comes_to_rest_and_the_books_agree(day in days(24)) {
        runs(async {
            let mut played = Played::of(&day, stormy()).await;
            played.books_agree().await;
            played.changes_nothing_when_it_is_said_again().await;
        });
    }

    #[test]
    fn a_death_in_the_middle_of_a_day_changes_nothing(day in days(24)) {
        runs(async {
            let undisturbed = Day { death: None, ..day.clone() };
            let undisturbed = Played::of(&undisturbed, fair()).await;
            let played = Played::of(&day, fair()).await;
            assert_eq!(played.account().await, undisturbed.account().await);
            assert_eq!(played.taken, undisturbed.taken, "what was taken");
            played.books_agree().await;
        });
    }

    #[test]
    fn whatever_is_said_unasked_leaves_books_that_agree(
        wanted in asks::wanted(), news in proptest::collection::vec(notices(), 0..12)
    ) {
        runs(play_notices(wanted, news));
    }
}

/// Its money comes to whoever has the order: that stays named, with its case, and is nobody else's.
#[test]
fn a_withdrawal_that_a_person_took_over_ahead_of_its_registrars_word_comes_to_rest() {
    let investor: InvestorId = worlds::read("INV-1");
    let withdrawal = Wanted::Withdraw(withdraw::Request {
        investor: investor.clone(),
        account: worlds::account(),
        fund: worlds::wallet_code(),
        shares: Some(worlds::shares("6000.00")),
        on_huge: OnHuge::Cancel,
        distributor: None,
    });
    let id = worlds::transaction("D-1");
    let owned = owned(&investor, worlds::amount("20000.00"));
    let later = Day::open().plus_millis(60_000);
    let takes_over = Happens::Operates(id.clone(), Operates::Abandon(Disposition::Manual));
    let day = Day {
        seed: 0,
        before: owned.map(|(id, wanted)| (worlds::transaction(id), wanted)).into(),
        moments: vec![
            (Day::open(), Happens::Asks(id.clone(), Box::new(withdrawal))),
            (later, takes_over),
        ],
        death: None,
    };
    runs(async {
        let played = Played::of(&day, fair()).await;
        played.books_agree().await;
        let looks = played.looks().await;
        let look = looks.iter().find(|look| look.id.transaction == id).expect("the withdrawal");
        let ends: Vec<_> = look.open_ends.iter().map(|end| (&*end.name, end.worth)).collect();
        assert_eq!((look.finished, ends), (true, vec![("proceeds", 6000.into())]));
    });
}

/// Of transaction `TX-1`, whatever that is, in a house whose target has another registrar.
async fn play_notices(wanted: Wanted, news: Vec<(StreamName, Payload)>) {
    let outside = Outside::with(at_two_registrars(), RAISING, Day::begin());
    let store = Arc::new(MemoryStore::default());
    let engine = outside.start(&store).await;
    let (investor, yuan) = (wanted.investor().clone(), worlds::amount("20000.00"));
    for (id, owned) in owned(&investor, yuan) {
        let asked = asking::ask(&engine, worlds::transaction(id), owned).await;
        assert!(matches!(asked, asking::Asked::Placed(..)), "{id}");
    }
    outside.pass(&engine, 24 * 4).await;
    drop(asking::ask(&engine, worlds::transaction("TX-1"), wanted).await);
    for (stream, news) in news {
        for outcome in engine.deliver(vec![fundflow::Notice { stream, news }]).await {
            outcome.expect("news that can be taken, whatever they say");
        }
    }
    outside.pass(&engine, 24 * 14).await;
    engine.shutdown().await.expect("an engine that runs");
    passed(&audit(&*store).await);
}

fn at_two_registrars() -> Vec<FundTerms> {
    let mut funds = wanted::funds();
    for fund in &mut funds {
        if fund.code == worlds::target_code() {
            fund.registrar = worlds::read("98");
        }
    }
    funds
}

/// So much of the wallet and of the target, so that most of what is asked for is possible.
fn owned(investor: &InvestorId, amount: Amount) -> [(&'static str, Wanted); 2] {
    let (account, only_today) = (worlds::account(), false);
    let wallet = recharge::Request {
        investor: investor.clone(),
        account: account.clone(),
        fund: worlds::wallet_code(),
        amount,
        only_today,
        distributor: None,
    };
    let target = purchase::Request {
        investor: investor.clone(),
        account,
        fund: worlds::target_code(),
        amount,
        way: Way::Purchase,
        only_today,
        distributor: None,
    };
    [("W-1", Wanted::Recharge(wallet)), ("H-1", Wanted::Purchase(target))]
}

/// What a registrar says that it keeps, it keeps: a correction takes no share of it on either side.
#[test]
fn a_correction_of_income_takes_no_frozen_shares_on_either_side() {
    let (fund, investor) = (worlds::wallet_code(), worlds::investor_id());
    let at = |time: &str| worlds::instant(&format!("2026-02-12T{time}:00+08:00"));
    let recharge = recharge::Request {
        investor: investor.clone(),
        account: worlds::account(),
        fund,
        amount: worlds::amount("20000.00"),
        only_today: false,
        distributor: None,
    };
    let word = Word::Statement {
        registrar: worlds::read("own"),
        on: worlds::date("2026-02-11"),
        frozen: worlds::shares("50000.00"),
    };
    let (day, statement) = (worlds::date("2026-02-10"), freeze::Request { investor, fund, word });
    let income = |figure: &str, publication| {
        let per_10_000 = worlds::read(figure);
        Happens::Publishes(Publication { fund, day, per_10_000, publication })
    };
    let name = worlds::transaction("frozen.20260211.000009.INV-7");
    let moments = vec![
        (at("11:09"), Happens::Freezes(name, Box::new(statement))),
        (at("12:02"), income("0.5", 0)),
        (at("13:57"), income("0.4012", 1)),
    ];
    let before = vec![(worlds::transaction("W-7"), Wanted::Recharge(recharge))];
    let day = Day { seed: 0, before, moments: moments.clone(), death: None };
    runs(async {
        let played = Played::of(&day, fair()).await;
        assert_eq!(played.taken, moments, "{:?}", played.refusals);
        let wallet = &played.account().await["wallet INV-7 000009"];
        assert!(wallet.contains("registered: Shares(20001.00)"), "{wallet}");
        assert!(wallet.contains("unpaid_income: Income(-0.2000)"), "{wallet}");
        played.books_agree().await;
    });
}

#[test]
fn the_days_have_everything_and_most_of_it_is_taken() {
    let mut runner = TestRunner::deterministic();
    let (mut drawn, mut deaths) = (0, 0);
    let (mut taken, mut refusals) = (Vec::new(), Vec::new());
    for _ in 0..10 {
        let day = days(40).new_tree(&mut runner).expect("a day").current();
        let played = runs(Played::of(&day, fair()));
        drawn += day.moments.len();
        deaths += played.deaths;
        refusals.extend(played.refusals);
        taken.extend(played.taken.into_iter().map(|(_, it)| it.name()));
    }
    let names: BTreeSet<_> = taken.iter().copied().collect();
    assert_eq!(names, BTreeSet::from(EVERYTHING), "what was taken; others: {refusals:#?}");
    assert!(2 * taken.len() > drawn, "{} of {drawn} taken; others: {refusals:#?}", taken.len());
    assert!(deaths > 1, "only {deaths} died");
}

/// 1.60 of a day became shares of each wallet, and 0.80 were right: whichever of the wallets the store has when the
/// process dies, each has the lots that it would have had.
#[test]
fn a_death_within_a_correction_of_income_leaves_the_same_lots() {
    let fund = worlds::wallet_code();
    let at = |time: &str| worlds::instant(&format!("2026-02-12T{time}:00+08:00"));
    let income = |figure: &str, publication| {
        let (day, per_10_000) = (worlds::date("2026-02-10"), worlds::read(figure));
        Happens::Publishes(Publication { fund, day, per_10_000, publication })
    };
    let mut runner = TestRunner::deterministic();
    let drawn = days(1).new_tree(&mut runner).expect("a day").current();
    let moments = vec![(at("11:09"), income("0.8", 0)), (at("12:02"), income("0.4", 1))];
    let day = Day { seed: 0, before: drawn.before, moments, death: None };
    runs(async {
        let undisturbed = Played::of(&day, fair()).await.account().await;
        for (appends, streams) in (1..5).flat_map(|one| (1..8).map(move |two| (one, two))) {
            let death = Some((appends, Fault::Prefix(streams)));
            let played = Played::of(&Day { death, ..day.clone() }, fair()).await;
            let context = format!("{streams} streams of batch {appends}");
            assert_eq!(played.account().await, undisturbed, "{context}");
        }
    });
}
