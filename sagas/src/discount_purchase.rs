//! Carries a discount purchase to the best end that it can reach: the target fund, the wallet, or
//! the money back. One table per conversion mode.
//!
//! Read downwards it runs; on a refusal it is left upwards, row by row, until a landing. Nothing is
//! ever unwound over a confirmation of the registrar: after the purchase of the money fund stands,
//! the worst ending is that its shares are the investor's. Only the registrar can void that, by
//! rejecting the purchase in its batch; then the money goes back.

use crate::{
    step::{Call, Do, Exit, Move, Send, Step, Table, row, to, well_formed},
    world::Fact,
};
use fundflow_domain::{discount_purchase::Ending, ids::Leg, modes::ConversionMode};

/// "Failed" says that any payment was returned; so it waits until it was.
const FAIL: &[Move] = &[
    to("refunded", Send::AwaitRefunds, Fact::NothingOwed),
    to("fail", Send::Do(Do::End(Ending::Failed)), Fact::Ended),
];

const REFUND: &[Move] = &[to("refund", Send::Do(Do::RequestRefund), Fact::RefundRequested)];

const REVERSE: &[Move] = &[to("reverse", Send::Do(Do::ReverseCredit), Fact::CreditReversed)];

const RELEASE: &[Move] = &[to("release", Send::Do(Do::Release), Fact::Released)];

/// The wallet keeps what the registrar confirms; that must be known before the saga may end.
const KEEP: &[Move] = &[
    to("keep: confirm buy", Send::Await(Leg::MoneyFund), Fact::BuyConfirmed),
    to("keep: settle", Send::Do(Do::ConfirmCredit), Fact::CreditConfirmed),
    to("keep: refunded", Send::AwaitRefunds, Fact::NothingOwed),
    to("keep", Send::Do(Do::End(Ending::KeptInWallet)), Fact::Ended),
];

/// At the registrar a conversion falls with its purchase. If it was confirmed all the same, the
/// register and we disagree about shares, and no rule of ours may settle that.
const FALLEN: &[Move] = &[Move {
    name: "conversion falls",
    send: Send::Await(Leg::Conversion),
    done: Fact::ConvertRejected,
    blocked: Some(Fact::ConvertConfirmed),
}];

const COMPLETE: &[Move] = &[
    to("refunded at last", Send::AwaitRefunds, Fact::NothingOwed),
    to("complete", Send::Do(Do::End(Ending::Completed)), Fact::Ended),
];

const PLACE: Step = row("place", Send::Do(Do::PlaceBuy), Fact::BuyPlaced, Exit::Undo(FAIL));
const ANNOUNCE: Step =
    row("announce", Send::Do(Do::RequestPayment), Fact::PaymentRequested, Exit::Nothing);
const PAY: Step = row("pay", Send::Call(Call::Charge), Fact::Paid, Exit::Undo(REFUND))
    .unless(Fact::Declined, Some(Do::RefusePayment));
const BUY: Step =
    row("buy", Send::Call(Call::Submit(Leg::MoneyFund)), Fact::BuyAccepted, Exit::Nothing)
        .unless(Fact::BuyRejected, Some(Do::Refuse(Leg::MoneyFund)));
const CREDIT: Step =
    row("credit", Send::Do(Do::CreditInTransit), Fact::Credited, Exit::Undo(REVERSE));
const COMMIT: Step = row(
    "commit",
    Send::Do(Do::Commit),
    Fact::Committed,
    Exit::Landing(KEEP, Some(Fact::BuyRejected)),
);
const RESERVE: Step = row("reserve", Send::Do(Do::Reserve), Fact::Reserved, Exit::Undo(RELEASE));
const ORDER: Step =
    row("order conversion", Send::Do(Do::PlaceConversion), Fact::ConvertPlaced, Exit::Nothing);
const fn convert(exit: Exit) -> Step {
    row("convert", Send::Call(Call::Submit(Leg::Conversion)), Fact::ConvertAccepted, exit)
        .unless(Fact::ConvertRejected, Some(Do::Refuse(Leg::Conversion)))
}
const CONFIRM_BUY: Step =
    row("confirm buy", Send::Await(Leg::MoneyFund), Fact::BuyConfirmed, Exit::Nothing)
        .unless(Fact::BuyRejected, None)
        .due_on_confirmation_day();
const SETTLE: Step =
    row("settle", Send::Do(Do::ConfirmCredit), Fact::CreditConfirmed, Exit::Nothing);
const CONFIRM: Step =
    row("confirm conversion", Send::Await(Leg::Conversion), Fact::ConvertConfirmed, Exit::Nothing)
        .unless(Fact::ConvertRejected, None)
        .due_on_confirmation_day();
const SPEND: Step = row("spend", Send::Do(Do::Spend), Fact::Spent, Exit::Landing(COMPLETE, None));

/// Both legs in the batch of one T: the target is priced at T.
pub const LINKED: Table = Table {
    version: "linked.v1",
    title: "Linked: bought and converted in the batch of one T",
    steps: &[
        PLACE,
        ANNOUNCE,
        PAY,
        BUY,
        CREDIT,
        COMMIT,
        RESERVE,
        ORDER,
        convert(Exit::Undo(FALLEN)),
        CONFIRM_BUY,
        SETTLE,
        CONFIRM,
        SPEND,
    ],
};

/// Converted once the purchase is confirmed: the target is priced at that day.
pub const NEXT_DAY: Table = Table {
    version: "next_day.v1",
    title: "Next day: converted once the purchase is confirmed",
    steps: &[
        PLACE,
        ANNOUNCE,
        PAY,
        BUY,
        CREDIT,
        COMMIT,
        CONFIRM_BUY,
        SETTLE,
        RESERVE,
        ORDER,
        convert(Exit::Nothing),
        CONFIRM,
        SPEND,
    ],
};

const _: () = assert!(well_formed(LINKED.steps), "starts on an undo, ends on a landing");
const _: () = assert!(well_formed(NEXT_DAY.steps), "starts on an undo, ends on a landing");

/// Every table that an unfinished purchase may still be on.
pub const TABLES: [&Table; 2] = [&LINKED, &NEXT_DAY];

/// The table for a new purchase; `None` where the mode is another saga's.
pub const fn table_for(mode: ConversionMode) -> Option<&'static Table> {
    match mode {
        ConversionMode::LinkedSameDay => Some(&LINKED),
        ConversionMode::NextDay => Some(&NEXT_DAY),
        ConversionMode::Held | ConversionMode::RedeemToPurchase => None,
    }
}

/// The table that a purchase pinned.
pub fn pinned(version: &str) -> Option<&'static Table> {
    TABLES.into_iter().find(|table| table.version == version)
}
