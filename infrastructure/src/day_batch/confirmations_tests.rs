use super::*;
use fundflow_domain::case::Kind;
use fundflow_sagas::ports::stray::Stray;
use rust_decimal::Decimal;

fn of(business: &str) -> TradeConfirmation {
    TradeConfirmation { business_code: business.to_owned(), ..Default::default() }
}

fn stated(answer: Result<ApplicationAnswer, String>) -> (Money, Option<Stated>) {
    let Ok(ApplicationAnswer::Rejected(it)) = answer else { panic!("{answer:?}") };
    (it.interest, it.stated)
}

fn refusal(record: &TradeConfirmation) -> (Money, Option<Stated>) {
    let codes = ReturnCodes::built_in().unwrap();
    stated(refused(record, &codes.explain("05", &record.return_code)))
}

/// So does one whose code is blank.
#[test]
fn a_rejection_says_what_its_record_confirms_and_sends_back() {
    for code in ["0010", ""] {
        let plain = TradeConfirmation { return_code: code.to_owned(), ..of("122") };
        assert_eq!(refusal(&plain), (Money::ZERO, None));
        let on = "2026-02-25".parse().ok();
        let plain = TradeConfirmation { transaction_cfm_date: on, ..plain };
        let (_, dated) = refusal(&plain);
        assert!(dated.is_some_and(|it| it.on == on && !it.names_sums()));
        let filled = TradeConfirmation {
            confirmed_vol: Decimal::new(132_761, 2),
            confirmed_amount: 1000.into(),
            refund_amount: 400.into(),
            interest: Decimal::new(50, 2),
            ..plain
        };
        let (interest, stated) = refusal(&filled);
        let stated = stated.unwrap();
        assert_eq!(interest, "0.50".parse().unwrap());
        assert_eq!((stated.on, stated.refund), (on, Money::whole_yuan(400)));
        assert_eq!(stated.amount, Money::whole_yuan(1000));
        assert_eq!(stated.shares, "1327.61".parse().unwrap());
    }
}

#[test]
fn a_raising_that_failed_says_when_and_what_goes_back() {
    let on = "2026-02-25".parse().ok();
    let record =
        TradeConfirmation { transaction_cfm_date: on, refund_amount: 1000.into(), ..of("149") };
    let earned = TradeConfirmation { raise_interest: Decimal::new(63, 2), ..record.clone() };
    assert_eq!(stated(answer_of(&earned, Vec::new())).0, "0.63".parse().unwrap());
    let (_, said) = stated(answer_of(&record, Vec::new()));
    let said = said.unwrap();
    assert_eq!((said.on, said.refund), (on, Money::whole_yuan(1000)));
    assert!(said.amount.is_zero() && said.shares.is_zero());
}

/// Of a conversion, by the record of what leaves and by that of what comes.
#[test]
fn each_half_of_a_conversion_gives_what_is_its_own() {
    let number = |nth: i64| Decimal::from(nth);
    let half = |business: &str, first: i64| TradeConfirmation {
        nav: number(first),
        confirmed_vol: number(first + 1),
        confirmed_amount: number(first + 2),
        recuperate_fee: number(first + 3),
        change_fee: number(first + 4),
        total_backend_load: number(first + 5),
        recuperate_agency_fee: number(first + 6),
        undistribute_monetary_income: number(first + 7),
        ..of(business)
    };
    let on = |text: &str| text.parse().ok();
    let out = TradeConfirmation { share_register_date: on("2026-02-24"), ..half("138", 10) };
    let into = TradeConfirmation { share_register_date: on("2026-02-25"), ..half("137", 20) };
    let whole = merged(out, &into);
    assert_eq!(whole.share_register_date, on("2026-02-25"));
    assert_eq!(whole.recuperate_agency_fee, number(26));
    let numbers = converted(&whole).unwrap();
    assert_eq!((numbers.nav_out, numbers.nav_in), ("10".parse().unwrap(), "20".parse().unwrap()));
    let shares = [numbers.shares_out, numbers.shares_in];
    assert_eq!(shares, ["11", "21"].map(|it| it.parse().unwrap()));
    let money = [numbers.net_in, numbers.topup_fee, numbers.redemption_fee, numbers.back_end_fee];
    assert_eq!(money, [22, 23, 14, 15].map(Money::whole_yuan));
    assert_eq!(numbers.income, "17".parse().unwrap());
}

#[test]
fn what_either_half_names_otherwise_is_said_of_the_conversion() {
    let half = |side, business: &str, field: &str| Half {
        side,
        record: of(business),
        misnamed: Misnamed::unless_same(field, "1", "2").into_iter().collect(),
        puzzle: Puzzle {
            file: String::new(),
            record: 1,
            problem: String::new(),
            stray: Stray {
                registrar: "05".to_owned(),
                record: String::new(),
                said: String::new(),
                kind: Kind::NotAssigned,
                why: String::new(),
                no: None,
                of: None,
                fund: None,
                figures: Vec::new(),
            },
        },
    };
    let fields = |(_, misnamed): (TradeConfirmation, Vec<Misnamed>)| {
        misnamed.iter().map(|it| it.field.to_string()).collect::<Vec<_>>()
    };
    let both = whole(half(Side::Out, "138", "FundCode"), half(Side::In, "137", "ShareClass"));
    assert_eq!(fields(both), ["FundCode", "ShareClass"]);
}

