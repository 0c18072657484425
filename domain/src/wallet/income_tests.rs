//! Income, day by day: 2026-03-06 is a Friday, 10,000.00 shares earn from Monday the 2nd on.

use super::{
    Command, DAYS_REMEMBERED, Event, IncomeRefusal, LotTaken, Refusal, Wallet,
    tests::{credited, date, income, reserved, shares, tx},
};
use crate::{
    arithmetic::out_of_range,
    calendar::TradingCalendar,
    money_fund::{IncomeUnit, earns_from, earns_until},
    testing::{each_once, given, history},
};
use chrono::Days;

fn accrue(day: &str, publication: u8, per_10_000: &str) -> Command {
    let per_10_000 = per_10_000.parse().unwrap();
    Command::AccrueIncome { day: date(day), publication, per_10_000, unit: IncomeUnit::Fen }
}

fn accrued(day: &str, publication: u8, figure: &str, basis: &str, amount: &str) -> Event {
    let (day, per_10_000) = (date(day), figure.parse().unwrap());
    Event::IncomeAccrued {
        day,
        publication,
        per_10_000,
        shares: shares(basis),
        amount: income(amount),
    }
}

fn reverse(day: &str, publication: u8) -> Command {
    Command::ReverseIncome { day: date(day), publication }
}

fn reversed(day: &str, publication: u8, amount: &str) -> Event {
    Event::IncomeReversed { day: date(day), publication, amount: income(amount) }
}

fn carry(through: &str, registered: &str) -> Command {
    Command::CarryIncome { through: date(through), registered: date(registered) }
}

fn carried(through: &str, amount: &str, registered: &str, lots: Vec<LotTaken>) -> Event {
    let (through, registered) = (date(through), date(registered));
    Event::IncomeCarried { through, amount: income(amount), registered, lots }
}

fn settle(amount: &str) -> Command {
    Command::SettleIncome(tx("TX-9"), income(amount), 1)
}

fn settled(amount: &str, left_to_fund: &str) -> Event {
    let (amount, left_to_fund) = (income(amount), income(left_to_fund));
    Event::IncomeSettled { transaction: tx("TX-9"), amount, left_to_fund }
}

/// 10,000.00 shares, registered on Monday the 2nd.
fn holding() -> Vec<Event> {
    credited("TX-1", "10000.00", "2026-03-02")
}

/// All of them leave, with Sunday the 8th as the last day that they earn.
fn taken_out() -> [Event; 2] {
    let lots = vec![LotTaken { lot: tx("TX-1"), shares: shares("10000.00") }];
    let earns_through = date("2026-03-08");
    let (transaction, shares) = (tx("TX-9"), shares("10000.00"));
    let out = Event::SharesTakenOut { transaction, shares, lots, earns_through };
    [reserved("TX-9", "10000.00"), out]
}

fn after(events: impl IntoIterator<Item = Event>) -> Vec<Event> {
    holding().into_iter().chain(events).collect()
}

#[test]
fn a_day_accrues_to_the_shares_that_earn_on_it() {
    let then = given::<Wallet>(holding()).when(accrue("2026-03-02", 0, "0.4012")).then([accrued(
        "2026-03-02",
        0,
        "0.4012",
        "10000.00",
        "0.40",
    )]);

    assert_eq!(then.state().unpaid_income(), income("0.40"));
}

#[test]
fn shares_earn_from_the_day_they_are_registered_which_is_the_working_day_after_t() {
    let calendar = TradingCalendar::xshg().unwrap();
    let friday = calendar.day(date("2026-02-27")).unwrap();
    assert_eq!(earns_from(&calendar, friday), Ok(date("2026-03-02")));

    given::<Wallet>(holding()).when(accrue("2026-03-01", 0, "0.4012")).then([]);
}

#[test]
fn shares_redeemed_on_friday_earn_the_weekend_although_they_left_before_its_income_came() {
    let calendar = TradingCalendar::xshg().unwrap();
    let friday = calendar.day(date("2026-03-06")).unwrap();
    assert_eq!(earns_until(&calendar, friday), Ok(date("2026-03-08")));

    given::<Wallet>(after(taken_out()))
        .when(accrue("2026-03-08", 0, "0.4012"))
        .then([accrued("2026-03-08", 0, "0.4012", "10000.00", "0.40")])
        .when(accrue("2026-03-09", 0, "0.4012"))
        .then([]);
}

