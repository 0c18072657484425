//! A registrar that rejects what it had confirmed since the shares are frozen: they are withheld once a person has
//! said that the rejection holds.

use crate::{
    outside::{redeemed, rejected},
    overruled::open,
    redemption::{LOTS, NUMBERS, request, stage},
};
use fundflow_domain::{
    application::RejectedFrozen,
    case::{Closing, How},
    ids::ApplicationNo,
    text::Text,
};
use fundflow_runtime::message::Reply;
use fundflow_sagas::{
    ports::registrar::{ApplicationAnswer, notice},
    redemption::{Command, Redemption},
};

#[test]
fn shares_that_a_rejection_names_as_frozen_are_withheld_once_it_holds_over_the_confirmation() {
    for (how, frozen) in [(How::Accepted, "500.55"), (How::Withdrawn, "0.00")] {
        let mut stage = stage();
        let confirmed = redeemed("C1", "2026-02-25", true, NUMBERS, &LOTS);
        stage.outside.says("R.redeem", "2026-02-25T09:00:00+08:00", confirmed);
        stage.request::<Redemption>("R", request());
        stage.until("02-25 12:00");
        let ApplicationAnswer::Rejected(mut word) = rejected("0") else { unreachable!() };
        word.frozen = Some(RejectedFrozen::InAll("500.55".parse().unwrap()));
        let order = ApplicationNo::of(&"R.redeem".parse().unwrap());
        stage.notice(notice(&order, ApplicationAnswer::Rejected(word)));
        assert!(stage.shares("011162").frozen().is_zero(), "{}", stage.text());

        let [case] = open(&stage)[..] else { panic!("{}", stage.text()) };
        let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar was asked"));
        let closing = Box::new(Closing { how, by, reason });
        let reply = stage.command::<Redemption>("R", Command::CloseCase { case, closing });
        assert!(matches!(reply, Reply::Acted), "{reply:?}\n{}", stage.text());
        stage.until("02-26 09:00");
        assert_eq!(stage.shares("011162").frozen().to_string(), frozen, "{}", stage.text());
    }
}
