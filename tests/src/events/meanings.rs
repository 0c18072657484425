//! What each event type says, in one line.

/// The types of the aggregates.
const AGGREGATES: &[(&str, &str)] = &[
    ("payment.requested", "A charge under this number may be on its way."),
    ("payment.paid", "The amount asked for arrived, and is applied."),
    ("payment.declined", "No money will come that is applied."),
    ("payment.closed", "The money is no longer wanted; what still comes goes back."),
    ("payment.receipt_unapplied", "Money arrived that nobody wants; it goes back."),
    ("payment.refund_requested", "Money is owed back to the account that paid; `of` says which."),
    ("payment.refunded", "That money arrived."),
    ("payout.requested", "Money for the investor may be on its way under this number."),
    ("payout.paid_out", "The investor has the money."),
    ("payout.refused", "This attempt paid nothing and never will."),
    ("payout.redirected", "The next attempt goes to the account that a person found."),
    ("advance.requested", "The bank may pay the investor out of its own money from now on."),
    ("advance.advanced", "The investor has the cash, and the bank waits for its own."),
    ("advance.declined", "The bank paid nothing and never will."),
    ("advance.repayment_requested", "The bank's money may be on its way back."),
    ("advance.repaid", "The bank has its money back."),
    ("application.placed", "An application to a registrar was opened on these terms."),
    ("application.moved", "It belongs to a later T, with another promise."),
    ("application.accepted", "The registrar's front has it."),
    ("application.sealed", "It is part of the batch of its T."),
    ("application.sent", "It went out as this record of this file."),
    ("application.received", "The registrar has the money of a subscription."),
    ("application.portion_confirmed", "A part is settled, and more will come."),
    ("application.confirmed", "The registrar confirmed it in full."),
    ("application.partly_confirmed", "The registrar confirmed a part; the rest is over."),
    ("application.corrected", "A corrected record replaced a confirmation."),
    ("application.rest_rejected", "After portions were settled, the rest is over."),
    ("application.rejected", "No shares will come of it."),
    ("application.cancelled", "It was taken back before its cut-off."),
    ("wallet.credited_in_transit", "Shares were paid and are not registered yet."),
    ("wallet.credit_confirmed", "The shares are registered: a lot."),
    ("wallet.credit_reversed", "The shares in transit will never come."),
    ("wallet.shares_reserved", "Shares are earmarked for a conversion."),
    ("wallet.shares_released", "The earmark is gone, or refused in advance."),
    ("wallet.shares_spent", "Up to version 0.2: shares were converted away out of these lots."),
    (
        "wallet.shares_taken_out",
        "Shares were redeemed or converted out, and earn through this day.",
    ),
    (
        "wallet.credit_corrected",
        "A corrected record replaced a confirmation: reversal and posting.",
    ),
    ("wallet.shares_frozen", "The register froze shares; they are not available."),
    ("wallet.shares_unfrozen", "The register lifted that freeze."),
    ("wallet.shares_held", "Shares are in dispute under this case and not available."),
    ("wallet.shares_unheld", "The case no longer holds them."),
    ("wallet.income_accrued", "A natural day's income is owed and not paid yet."),
    ("wallet.income_reversed", "That day's income was wrong and is owed no more."),
    ("wallet.income_carried", "Whole fen of unpaid income became shares, or took shares away."),
    ("wallet.income_settled", "Shares that left took the unpaid income along."),
    ("holdings.credited", "The register has a lot of the target fund."),
    ("holdings.shares_reserved", "Shares are earmarked for an order."),
    ("holdings.shares_released", "The rest of the earmark is free, or refused in advance."),
    ("holdings.shares_taken", "The registrar took shares out of these lots."),
    ("holdings.shares_frozen", "The register froze shares; they are not available."),
    ("holdings.shares_unfrozen", "The register lifted that freeze."),
    ("holdings.shares_held", "Shares are in dispute under this case and not available."),
    ("holdings.shares_unheld", "The case no longer holds them."),
    ("holdings.credit_reversed", "A lot was wrong; another stands in its place, or none."),
    ("holdings.take_reversed", "Shares were taken wrongly and are back in their lots."),
    ("day_limit.counted", "The order counts towards the limits of its day."),
    ("day_limit.day_refused", "The order broke a limit that then refuses the whole day."),
    ("day_limit.given_back", "The order does not count any more."),
    ("fast_quota.counted", "Cash at once counts towards the day's quota."),
    ("fast_quota.given_back", "It does not count any more."),
    ("case.opened", "A record does not add up; a person must look at it."),
    ("case.seen_again", "The same record came again on a later day."),
    ("case.widened", "The same record shows something that it did not show before."),
    ("case.assigned", "Somebody takes care of it."),
    ("case.noted", "A person remarked something."),
    ("case.closed", "It is settled in this way, by this person."),
    ("case.reopened", "It is not settled after all."),
    ("plan.opened", "An investor agreed to a regular plan on these terms."),
    ("plan.changed", "From this nominal date on the plan is carried out otherwise."),
    ("plan.paused", "Nothing begins until the plan is resumed."),
    ("plan.resumed", "Nominal dates count again; earlier ones are passed over."),
    ("plan.occurrence_begun", "This transaction carries out the occurrence of that date."),
    ("plan.occurrence_done", "The occurrence was carried out."),
    ("plan.occurrence_missed", "The occurrence was not carried out, and the investor hears why."),
    ("plan.ended", "No occurrence begins any more."),
];