/// Some registrars write them into both records, some into one.
#[test]
fn a_fee_that_either_half_names_is_one_of_the_conversion() {
    type Field = fn(&mut TradeConfirmation) -> &mut Decimal;
    let fields: [Field; 12] = [
        |it| &mut it.transfer_fee,
        |it| &mut it.other_fee1,
        |it| &mut it.other_fee2,
        |it| &mut it.stamp_duty,
        |it| &mut it.tax,
        |it| &mut it.breach_fee,
        |it| &mut it.punish_fee,
        |it| &mut it.achievement_pay,
        |it| &mut it.refund_amount,
        |it| &mut it.agency_fee,
        |it| &mut it.total_trans_fee,
        |it| &mut it.charge,
    ];
    for (nth, field) in fields.into_iter().enumerate() {
        for said in [[5, 0], [0, 5], [5, 5]] {
            let [mut out, mut into] = [of("138"), of("137")];
            *field(&mut out) = said[0].into();
            *field(&mut into) = said[1].into();
            assert_eq!(*field(&mut merged(out, &into)), 5.into(), "field {nth}, {said:?}");
        }
    }
}

#[test]
fn a_redemption_was_worth_what_is_paid_and_the_fee_less_the_income() {
    let record = TradeConfirmation {
        charge: 5.into(),
        confirmed_amount: 998.into(),
        undistribute_monetary_income: 3.into(),
        total_backend_load: 2.into(),
        confirmed_vol: 1000.into(),
        nav: 1.into(),
        ..of("124")
    };
    let numbers = redeemed(&record).unwrap();
    let money = [numbers.gross, numbers.fee, numbers.payout, numbers.back_end_fee];
    assert_eq!(money, [1000, 5, 998, 2].map(Money::whole_yuan));
}

#[test]
fn a_rejection_says_how_many_shares_are_frozen_by_number_or_by_its_code() {
    let kinds = [ReturnKind::AccountFrozen, ReturnKind::Other];
    let frozen = |kind: ReturnKind, number: i64| {
        let code = ReturnCode { kind, ..ReturnCodes::built_in().unwrap().explain("05", "0010") };
        let record = TradeConfirmation { total_frozen_vol: number.into(), ..of("124") };
        frozen_by(&record, &code).unwrap()
    };
    let in_all = Some(RejectedFrozen::InAll("7".parse().unwrap()));
    assert_eq!(kinds.map(|kind| frozen(kind, 7)), [in_all, in_all]);
    assert_eq!(kinds.map(|kind| frozen(kind, 0)), [Some(RejectedFrozen::Asked), None]);
}

#[test]
fn shares_are_registered_on_the_day_that_the_record_names_or_on_that_of_its_confirmation() {
    let on = |text: &str| text.parse().ok();
    let record = TradeConfirmation {
        transaction_cfm_date: on("2026-02-24"),
        ta_serial_no: "S-1".to_owned(),
        nav: 1.into(),
        tax: 5.into(),
        ..of("122")
    };
    let said = |record: &TradeConfirmation| match answer_of(record, Vec::new()) {
        Ok(ApplicationAnswer::Confirmed(said)) => said,
        other => panic!("{other:?}"),
    };
    assert_eq!(Some(said(&record).registered_on), on("2026-02-24"));
    let later = TradeConfirmation { share_register_date: on("2026-02-25"), ..record };
    assert_eq!(Some(said(&later).registered_on), on("2026-02-25"));
    assert_eq!(said(&later).misnamed[0].field.as_str(), "Tax", "nobody was promised one");
}

#[test]
fn a_reception_names_an_amount_or_none() {
    let received = |amount: i64| {
        let record = TradeConfirmation {
            transaction_cfm_date: "2026-02-24".parse().ok(),
            ta_serial_no: "S-1".to_owned(),
            confirmed_amount: amount.into(),
            ..of("120")
        };
        match answer_of(&record, Vec::new()) {
            Ok(ApplicationAnswer::Received(it)) => it.amount,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!([received(0), received(5)], [None, Some(Money::whole_yuan(5))]);
}

#[test]
fn a_cancellation_that_is_refused_leaves_the_order_as_it_is() {
    let codes = ReturnCodes::built_in().unwrap();
    let record = TradeConfirmation { return_code: "0010".to_owned(), ..of("152") };
    let said = refused(&record, &codes.explain("05", "0010"));
    assert!(matches!(said, Ok(ApplicationAnswer::NotCancelled(_))), "{said:?}");
}