#[test]
fn shares_are_taken_out_with_the_last_day_that_they_earn() {
    let [reserved, out] = taken_out();
    given::<Wallet>(after([reserved]))
        .when(Command::TakeOut {
            transaction: tx("TX-9"),
            shares: shares("10000.00"),
            earns_through: date("2026-03-08"),
        })
        .then([out]);
}

#[test]
fn a_daily_carry_makes_a_lot_that_earns_from_its_registration_on() {
    let then = given::<Wallet>(after([accrued("2026-03-02", 0, "0.4012", "10000.00", "0.40")]))
        .when(carry("2026-03-02", "2026-03-03"))
        .then([carried("2026-03-02", "0.40", "2026-03-03", vec![])]);
    let state = then.state();

    assert_eq!(state.registered(), shares("10000.40"));
    assert_eq!(state.unpaid_income(), income("0.00"));
    let lots = state.lots();
    let lot = lots.last().unwrap();
    assert_eq!((lot.transaction.as_str(), lot.carried), ("income.20260303", true));
    assert_eq!(state.earning_on(date("2026-03-02")), shares("10000.00"));
    assert_eq!(state.earning_on(date("2026-03-03")), shares("10000.40"));
}

#[test]
fn a_monthly_carry_takes_the_days_up_to_its_own_and_leaves_the_later_ones_unpaid() {
    let days = [
        accrued("2026-03-02", 0, "0.4012", "10000.00", "0.40"),
        accrued("2026-03-15", 0, "0.3987", "10000.00", "0.39"),
        accrued("2026-03-16", 0, "0.4105", "10000.00", "0.41"),
    ];
    let then = given::<Wallet>(after(days))
        .when(carry("2026-03-15", "2026-03-16"))
        .then([carried("2026-03-15", "0.79", "2026-03-16", vec![])]);

    assert_eq!(then.state().unpaid_income(), income("0.41"));
}

#[test]
fn what_is_below_a_fen_stays_unpaid_and_goes_with_the_next_carry() {
    let hundredths = |day: &str| accrued(day, 0, "0.4012", "123.45", "0.0049");
    let then = given::<Wallet>(after([hundredths("2026-03-02"), hundredths("2026-03-03")]))
        .when(carry("2026-03-02", "2026-03-03"))
        .then([]);
    assert_eq!(then.state().unpaid_income(), income("0.0098"));

    let days = ["2026-03-02", "2026-03-03", "2026-03-04"].map(hundredths);
    let then = given::<Wallet>(after(days))
        .when(carry("2026-03-04", "2026-03-05"))
        .then([carried("2026-03-04", "0.01", "2026-03-05", vec![])]);
    assert_eq!(then.state().unpaid_income(), income("0.0047"));
}

#[test]
fn negative_income_takes_shares_out_of_the_oldest_lot() {
    let taken = vec![LotTaken { lot: tx("TX-1"), shares: shares("0.12") }];
    let then = given::<Wallet>(after([accrued("2026-03-02", 0, "-0.1299", "10000.00", "-0.12")]))
        .when(carry("2026-03-02", "2026-03-03"))
        .then([carried("2026-03-02", "-0.12", "2026-03-03", taken)]);

    assert_eq!(then.state().registered(), shares("9999.88"));
}

#[test]
fn a_corrected_publication_is_a_reversal_and_a_new_accrual() {
    let day = "2026-03-02";
    let then = given::<Wallet>(after([accrued(day, 0, "0.4012", "10000.00", "0.40")]))
        .when(reverse(day, 0))
        .then([reversed(day, 0, "0.40")])
        .when(accrue(day, 1, "0.5012"))
        .then([accrued(day, 1, "0.5012", "10000.00", "0.50")])
        // What came before is old news, whatever order it comes in.
        .when(accrue(day, 0, "0.4012"))
        .then([])
        .when(reverse(day, 0))
        .then([]);

    assert_eq!(then.state().unpaid_income(), income("0.50"));
}

