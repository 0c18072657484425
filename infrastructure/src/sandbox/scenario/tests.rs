use super::*;
use crate::sandbox::fixture::{bought, converted};

fn order(transaction: &str) -> OrderId {
    OrderId::part(&transaction.parse().unwrap(), "mmf")
}

#[test]
fn an_override_wins_over_chance_and_chance_over_success() {
    let text = r#"
        seed = 7
        [charge]
        delay_s = 40
        per_mille = { declined = 1000 }
        [override.TX-1]
        charge = "double_debit"
        conversion = "silent"
        delay_s = 5
    "#;
    let scenario = Scenario::from_toml(text).unwrap();
    let (first, other) = (order("TX-1"), order("TX-2"));

    assert_eq!(scenario.charge(&first, "TX-1.mmf.pay"), (ChargeFate::DoubleDebit, 5));
    assert_eq!(scenario.charge(&other, "TX-2.mmf.pay"), (ChargeFate::Declined, 40));
    assert_eq!(scenario.front(&bought("TX-1", "1.00")), FrontFate::Accepted);
    assert_eq!(scenario.front(&converted("TX-1", "1.00")), FrontFate::Silent);
}

#[test]
fn chance_depends_on_the_key_and_not_on_the_order_of_calls() {
    let text = "seed = 3\n[charge]\nper_mille = { declined = 200, timeout_paid = 300 }";
    let scenario = Scenario::from_toml(text).unwrap();
    let fate = |n: u32| {
        let order = order(&format!("TX-{n}"));
        scenario.charge(&order, PaymentNo::pay(&order).as_str()).0
    };
    let forwards: Vec<_> = (0..500).map(fate).collect();
    let backwards: Vec<_> = (0..500).rev().map(fate).collect();

    assert!(forwards.iter().eq(backwards.iter().rev()));
    let declined = forwards.iter().filter(|fate| **fate == ChargeFate::Declined).count();
    assert!((60..=140).contains(&declined), "{declined}");
}

#[test]
fn a_suspension_begins_at_its_instant_and_ends_with_its_last_day() {
    let text = "[[suspended]]\nfund = \"018145\"\nfrom = \"2026-02-12T10:30:00+08:00\"\n\
                through = \"2026-02-12\"";
    let scenario = Scenario::from_toml(text).unwrap();
    let at =
        |instant: &str| scenario.is_suspended("018145".parse().unwrap(), instant.parse().unwrap());

    assert!(!at("2026-02-12T10:29:59.999+08:00"));
    assert!(at("2026-02-12T10:30:00+08:00"));
    assert!(!at("2026-02-13T00:00:00+08:00"));
    let other = "050003".parse().unwrap();
    assert!(!scenario.is_suspended(other, "2026-02-12T11:00:00+08:00".parse().unwrap()));
}

#[test]
fn what_cannot_be_played_is_refused_with_what_to_change() {
    let too_much = "[charge]\nper_mille = { declined = 600, silent = 500 }";
    let no_part = "[override.TX-1]\npart_per_mille = 1000";
    let rows = [
        (
            too_much,
            "the probabilities of [charge] are 1100 per mille together; at most 1000 can be",
        ),
        (no_part, "part_per_mille of transaction TX-1 is 1000; write 1 to 999"),
        (
            "[[huge]]\nfund = \"018145\"\non = \"2026-02-12\"\npart_per_mille = 0",
            "part_per_mille of fund 018145 in [[huge]] is 0; write 1 to 999",
        ),
    ];
    for (text, message) in rows {
        assert_eq!(Scenario::from_toml(text).unwrap_err().to_string(), message);
    }
    let misspelt = Scenario::from_toml("[override.TX-1]\ncharge = \"payed\"").unwrap_err();
    assert!(misspelt.to_string().contains("unknown variant `payed`"), "{misspelt}");
    let unknown = Scenario::from_toml("[charges]\ndelay_s = 1").unwrap_err();
    assert!(unknown.to_string().contains("unknown field `charges`"), "{unknown}");
}
