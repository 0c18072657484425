//! What can be built, what cannot, and what becomes of it in JSON.

use super::*;

#[test]
fn what_is_out_of_range_cannot_be_built() {
    for text in [
        "-0.01",
        "0.001",
        "100000000000000",
        "1e30",
        "ten",
        "",
        "1,000",
        "1_000",
        "+1",
        "NaN",
        "１",
    ] {
        assert!(text.parse::<Money>().is_err(), "{text}");
    }
    assert!("0".parse::<Amount>().is_err());
    assert!("99999999999999.99".parse::<Amount>().is_ok());
    assert!("1.00000001".parse::<Rate>().is_err());
    assert!("0".parse::<Nav>().is_err());
}

#[test]
fn a_constant_of_whole_yuan_is_what_its_text_would_be() {
    for yuan in [0, 1, 65_535, 65_536, 50_000, 2_000_000, 42_949_672, 42_949_673, u32::MAX] {
        assert_eq!(Some(Money::whole_yuan(yuan)), yuan.to_string().parse().ok(), "{yuan}");
    }
}

#[test]
fn an_error_names_quantity_value_and_limit() {
    let error = "10.005".parse::<Amount>().unwrap_err();

    assert_eq!(
        error.to_string(),
        "\"10.005\" is not an order's amount: 0.01 to 99999999999999.99 yuan with at most 2 decimals"
    );
}

#[test]
fn json_carries_a_string_with_all_decimals() {
    let amount: Amount = "10000".parse().unwrap();

    assert_eq!(serde_json::to_string(&amount).unwrap(), "\"10000.00\"");
    assert_eq!(serde_json::from_str::<Amount>("\"10000.00\"").unwrap(), amount);
    assert!(serde_json::from_str::<Amount>("\"0.00\"").is_err());
}

#[test]
fn json_is_as_the_plain_number_writes_it() {
    let texts = ["0", "-0.00", "0.01", "-1.5", "12345678.9", "99999999.9999999999", "1e-10"];
    for text in texts.map(|it| it.parse::<Decimal>().unwrap_or_default()) {
        for decimals in [0, 2, 8, 10] {
            let mut number = text;
            number.rescale(decimals);
            let json = serialize(number, serde_json::value::Serializer).unwrap();
            assert_eq!(json, number.to_string());
        }
    }
    let largest = serialize(Decimal::MAX, serde_json::value::Serializer).unwrap();
    assert_eq!(largest, Decimal::MAX.to_string());
}

#[test]
fn a_number_is_taken_whatever_its_scale_if_no_digit_is_lost() {
    for text in ["1", "1.0", "1.00", "1.0000"] {
        let exact = Money::new(text.parse().unwrap()).unwrap();
        assert_eq!(exact.to_string(), "1.00");
    }
    assert!(Money::new("1.001".parse().unwrap()).is_err());
}

#[test]
fn nothing_has_one_spelling() {
    for decimals in [0, 2, 3] {
        let number = -Decimal::new(0, decimals);
        assert_eq!(Money::new(number).unwrap().to_string(), "0.00", "{decimals}");
        assert_eq!(SignedMoney::new(number).unwrap().to_string(), "0.00", "{decimals}");
    }
}

#[test]
fn shares_round_as_the_contract_says() {
    let net: Money = "9852.22".parse().unwrap();
    let nav: Nav = "1.2345".parse().unwrap();

    assert_eq!(net.shares_at(nav, ShareRounding::HalfUp), "7980.74".parse().ok());
    assert_eq!(net.shares_at(nav, ShareRounding::Truncate), "7980.73".parse().ok());
}

#[test]
fn a_number_is_read_as_it_would_be_written_and_in_no_second_spelling() {
    for text in
        ["1.000", "5.", ".5", "", ".", "-", "1.2.3", "1,000", "+1", "1_0", "1e3", " 1", "1.00 "]
    {
        let refused = text.parse::<Amount>().unwrap_err();
        assert_eq!((refused.value.as_str(), refused.allowed.is_empty()), (text, false));
        assert!(text.parse::<Shares>().is_err() && text.parse::<Money>().is_err(), "{text}");
    }
    let refused = "005.00".parse::<Amount>().unwrap_err().to_string();
    assert!(refused.ends_with("with at most 2 decimals, without a leading zero"), "{refused}");
    for text in ["5", "5.0", "5.00"] {
        assert_eq!(text.parse::<Amount>().unwrap().to_string(), "5.00", "{text}");
    }
    assert!("0.123456789".parse::<Nav>().is_err() && "1.10000000".parse::<Nav>().is_ok());
    assert_eq!("-0.50".parse::<SignedMoney>().unwrap().to_string(), "-0.50");
}

proptest::proptest! {
    #[test]
    fn what_is_printed_reads_back_as_it_was(fen in -9_999_999_999_999_999_i64..=9_999_999_999_999_999) {
        let exact = rust_decimal::Decimal::new(fen, 2);
        for text in [SignedMoney::new(exact).unwrap().to_string(), exact.to_string()] {
            let read: SignedMoney = text.parse().unwrap();
            proptest::prop_assert_eq!(read.to_string(), text);
        }
    }

    #[test]
    fn what_reads_prints_one_spelling_which_reads_as_the_same(text in "[-+0-9._e ]{1,9}") {
        if let Ok(read) = text.parse::<SignedMoney>() {
            let printed = read.to_string();
            proptest::prop_assert_eq!(printed.parse::<SignedMoney>(), Ok(read));
            proptest::prop_assert!(!text.contains(['+', '_', 'e', ' ']), "{}", text);
            let same = serde_json::from_str::<SignedMoney>(&format!("{text:?}"));
            proptest::prop_assert_eq!(same.ok(), Some(read));
        }
    }
}
