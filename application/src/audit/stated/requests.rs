//! Facts of requests for money or shares, and of their orders, and each place that says them.

use super::{
    Fact,
    Of::{Event, Order, Record, Request, Stream},
    Place::{self, ApplicationNo, At, Body, Const, PaymentNo, T},
    says,
};

/// Requests for money or shares, each with an account that pays or is paid.
macro_rules! of_request {
    ($happened:literal) => {
        concat!(
            "discount_purchase,recharge,purchase,withdraw,fast_withdraw,redemption,conversion:*",
            $happened
        )
    };
}

const OF_CASE: &str =
    "discount_purchase,recharge,purchase,withdraw,fast_withdraw,redemption,conversion:case.opened";

/// The first one is the order of a stream, which its later events do not name.
pub(super) static REQUESTS: &[Fact] = &[
    Fact {
        what: "the order",
        of: Stream,
        said: &[
            says("payment.requested", Body("/order")),
            says("payout.requested", Body("/order")),
            says("advance.requested", Body("/order")),
            says("application.placed", Body("/order")),
        ],
    },
    // What is asked for, and for whom.
    Fact {
        what: "the account",
        of: Request,
        said: &[
            says(of_request!(".prepared"), Body("/request/account")),
            says("payment.requested", Body("/account")),
            says("payout.requested", Body("/account")),
            says("advance.requested", Body("/account")),
        ],
    },
    Fact {
        what: "the investor",
        of: Request,
        said: &[
            says(of_request!(".prepared"), Body("/request/investor")),
            says(
                of_request!(".prepared"),
                Body("/admitted/counted/*/investor|/admitted/counted/investor"),
            ),
            says(
                of_request!(".readmitted"),
                Body("/admitted/counted/*/investor|/admitted/counted/investor"),
            ),
            says(
                "discount_purchase,recharge,purchase,withdraw,redemption,conversion:application.placed",
                Body("/investor"),
            ),
        ],
    },
    Fact {
        what: "the fund",
        of: Request,
        said: &[
            says(
                "purchase,recharge,withdraw,fast_withdraw,redemption:*.prepared",
                Body("/request/fund"),
            ),
            says("purchase,recharge:*.prepared", Body("/admitted/suitability/fund")),
            says("purchase,recharge:*.readmitted", Body("/admitted/suitability/fund")),
            says(
                "purchase,recharge,withdraw,fast_withdraw,redemption:application.placed",
                Body("/fund"),
            ),
        ],
    },
    Fact {
        what: "the money-market fund",
        of: Request,
        said: &[
            says("discount_purchase.prepared", Body("/request/wallet_fund")),
            says("discount_purchase.prepared", Body("/admitted/suitability/0/fund")),
            says("discount_purchase.readmitted", Body("/admitted/suitability/0/fund")),
            says("discount_purchase:application.placed", Body("/fund")).when("/order", ".mmf"),
            says("discount_purchase:application.placed", Body("/fund")).when("/order", ".convert"),
            says("discount_purchase:application.placed", Body("/fund")).when("/order", ".redeem"),
        ],
    },
    Fact {
        what: "the target fund",
        of: Request,
        said: &[
            says("discount_purchase.prepared", Body("/request/target_fund")),
            says("discount_purchase.prepared", Body("/admitted/suitability/1/fund")),
            says("discount_purchase.readmitted", Body("/admitted/suitability/1/fund")),
            says("discount_purchase:application.placed", Body("/fund")).when("/order", ".target"),
            says("discount_purchase:application.placed", Body("/ask/into")),
        ],
    },
    Fact {
        what: "the kind of application",
        of: Request,
        said: &[
            says("purchase.prepared", Body("/admitted/way")).when("/admitted/way", "purchase"),
            says("purchase.prepared", Body("/admitted/way")).when("/admitted/way", "subscription"),
            says("purchase:application.placed", Body("/ask/kind")),
        ],
    },
    Fact {
        what: "the way",
        of: Event,
        said: &[
            says("purchase.prepared", Body("/request/way")),
            says("purchase.prepared", Body("/admitted/way")),
        ],
    },
    Fact {
        what: "the amount that is taken",
        of: Request,
        said: &[
            says(
                "discount_purchase,recharge,purchase:*.prepared",
                Body("/admitted/accepted|/request/amount"),
            ),
            says("payment.requested", Body("/amount")),
        ],
    },
    Fact {
        what: "the amount that counts",
        of: Request,
        said: &[
            says("recharge,purchase:*.prepared", Body("/request/amount")),
            says("recharge,purchase:day_limit.counted", Body("/asked")),
        ],
    },
    Fact {
        what: "the amount that the day's limit lets in",
        of: Request,
        said: &[
            says("recharge,purchase:*.prepared", Body("/admitted/accepted|/request/amount")),
            says("recharge,purchase:day_limit.counted", Body("/accepted")),
        ],
    },
    Fact {
        what: "the amount of the order",
        of: Order,
        said: &[
            says("payment.requested", Body("/amount")),
            says("application.placed", Body("/ask/amount")),
        ],
    },
    Fact {
        what: "the number of shares that leave",
        of: Request,
        said: &[
            says("redemption,conversion,withdraw:*.prepared", Body("/request/shares")),
            says("wallet.shares_reserved", Body("/shares")),
            says("holdings.shares_reserved", Body("/shares")),
            says(
                "discount_purchase,withdraw,redemption,conversion:application.placed",
                Body("/ask/shares"),
            ),
        ],
    },
    // When.
    Fact {
        what: "the T that was promised first",
        of: Request,
        said: &[
            says(of_request!(".prepared"), Body("/admitted/trade_date")),
            says("payment.requested", Body("/trade_date")),
        ],
    },
    Fact {
        what: "the T of its own",
        of: Event,
        said: &[
            says("*.prepared", T),
            says("*.prepared", Body("/admitted/trade_date")),
            says("purchase,recharge,discount_purchase:*.prepared", Body("/admitted/counted/day")),
            says("day_cut.prepared", Body("/request/t")),
            says("clearing.prepared", Body("/request/t")),
            says("payment.requested", T),
            says("payment.requested", Body("/trade_date")),
            says("settlement.instructed", T),
            says("settlement.instructed", Body("/t")),
            says("wallet.income_accrued", T),
            says("wallet.income_accrued", Body("/day")),
        ],
    },
    Fact {
        what: "the T in force",
        of: Request,
        said: &[
            says("purchase,recharge,discount_purchase:*.prepared", Body("/admitted/trade_date"))
                .changes(),
            says("purchase,recharge,discount_purchase:*.readmitted", Body("/admitted/trade_date"))
                .changes(),
            says("purchase,recharge,discount_purchase:*.redated", Body("/trade_date")).changes(),
            says("purchase,recharge:application.placed", Body("/trade_date")),
            says("discount_purchase:application.placed", Body("/trade_date"))
                .when("/order", ".mmf"),
        ],
    },
    Fact {
        what: "the discount in force",
        of: Request,
        said: &[
            says("purchase,recharge,discount_purchase:*.prepared", Body("/admitted/discount"))
                .changes(),
            says("purchase,recharge,discount_purchase:*.readmitted", Body("/admitted/discount"))
                .changes(),
            says("purchase,recharge:application.placed", Body("/promised/discount")),
            says("discount_purchase:application.placed", Body("/promised/discount"))
                .when("/order", ".target"),
            says("discount_purchase:application.placed", Body("/ask/topup_discount")),
        ],
    },
    Fact {
        what: "the fee in force",
        of: Request,
        said: &[
            says("purchase,recharge,discount_purchase:*.prepared", Body("/admitted/charge"))
                .changes(),
            says("purchase,recharge,discount_purchase:*.readmitted", Body("/admitted/charge"))
                .changes(),
            says("purchase,recharge:application.placed", Body("/promised/fee/charge")),
            says("discount_purchase:application.placed", Body("/promised/fee/charge"))
                .when("/order", ".target"),
        ],
    },
    Fact {
        what: "the day by which it is to be confirmed",
        of: Request,
        said: &[
            says("withdraw,redemption,conversion:*.prepared", Body("/admitted/confirm_by")),
            says("withdraw,redemption,conversion:application.placed", Body("/promised/confirm_by")),
        ],
    },
    Fact {
        what: "the instant of the request",
        of: Request,
        said: &[
            says(of_request!(".prepared"), Body("/admitted/requested_at")),
            says(of_request!(".readmitted"), Body("/admitted/requested_at")),
        ],
    },
    Fact {
        what: "the instant",
        of: Event,
        said: &[
            says("*.prepared", At),
            says("*.prepared", Body("/admitted/requested_at")),
            says("*.abandoned", At),
            says("*.abandoned", Body("/at")),
            says("payment.requested", At),
            says("payment.requested", Body("/asked_at")),
            says("payment.paid", At),
            says("payment.paid", Body("/paid_at")),
            says("payout.requested", At),
            says("payout.requested", Body("/asked_at")),
        ],
    },
    // Names that follow from others.
    Fact {
        what: "the number",
        of: Event,
        said: &[
            says("case.opened", Place::Stream),
            says("case.opened", Body("/id")),
            says("payment.requested", Place::Stream),
            says("payment.requested", Body("/no")),
            says("payment.requested", PaymentNo),
            says("payment.paid", Place::Stream),
            says("payment.paid", Body("/no")),
            says("application.placed", Place::Stream),
            says("application.placed", Body("/no")),
            says("application.placed", ApplicationNo),
        ],
    },
    Fact {
        what: "the transaction",
        of: Event,
        said: &[
            says(OF_CASE, Place::Request),
            says(OF_CASE, Body("/transaction")),
            says("plan.occurrence_begun", Place::Request),
            says("plan.occurrence_begun", Body("/transaction")),
            says("freeze:wallet.shares_frozen", Place::Request),
            says("freeze:wallet.shares_frozen", Body("/record")),
            says("freeze:holdings.shares_frozen", Place::Request),
            says("freeze:holdings.shares_frozen", Body("/record")),
        ],
    },
    Fact {
        what: "the nominal date",
        of: Request,
        said: &[
            says("discount_purchase,purchase:plan.occurrence_begun", Body("/nominal")),
            says("discount_purchase,purchase:plan.occurrence_missed", Body("/nominal")),
            says("discount_purchase,purchase:plan.occurrence_done", Body("/nominal")),
        ],
    },
    // What a registrar said.
    Fact {
        what: "the day on which the shares are registered",
        of: Record,
        said: &[
            says("application.confirmed", Body("/registered_on")).changes(),
            says("application.portion_confirmed", Body("/registered_on")).changes(),
            says("application.partly_confirmed", Body("/registered_on")).changes(),
            says("holdings.credited", Body("/registered_on")),
        ],
    },
    Fact {
        what: "the reason why the order brings nothing",
        of: Order,
        said: &[
            // A later rejection may give another reason, and a person one of its own.
            says("application.rejected", Body("/cause/code")).adds(),
            says("application.cancelled", Body("/cause/code")).adds(),
            says("payment.refund_requested", Body("/cause/code")).when("/of", "payback"),
        ],
    },
    Fact {
        what: "why the order brings nothing, in words,",
        of: Order,
        said: &[
            // A later rejection may give another reason, and a person one of its own.
            says("application.rejected", Body("/cause/text")).adds(),
            says("application.cancelled", Body("/cause/text")).adds(),
            says("payment.refund_requested", Body("/cause/text")).when("/of", "payback"),
        ],
    },
    Fact {
        what: "the code of why it ends so",
        of: Request,
        said: &[
            says(of_request!(".turned_away"), Body("/cause/code")).adds(),
            says("application.rejected", Body("/cause/code")).adds(),
            says("application.cancelled", Body("/cause/code")).adds(),
            says("application.rejection_contested", Body("/cause/code")).adds(),
            says("payment.declined", Body("/cause/code")).adds(),
            says("payment.closed", Body("/cause/code")).adds(),
            says(of_request!(".rolled_back"), Body("/cause/code")),
            says(of_request!(".kept_in_wallet"), Body("/cause/code")),
            says("discount_purchase.compensated", Body("/cause/code")),
            says("discount_purchase,purchase:plan.occurrence_missed", Body("/cause/code")),
        ],
    },
    Fact {
        what: "why it brings nothing, in words,",
        of: Request,
        said: &[
            says(of_request!(".turned_away"), Body("/cause/text")).adds(),
            says("application.rejected", Body("/cause/text")).adds(),
            says("application.cancelled", Body("/cause/text")).adds(),
            says("application.rejection_contested", Body("/cause/text")).adds(),
            says("payment.declined", Body("/cause/text")).adds(),
            says("payment.closed", Body("/cause/text")).adds(),
            says(of_request!(".rolled_back"), Body("/cause/text")),
            says("discount_purchase.compensated", Body("/cause/text")),
        ],
    },
    Fact {
        what: "the day on which the wallet's shares are registered",
        of: Request,
        said: &[
            says("discount_purchase,recharge:application.confirmed", Body("/registered_on"))
                .when("/order", ".mmf")
                .changes(),
            says("discount_purchase,recharge:application.partly_confirmed", Body("/registered_on"))
                .when("/order", ".mmf")
                .changes(),
            says("discount_purchase,recharge:wallet.credit_confirmed", Body("/registered")),
        ],
    },
    Fact {
        what: "whether it is the last record",
        of: Event,
        said: &[
            says("application.confirmed", Const("true")),
            says("application.confirmed", Body("/finished")),
            says("application.partly_confirmed", Const("true")),
            says("application.partly_confirmed", Body("/finished")),
            says("application.portion_confirmed", Const("false")),
            says("application.portion_confirmed", Body("/finished")),
        ],
    },
];
