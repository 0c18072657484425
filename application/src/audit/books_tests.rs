use super::*;

#[test]
fn an_overpaid_case_explains_what_it_names_of_its_own_request_and_no_more() {
    let (request, other): (TransactionId, TransactionId) =
        ("W-1".parse().unwrap(), "W-2".parse().unwrap());
    let mut books = Books::default();
    books.owed_back.insert(request.clone(), "0.01".parse().unwrap());
    let below = |of: &TransactionId, sum: &str| {
        Excuse::of(&Account::Redeem(of.clone()), sum.parse().unwrap())
    };

    assert!(books.is_excused(&below(&request, "-0.01")));
    assert!(!books.is_excused(&below(&request, "-400.00")), "paid out twice is no correction");
    assert!(!books.is_excused(&below(&other, "-0.01")));
    assert!(!books.is_excused(&Excuse::of(&Account::Settlement, "-1".parse().unwrap())));
}