/// What happens to any saga's process, by the second half of the type.
const PROCESS: &[(&str, &str)] = &[
    ("prepared", "It was accepted on these terms; nothing was released downstream."),
    ("retry_scheduled", "A row will be tried again at `due`."),
    ("parked", "It stopped at this row and waits for a person."),
    ("resumed", "It goes on: a person let it, or what it waited for came."),
    ("landing_chosen", "A person sent it to the nearest landing."),
    ("abandoned", "A person gave up on it and took over these open ends."),
];

/// Milestones of the fund sagas, by the second half of the type.
const MILESTONES: &[(&str, &str)] = &[
    ("committed", "The first fund's purchase stands."),
    ("redated", "The money counts for a later T than was promised."),
    ("readmitted", "It was decided again for that T, and this is promised now."),
    ("turned_away", "No T will carry it; the money goes back or stays where it is."),
    ("undated", "The bank's instant cannot be right; a person says which T counts."),
    ("dated", "A person said when the money counts as paid."),
    ("disputed", "A record does not add up; it does not complete while this case is open."),
    ("undisputed", "That case was closed."),
    ("cancel_asked", "The investor takes it back, in time."),
    ("cancel_refused", "The registrar keeps it."),
];

/// Endings, and milestones of one saga's own, by the whole type.
const ENDINGS: &[(&str, &str)] = &[
    ("income.opened", "The day's income is being given to the wallets."),
    ("income.paged", "A page of wallets has it; who refused it is named."),
    ("income.halted", "A person stops it where it is."),
    ("discount_purchase.completed", "The investor owns the target fund."),
    ("discount_purchase.kept_in_wallet", "The investor owns the money-market shares."),
    ("discount_purchase.rolled_back", "It failed before the commit; any payment was returned."),
    ("discount_purchase.compensated", "It failed after the commit; the payment was returned."),
    ("discount_purchase.paid_out", "The investor has the money of the redemption."),
    ("recharge.completed", "The investor owns the money-market shares."),
    ("recharge.rolled_back", "No shares came of it; any payment was returned."),
    ("withdraw.paid_out", "The investor has the money."),
    ("withdraw.kept_in_wallet", "Nothing left; the shares stay in the wallet."),
    ("fast_withdraw.paid_out", "The investor has the cash, and the bank its own money back."),
    ("fast_withdraw.kept_in_wallet", "No cash was advanced; the shares stay in the wallet."),
    ("purchase.completed", "The investor owns the fund."),
    ("purchase.rolled_back", "No shares came of it; any payment was returned."),
    ("redemption.completed", "The investor has the money of what the fund took."),
    ("redemption.rolled_back", "Nothing left; the shares stay where they were."),
    ("conversion.completed", "The investor owns the target."),
    ("conversion.rolled_back", "Nothing left; the shares stay where they were."),
    ("regular_plan.over", "The plan is over, and nothing of it is looked after any more."),
    ("income.completed", "Every wallet has the day's income."),
    ("income.stopped", "A person stopped it behind the last page."),
];

/// The line of a type: its own, or that of its second half.
pub(super) fn of(event_type: &str) -> Option<&'static str> {
    let half = event_type.split_once('.').map_or(event_type, |(_, half)| half);
    let find = |name: &str, lists: &[&'static [(&'static str, &'static str)]]| {
        let found = lists.iter().flat_map(|list| list.iter()).find(|(known, _)| *known == name);
        found.map(|(_, meaning)| *meaning)
    };
    find(event_type, &[AGGREGATES, ENDINGS]).or_else(|| find(half, &[PROCESS, MILESTONES]))
}
