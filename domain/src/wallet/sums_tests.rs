//! What a wallet answers of itself: whose shares are free, which lots are left, what is owed and of which days.
//!
//! 2026-03-02 is a Monday; 100,000.00 shares at 1.00 per 10,000 earn 10.00 a day.

use super::{
    Command, Event, Owed, Portion, Refusal, Reservation, State, Wallet, parse_id,
    tests::{date, income, shares, tx},
};
use crate::{
    freeze::FrozenCause,
    money::Shares,
    money_fund::IncomeUnit,
    testing::{given, history},
};
use fundflow_kernel::codec::Stored;

const MONDAY: &str = "2026-03-02";
const TUESDAY: &str = "2026-03-03";
const WEDNESDAY: &str = "2026-03-04";

/// So many shares of that transaction, registered on that day.
fn bought(name: &str, number: &str, day: &str) -> Vec<Command> {
    let (coming, came) = (tx(name), tx(name));
    vec![
        Command::CreditInTransit(coming, shares(number)),
        Command::ConfirmCredit(came, shares(number), date(day)),
    ]
}

fn reserve(name: &str, number: &str) -> Command {
    Command::Reserve(tx(name), shares(number))
}

fn portion_came(name: &str, number: &str) -> Command {
    Command::ConfirmPortion(tx(name), shares(number), date(MONDAY))
}

fn portion_left(name: &str, number: &str) -> Command {
    let (transaction, shares) = (tx(name), shares(number));
    Command::TakePortion { transaction, shares, earns_through: date(MONDAY) }
}

fn left(name: &str, number: &str) -> Command {
    let (transaction, shares) = (tx(name), shares(number));
    Command::TakeOut { transaction, shares, earns_through: date(MONDAY) }
}

fn freeze(number: &str) -> Command {
    let record = "F-1".parse().unwrap();
    Command::Freeze { record, shares: shares(number), cause: FrozenCause::Judicial }
}

fn hold(number: &str) -> Command {
    Command::Hold("CASE-1".parse().unwrap(), shares(number))
}

fn claim(number: &str) -> Command {
    Command::Claim("TX-2.redeem".parse().unwrap(), tx("TX-2"), shares(number))
}

fn accrue(day: &str, publication: u8) -> Command {
    let (day, per_10_000, unit) = (date(day), "1".parse().unwrap(), IncomeUnit::Fen);
    Command::AccrueIncome { day, publication, per_10_000, unit }
}

fn reverse(day: &str) -> Command {
    Command::ReverseIncome { day: date(day), publication: 0 }
}

fn carry(through: &str, registered: &str) -> Command {
    Command::CarryIncome { through: date(through), registered: date(registered) }
}

fn happened(parts: &[&[Command]]) -> Vec<Event> {
    history::<Wallet>(parts.concat())
}

fn after(parts: &[&[Command]]) -> State {
    given::<Wallet>(happened(parts)).state()
}

fn holding() -> Vec<Command> {
    bought("TX-1", "100000", "2026-02-02")
}

#[test]
fn a_wallet_is_emptied_by_all_that_is_available_unless_some_is_frozen_or_in_dispute() {
    let rows: [(&[Command], &str, bool); 5] = [
        (&[], "100000", true),
        (&[], "99999.99", false),
        // What is reserved for another order leaves, too.
        (&[reserve("TX-2", "40000")], "60000", true),
        (&[freeze("40000")], "60000", false),
        (&[hold("40000")], "60000", false),
    ];
    for (then, leave, emptied) in rows {
        let wallet = after(&[&holding(), then]);
        assert_eq!(wallet.is_emptied_by(shares(leave)), emptied, "{then:?}");
    }
}

#[test]
fn who_buys_in_portions_may_use_what_came_and_what_is_coming_unless_others_have_what_came() {
    let coming = [Command::CreditInTransit(tx("TX-1"), shares("100")), portion_came("TX-1", "40")];
    let of_both = Event::SharesReserved {
        transaction: tx("TX-1"),
        shares: shares("100"),
        with_income: false,
    };
    given::<Wallet>(happened(&[&coming])).when(reserve("TX-1", "100")).then([of_both]);

    let others = [reserve("TX-2", "10")];
    let too_few =
        Refusal::TooFew { transaction: tx("TX-1"), asked: shares("100"), free: shares("30") };
    given::<Wallet>(happened(&[&coming, &others]))
        .when(reserve("TX-1", "100"))
        .then_refused(too_few);
    // Of older shares there are more than came.
    let older = after(&[&bought("TX-0", "50", MONDAY), &coming]);
    assert_eq!(older.available(), shares("90"));
    assert_eq!(older.free_for(&tx("TX-1")), shares("100"));
}