#[test]
fn the_reversal_of_a_day_that_was_carried_is_taken_back_by_the_next_carry() {
    let events = [
        accrued("2026-03-02", 0, "4.0120", "10000.00", "4.01"),
        carried("2026-03-02", "4.01", "2026-03-03", vec![]),
    ];
    let taken = vec![LotTaken { lot: tx("TX-1"), shares: shares("3.61") }];
    let then = given::<Wallet>(after(events))
        .when(reverse("2026-03-02", 0))
        .then([reversed("2026-03-02", 0, "4.01")])
        .when(accrue("2026-03-02", 1, "0.4012"))
        .then([accrued("2026-03-02", 1, "0.4012", "10000.00", "0.40")])
        .when(carry("2026-03-03", "2026-03-04"))
        .then([carried("2026-03-03", "-3.61", "2026-03-04", taken)]);

    assert_eq!(then.state().registered(), shares("10000.40"));
}

#[test]
fn leaving_with_every_share_settles_all_unpaid_income_whatever_the_carry() {
    let days = [
        accrued("2026-03-06", 0, "0.4012", "10000.00", "0.4012"),
        accrued("2026-03-07", 0, "0.3987", "10000.00", "0.3987"),
    ];
    let then = given::<Wallet>(after(days.into_iter().chain(taken_out())))
        .when(settle("0.79"))
        .then([settled("0.79", "0.0099")]);

    assert_eq!(then.state().unpaid_income(), income("0.00"));
}

/// All of them leave with their income.
fn taken_out_with_income() -> [Event; 2] {
    let [_, out] = taken_out();
    let (transaction, shares) = (tx("TX-9"), shares("10000.00"));
    [Event::SharesReserved { transaction, shares, with_income: true }, out]
}

/// A record in dispute is not settled yet; carried meanwhile, its income would be paid twice.
#[test]
fn income_of_shares_that_have_left_is_not_carried_before_it_is_settled() {
    let owed = [accrued("2026-03-06", 0, "36.02", "10000.00", "36.02")];
    let gone = after(owed.into_iter().chain(taken_out_with_income()));
    given::<Wallet>(gone.clone()).when(carry("2026-03-09", "2026-03-10")).then([]);

    let back = settled("36.02", "0.00");
    let later = accrued("2026-03-10", 0, "1.00", "10000.00", "1.00");
    let again = [back, later].into_iter().chain(credited("TX-2", "10000.00", "2026-03-10"));
    let then = given::<Wallet>(gone.into_iter().chain(again))
        .when(carry("2026-03-10", "2026-03-11"))
        .then([carried("2026-03-10", "1.00", "2026-03-11", vec![])]);
    assert_eq!(then.state().unpaid_income(), income("0.00"));
}

#[test]
fn income_is_carried_again_where_nothing_left_in_the_end() {
    let back = Event::TakeOutCorrected {
        transaction: tx("TX-9"),
        record: "R-1".parse().unwrap(),
        reversed: shares("10000.00"),
        shares: shares("0"),
        returned: shares("10000.00"),
        lots: vec![],
        held: shares("0"),
        earns_through: date("2026-03-08"),
        portions: vec![],
    };
    let owed = [accrued("2026-03-06", 0, "1.00", "10000.00", "1.00")];
    given::<Wallet>(after(owed.into_iter().chain(taken_out_with_income()).chain([back])))
        .when(carry("2026-03-09", "2026-03-10"))
        .then([carried("2026-03-09", "1.00", "2026-03-10", vec![])]);
}

#[test]
fn where_nothing_was_unpaid_when_the_shares_left_later_income_is_carried() {
    let later = accrued("2026-03-10", 0, "1.00", "10000.00", "1.00");
    let again = credited("TX-2", "10000.00", "2026-03-10").into_iter().chain([later]);
    given::<Wallet>(after(taken_out_with_income().into_iter().chain(again)))
        .when(carry("2026-03-10", "2026-03-11"))
        .then([carried("2026-03-10", "1.00", "2026-03-11", vec![])]);
}

#[test]
fn what_the_registrar_paid_is_booked_and_the_difference_stays_in_sight() {
    let days = [accrued("2026-03-06", 0, "0.4012", "10000.00", "0.40")];
    let then = given::<Wallet>(after(days.into_iter().chain(taken_out())))
        .when(settle("0.30"))
        .then([settled("0.30", "0.00")]);

    assert_eq!(then.state().unpaid_income(), income("0.10"));
}

