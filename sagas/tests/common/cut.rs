//! Logs in which the end of one stream is missing and nothing else: its links hold, and no position is left out.

use fundflow_kernel::{
    envelope::{Recorded, StreamName},
    store::Version,
};
use std::collections::BTreeSet;

/// The last events of each stream are cut off, one after the other: the audit finds each, and the first event of those
/// that it does not find is returned.
///
/// What stands at the very end of the log, and what was given, is left out.
pub(crate) fn unseen(log: &[Recorded], named: impl Fn(&[Recorded]) -> bool) -> Vec<String> {
    let (mut unseen, mut cuts) = (BTreeSet::new(), 0);
    for (nth, first) in log.iter().enumerate().filter(|(_, it)| &*it.event.process != "given") {
        let cut = without(log, &first.stream, first.version);
        if cut.len() == nth {
            continue;
        }
        cuts += 1;
        if !named(&cut) {
            unseen.insert(first.event.event_type.to_string());
        }
    }
    assert!(cuts > 2, "nothing was cut off");
    unseen.into_iter().collect()
}

/// What is not found while a case is open, and why.
const EXCUSED: [(&str, &[&str]); 3] = [
    (
        "the record is in dispute: how much of it is booked, and where it stands, is what the case is about",
        &[
            "holdings.credited",
            "holdings.shares_held",
            "holdings.shares_taken",
            "wallet.credit_confirmed",
            "wallet.credit_corrected",
            "wallet.shares_held",
        ],
    ),
    (
        "a death between two appends leaves the same",
        &[
            "application.confirmed",
            "application.partly_confirmed",
            "application.contested",
            "application.rejected",
            "application.rejection_contested",
            "conversion.disputed",
            "fast_withdraw.disputed",
            "purchase.disputed",
            "redemption.disputed",
        ],
    ),
    (
        "nothing rests on it yet: what is later is somebody else's word",
        &[
            "application.accepted",
            "application.placed",
            "payment.refund_requested",
            "payout.paid_out",
            "payout.requested",
            "purchase.parked",
            "purchase.resumed",
        ],
    ),
];

/// The same of a story in which something is in dispute.
pub(crate) fn unseen_in_dispute(
    log: &[Recorded],
    named: impl Fn(&[Recorded]) -> bool,
) -> Vec<String> {
    let excused = |name: &String| EXCUSED.iter().any(|(_, all)| all.contains(&&**name));
    unseen(log, named).into_iter().filter(|name| !excused(name)).collect()
}

/// The log without what follows in that stream from that version on.
fn without(log: &[Recorded], stream: &StreamName, from: Version) -> Vec<Recorded> {
    let stays = |it: &&Recorded| it.stream != *stream || it.version < from;
    log.iter().filter(stays).cloned().collect()
}
