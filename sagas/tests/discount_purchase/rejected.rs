//! A registrar that rejects what it had confirmed: held meanwhile, and reversed once a person accepts it.

use crate::{
    books::{self, cases},
    checks::target_key,
    held::wallet_key,
    late::close,
    outside::rejection,
    stage::Stage,
    terms::request,
};
use fundflow_domain::{
    case::{CaseId, How, Kind},
    modes::ConversionMode as Mode,
    money::Shares,
    text::Text,
};
use fundflow_runtime::message::Reply;
use fundflow_sagas::ports::registrar::ApplicationAnswer;

fn shares(text: &str) -> Shares {
    text.parse().unwrap()
}

/// Completed; then the registrar rejects the conversion that it had confirmed.
fn rejected_after_all() -> (Stage, CaseId) {
    let mut stage = Stage::at("10:00");
    stage.request(&request(Mode::LinkedSameDay));
    stage.run();
    let lines = stage.lines.len();
    stage.deliver("convert", ApplicationAnswer::Rejected(rejection("0009", "after all")));
    assert_eq!(
        stage.since(lines),
        [
            "case.opened",
            "discount_purchase.disputed",
            "application.rejection_contested",
            "holdings.shares_held"
        ]
    );
    let case = cases(&stage)[0].case().unwrap().clone();
    assert_eq!(case.kind(), Kind::RejectedAfterConfirmed);
    assert_eq!(stage.state(&target_key()).available(), Shares::ZERO, "what is in dispute is held");
    // Said once more, in other words, it is the same.
    stage.deliver("convert", ApplicationAnswer::Rejected(rejection("0010", "as we said")));
    assert_eq!(cases(&stage).len(), 1, "{}", stage.text());
    (stage, case.id)
}

#[test]
fn a_rejection_of_what_was_confirmed_takes_its_place_once_a_person_accepts_it() {
    let (mut stage, case) = rejected_after_all();
    assert!(matches!(stage.command(close(case)), Reply::Acted), "a person closes it");
    stage.run();
    let (target, wallet) = (stage.state(&target_key()), stage.state(&wallet_key()));
    assert_eq!((target.registered(), target.held()), (Shares::ZERO, Shares::ZERO));
    assert_eq!((wallet.registered(), wallet.available()), (shares("1000"), shares("1000")));
    assert!(stage.look().finished, "{:?}\n{}", stage.look().waits, stage.text());
    assert_eq!(stage.runner.open(), 0, "it is forgotten again");
    books::always(&stage);
}

#[test]
fn a_rejection_of_what_was_confirmed_that_is_not_accepted_changes_nothing() {
    for how in [How::Withdrawn, How::Manual { text: Text::lossy("by letter") }] {
        let (mut stage, case) = rejected_after_all();
        let again = matches!(how, How::Withdrawn);
        assert!(matches!(stage.command(crate::late::closed(case, how)), Reply::Acted));
        stage.run();
        let target = stage.state(&target_key());
        assert_eq!(target.available(), target.registered());
        assert!(!target.registered().is_zero() && stage.look().finished, "{}", stage.text());
        books::at_the_end(&stage);
        // What was settled or taken back is old news; what the registrar rejects anew for another reason is
        // a case once more where it had taken the first rejection back.
        for (code, text, news) in
            [("0009", "after all", false), ("0009", "as said", false), ("0011", "anew", again)]
        {
            stage.deliver("convert", ApplicationAnswer::Rejected(rejection(code, text)));
            let open = cases(&stage).iter().filter(|it| it.is_open()).count();
            assert_eq!(open, usize::from(news), "{code}\n{}", stage.text());
        }
    }
}
