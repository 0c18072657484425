//! The cash is out, a person has the repayment, and a record that moves a hundred times the shares is accepted:
//! the money that their redemption brought is the bank's all the same, and that person's to pay.

use crate::{
    audited,
    fast_given_up::{advance_of, cases},
    fast_short::left_on_the_books,
    fast_withdraw::{asked, request, stage},
    outside::{record, redeemed},
    stage::{Stage, order},
};
use fundflow_domain::{
    application::{FastTransferConfirmed, Outcome},
    case::{Closing, How},
    ids::ApplicationNo,
    money::Money,
    text::Text,
};
use fundflow_runtime::{message::Reply, process::Disposition};
use fundflow_sagas::{
    fast_withdraw::{Command, FastWithdraw},
    ports::registrar::{self, ApplicationAnswer},
};

type Fast = Stage<FastWithdraw>;

fn transferred(serial: &'static str, shares: &str) -> ApplicationAnswer {
    let (shares, income) = (shares.parse().unwrap(), "0".parse().unwrap());
    let it = FastTransferConfirmed { shares, income };
    record(serial, "2026-02-04", true, Outcome::FastTransfer(it))
}

fn says(stage: &mut Fast, leg: &'static str, word: ApplicationAnswer) {
    stage.notice(registrar::notice(&ApplicationNo::of(&order(leg)), word));
    stage.run();
}

fn close_all(stage: &mut Fast) {
    for _ in 0..6 {
        let open = cases(stage).into_iter().find(|(_, state)| state.is_open());
        let Some((case, _)) = open else { return };
        let manual = How::Manual { text: Text::lossy("settled with the bank") };
        for how in [How::Accepted, manual] {
            let (by, reason) = (Text::lossy("chen"), Text::lossy("talked to the bank"));
            let closing = Box::new(Closing { how, by, reason });
            if matches!(stage.command(Command::CloseCase { case, closing }), Reply::Acted) {
                break;
            }
        }
        stage.run();
    }
    panic!("cases without end\n{}", stage.text());
}

/// 10 or 10,000 of 12,000 shares for cash at once, confirmed and contradicted, and the repayment given up.
fn given_up(shares: &str, hundredfold: &str, to: Disposition) -> Fast {
    let mut stage = stage("02-03 10:00");
    stage.outside.records.insert("transfer".into(), vec![transferred("c-1", shares)]);
    stage.outside.down.insert("redeem".into());
    stage.request(request(shares), asked());
    stage.run();
    says(&mut stage, "transfer", transferred("c-2", hundredfold));
    assert!(stage.is_parked(), "{}", stage.text());
    let names = stage.look().open_ends.into_iter().map(|end| end.name);
    let names: Vec<_> = names.collect();
    let ends: Vec<_> = names.iter().map(|name| (&**name, to)).collect();
    let reply = stage.abandon_as(&ends);
    assert!(matches!(reply, Reply::Acted), "{reply:?}");
    stage.run();
    stage
}

#[test]
fn what_the_redemption_brought_is_a_persons_to_pay_and_nothing_is_stranded() {
    for to in [Disposition::Manual, Disposition::Suspense] {
        for (shares, hundredfold) in [("10", "1000"), ("10000", "1000000")] {
            for redeems in [&[shares][..], &["5"], &["5", shares]] {
                let mut stage = given_up(shares, hundredfold, to);
                close_all(&mut stage);
                for (nth, redeemed_now) in redeems.iter().enumerate() {
                    let serial = ["r-1", "r-2"][nth];
                    let it = redeemed(redeemed_now.parse().unwrap(), "0");
                    says(&mut stage, "redeem", record(serial, "2026-02-05", true, it));
                    close_all(&mut stage);
                }
                let context = format!("{to:?} {shares} {redeems:?}\n{}", stage.text());
                let last: Money = redeems[redeems.len() - 1].parse().unwrap();
                let advance = advance_of(&stage);
                let by_hand = advance.still_lent().unwrap();
                assert_eq!(by_hand, last, "{context}");
                let asked: Money = shares.parse().unwrap();
                assert_eq!(by_hand.plus(advance.retained), Some(asked), "{context}");
                let names: Vec<_> = stage
                    .look()
                    .open_ends
                    .iter()
                    .map(|it| (it.name.to_string(), it.worth))
                    .collect();
                assert!(
                    names.contains(&("repayment".into(), last.decimal())),
                    "{names:?} {context}"
                );
                let report = audited::report(&stage.events, stage.kinds());
                audited::adds_up(&report, || context.clone());
                let books = left_on_the_books(&stage);
                assert!(
                    books.contains(&format!("L:CUST:REDEEM:TX-1 -{last}")),
                    "{books:?} {context}"
                );
            }
        }
    }
}