#[test]
fn a_wallet_that_earns_for_years_stays_small() {
    let mut state = given::<Wallet>(holding()).state();
    for day in date("2026-03-02").iter_days().take(400) {
        let today = day.to_string();
        let tomorrow = (day + Days::new(1)).to_string();
        for command in [accrue(&today, 0, "0.4012"), carry(&today, &tomorrow)] {
            state = given_on(state, &command);
        }
    }

    assert_eq!(state.registered(), shares("10160.00"));
    assert!(state.lots().len() <= usize::try_from(DAYS_REMEMBERED).unwrap() + 4);
    assert!(state.book().days_known() <= usize::try_from(DAYS_REMEMBERED).unwrap() + 1);
}

fn given_on(state: super::State, command: &Command) -> super::State {
    use crate::decider::Decider;
    let events = Wallet::decide(&state, command).unwrap();
    events.iter().fold(state, |state, event| Wallet::evolve(state, event).unwrap())
}

/// The place of each variant in the enum; a new one stops the build.
const fn place(refusal: &IncomeRefusal) -> usize {
    match refusal {
        IncomeRefusal::DiffersFromPublished { .. } => 0,
        IncomeRefusal::NotReversed { .. } => 1,
        IncomeRefusal::LongPast { .. } => 2,
        IncomeRefusal::NotAccrued { .. } => 3,
        IncomeRefusal::TakesTooMany { .. } => 4,
        IncomeRefusal::SettledOtherwise { .. } => 5,
        IncomeRefusal::TookNothingOut(_) => 6,
        IncomeRefusal::OutOfRange(_) => 7,
    }
}

fn refusals() -> Vec<(Vec<Event>, Command, IncomeRefusal)> {
    let day = date("2026-03-02");
    let figure = |text: &str| text.parse().unwrap();
    let once = || after([accrued("2026-03-02", 0, "0.4012", "10000.00", "0.40")]);
    let negative =
        [accrued("2026-03-02", 0, "-0.1299", "10000.00", "-0.12"), reserved("TX-2", "9999.90")];
    let exit = taken_out().into_iter().chain([settled("0.00", "0.00")]);
    let most = accrued("2026-03-03", 0, "0.4012", "10000.00", "99999999");
    vec![
        (
            once(),
            accrue("2026-03-02", 0, "0.5012"),
            IncomeRefusal::DiffersFromPublished {
                day,
                was: figure("0.4012"),
                now: figure("0.5012"),
            },
        ),
        (
            once(),
            accrue("2026-03-02", 1, "0.5012"),
            IncomeRefusal::NotReversed { day, publication: 0 },
        ),
        (
            after([accrued("2026-06-01", 0, "0.4012", "10000.00", "0.40")]),
            accrue("2026-04-21", 0, "0.4012"),
            IncomeRefusal::LongPast { day: date("2026-04-21"), since: date("2026-04-22") },
        ),
        (holding(), reverse("2026-03-02", 0), IncomeRefusal::NotAccrued { day, publication: 0 }),
        (
            after(negative),
            carry("2026-03-02", "2026-03-03"),
            IncomeRefusal::TakesTooMany { unpaid: income("-0.12"), available: shares("0.10") },
        ),
        (
            after(exit),
            settle("0.01"),
            IncomeRefusal::SettledOtherwise {
                transaction: tx("TX-9"),
                was: income("0.00"),
                now: income("0.01"),
            },
        ),
        (
            after([reserved("TX-9", "10.00")]),
            settle("0.00"),
            IncomeRefusal::TookNothingOut(tx("TX-9")),
        ),
        (
            after([most]),
            accrue("2026-03-02", 0, "0.4012"),
            out_of_range("unpaid income", "99999999.0000 and 0.4000".to_owned()).into(),
        ),
    ]
}

#[test]
fn every_refusal_of_income_has_its_case() {
    each_once(refusals().iter().map(|(_, _, refusal)| place(refusal)), 8);
    for (history, command, refusal) in refusals() {
        given::<Wallet>(history).when(command).then_refused(Refusal::Income(refusal));
    }
}

#[test]
fn a_wallets_year_is_its_commands_in_order() {
    let commands = [
        Command::CreditInTransit(tx("TX-1"), shares("10000.00")),
        Command::ConfirmCredit(tx("TX-1"), shares("10000.00"), date("2026-03-02")),
        accrue("2026-03-02", 0, "0.4012"),
        carry("2026-03-02", "2026-03-03"),
    ];
    let expected = after([
        accrued("2026-03-02", 0, "0.4012", "10000.00", "0.40"),
        carried("2026-03-02", "0.40", "2026-03-03", vec![]),
    ]);

    assert_eq!(history::<Wallet>(commands), expected);
}