#[test]
fn left_to_an_order_are_the_lots_that_the_others_do_not_take_their_own_before_the_oldest() {
    let lots = [bought("TX-1", "100", MONDAY), bought("TX-2", "50", TUESDAY)].concat();
    let left_to = |name: &str, orders: &[Command]| {
        let left = after(&[&lots, orders]).lots_left_to(&tx(name));
        left.iter().map(|(day, left)| format!("{day} {left}")).collect::<Vec<_>>()
    };
    assert_eq!(left_to("TX-9", &[]), ["2026-03-02 100.00", "2026-03-03 50.00"]);
    // Whoever brought shares of its own takes those, and others the oldest.
    let own = [reserve("TX-2", "30")];
    assert_eq!(left_to("TX-9", &own), ["2026-03-02 100.00", "2026-03-03 20.00"]);
    assert_eq!(left_to("TX-2", &own), ["2026-03-02 100.00", "2026-03-03 50.00"]);
    let oldest = [reserve("TX-3", "90")];
    assert_eq!(left_to("TX-9", &oldest), ["2026-03-02 10.00", "2026-03-03 50.00"]);
    assert_eq!(left_to("TX-9", &[reserve("TX-2", "50"), reserve("TX-3", "100")]), [""; 0]);
}

#[test]
fn a_reservation_is_open_until_the_last_word_with_what_has_left_already() {
    let open = |then: &[Command]| {
        let wallet = after(&[&holding(), then]);
        wallet.entry(&tx("TX-2")).reservation.open()
    };
    let reserve = reserve("TX-2", "100");
    assert_eq!(open(&[]), None);
    assert_eq!(open(std::slice::from_ref(&reserve)), Some(shares("100")));
    assert_eq!(open(&[reserve.clone(), portion_left("TX-2", "60")]), Some(shares("100")));
    assert_eq!(open(&[reserve.clone(), left("TX-2", "60")]), None);
    assert_eq!(open(&[reserve, Command::Release(tx("TX-2"))]), None);
    assert_eq!(Reservation::None.open(), None);
}

#[test]
fn the_unpaid_income_goes_with_who_takes_every_share_and_with_nobody_else() {
    let all = Command::ReserveAll(tx("TX-2"), shares("100000"));
    let wallet = after(&[&holding(), &[all]]);
    assert!(wallet.takes_income(&tx("TX-2")) && !wallet.takes_income(&tx("TX-1")));
    let wallet = after(&[&holding(), &[reserve("TX-2", "100000")]]);
    assert!(!wallet.takes_income(&tx("TX-2")), "without its income");
}

#[test]
fn a_day_of_income_is_known_until_it_is_reversed_and_its_publication_beyond() {
    let two = [accrue(MONDAY, 0), accrue(TUESDAY, 0), carry(MONDAY, TUESDAY)];
    let wallet = after(&[&holding(), &two]);
    assert_eq!(wallet.days_of_income(), [MONDAY, TUESDAY].map(date));
    assert_eq!(wallet.carried_through(), Some(date(MONDAY)));
    assert_eq!(wallet.publication_on(date(WEDNESDAY)), None);

    let again = [reverse(TUESDAY), accrue(TUESDAY, 1)];
    let wallet = after(&[&holding(), &two, &again[..1]]);
    assert_eq!(wallet.days_of_income(), [date(MONDAY)]);
    assert_eq!(wallet.publication_on(date(TUESDAY)), Some(0));
    let wallet = after(&[&holding(), &two, &again]);
    assert_eq!(wallet.days_of_income(), [MONDAY, TUESDAY].map(date));
    assert_eq!(wallet.publication_on(date(TUESDAY)), Some(1));
    assert_eq!(after(&[&holding()]).carried_through(), None);
}

/// 10.00 were carried and are owed back; so many shares are left.
fn owing(left_over: &str) -> Vec<Command> {
    let gone = shares("100010").minus(shares(left_over)).unwrap().to_string();
    let back = [accrue(MONDAY, 0), carry(MONDAY, TUESDAY), reverse(MONDAY)];
    [holding(), back.to_vec(), vec![reserve("TX-2", &gone), left("TX-2", &gone)]].concat()
}

#[test]
fn income_that_is_owed_back_is_beyond_the_shares_where_too_few_are_free() {
    let owed =
        |left_over: &str, then: &[Command]| after(&[&owing(left_over), then]).owed_beyond_shares();
    let (unpaid, four) = (income("-10.00"), shares("4"));
    assert_eq!(owed("4", &[]), Some(Owed { unpaid, free: four, registered: four }));
    assert_eq!(owed("10", &[]), None);
    let free = shares("9.99");
    assert_eq!(owed("9.99", &[]), Some(Owed { unpaid, free, registered: free }));
    let nothing = Shares::ZERO;
    let frozen = Some(Owed { unpaid, free: nothing, registered: shares("10") });
    assert_eq!(owed("10", &[freeze("10")]), frozen);
    // Whoever takes the last shares settles it with them.
    assert_eq!(owed("4", &[Command::ReserveAll(tx("TX-3"), four)]), None);
    // What is owed to the investor is beyond nothing.
    assert_eq!(after(&[&holding(), &[accrue(MONDAY, 0)]]).owed_beyond_shares(), None);
}

#[test]
fn a_sum_that_is_owed_back_is_less_by_the_shares_that_are_free() {
    let beyond = |unpaid: &str, free: &str| {
        let free = shares(free);
        Owed { unpaid: income(unpaid), free, registered: free }.beyond().to_string()
    };
    assert_eq!(beyond("-10.00", "4"), "6.00");
    assert_eq!(beyond("-10.00", "0"), "10.00");
    assert_eq!(beyond("-10.00", "10.01"), "0.00");
    assert_eq!(beyond("10.00", "4"), "0.00");
}

#[test]
fn days_are_to_be_reckoned_where_other_shares_earned_or_other_income_is_to_be_carried() {
    let is_behind = |then: &[Command]| after(&[&holding(), then]).is_to_be_reckoned();
    let days = [accrue(MONDAY, 0), accrue(TUESDAY, 0)];
    assert!(!is_behind(&days));
    let carried = [days.as_slice(), &[carry(TUESDAY, WEDNESDAY)]].concat();
    assert!(!is_behind(&carried));
    // Shares left through Monday, and Tuesday's income counted them.
    let late = [reserve("TX-2", "60000"), left("TX-2", "60000")];
    assert!(is_behind(&[days.as_slice(), &late].concat()));
    // A day that was carried is taken back, until the next carry takes it away.
    let reversed = [carried.as_slice(), &[reverse(TUESDAY)]].concat();
    assert!(is_behind(&reversed));
    assert!(!is_behind(&[reversed.as_slice(), &[carry(TUESDAY, WEDNESDAY)]].concat()));
}

#[test]
fn as_many_that_left_through_other_days_differ_from_more_and_from_fewer() {
    let wallet = after(&[&holding(), &[reserve("TX-2", "60000"), portion_left("TX-2", "60000")]]);
    let differs = |number: &str, day: &str| {
        let portion = Portion { shares: shares(number), day: date(day) };
        wallet.left_on_other_days(&tx("TX-2"), &[portion])
    };
    assert!(differs("60000", TUESDAY));
    assert!(!differs("60000", MONDAY));
    assert!(!differs("50000", TUESDAY));
    let two = ["20000", "40000"].map(|it| Portion { shares: shares(it), day: date(MONDAY) });
    assert!(!wallet.left_on_other_days(&tx("TX-2"), &two), "together they are the same");
}

#[test]
fn what_a_record_froze_and_a_case_holds_is_known_by_its_name_until_it_is_lifted() {
    let (record, other) = ("F-1".parse().unwrap(), "F-2".parse().unwrap());
    let lifted = Command::Unfreeze { record: "F-1".parse().unwrap(), by: other };
    let frozen = |then: &[Command]| after(&[&holding(), then]).is_frozen_by(&record);
    assert_eq!([&[][..], &[freeze("10")]].map(frozen), [false, true]);
    assert!(!frozen(&[freeze("10"), lifted]));

    let unhold = Command::Unhold("CASE-1".parse().unwrap());
    let held = |then: &[Command]| after(&[&holding(), then]).is_held_for("CASE-1");
    assert_eq!(held(&[]), None);
    assert_eq!(held(&[hold("10")]), Some(true));
    assert_eq!(held(&[hold("10"), unhold]), Some(false));
    assert_eq!(after(&[&holding(), &[hold("10")]]).is_held_for("CASE-2"), None);
}

#[test]
fn a_wallet_waits_for_those_whose_records_lack_shares() {
    assert_eq!(Wallet::waiting(&after(&[&holding()])), []);
    assert_eq!(Wallet::waiting(&after(&[&holding(), &[claim("10")]])), [tx("TX-2")]);
}

#[test]
fn a_wallet_is_named_by_its_investor_and_its_fund() {
    let (investor, fund) = ("i-1.x".parse().unwrap(), "000730".parse().unwrap());
    assert_eq!(parse_id("i-1.x.000730"), Some((investor, fund)));
    assert_eq!(parse_id("i-1"), None);
    assert_eq!(parse_id("i-1.00073"), None);
}

#[test]
fn a_correction_says_what_is_coming_again_only_where_something_is() {
    let corrected = |waits: bool| {
        let portions = vec![Portion { shares: shares("60"), day: date(MONDAY) }];
        let record = "R-1".parse().unwrap();
        let correct = Command::CorrectCredit { transaction: tx("TX-1"), record, portions, waits };
        let coming = Command::CreditInTransit(tx("TX-1"), shares("100"));
        let events = happened(&[&[coming, portion_came("TX-1", "70"), correct]]);
        serde_json::to_value(events.last().unwrap()).unwrap()["credit_corrected"]["coming"].clone()
    };
    assert_eq!(corrected(false), serde_json::Value::Null);
    assert_eq!(corrected(true), "40.00");
}
