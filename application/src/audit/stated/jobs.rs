//! Facts of plans, jobs and words of registrars, and each place that says them.

use super::{
    Fact,
    Of::Request,
    Place::{Body, Fund, Investor, OrNone},
    says,
};

pub(super) static JOBS: &[Fact] = &[
    Fact {
        what: "the investor of the plan",
        of: Request,
        said: &[
            says("regular_plan.prepared", Body("/request/investor")),
            says("regular_plan:plan.opened", Body("/investor")),
        ],
    },
    Fact {
        what: "the account of the plan",
        of: Request,
        said: &[
            says("regular_plan.prepared", Body("/request/account")),
            says("regular_plan:plan.opened", Body("/account")),
        ],
    },
    Fact {
        what: "the amount of the plan",
        of: Request,
        said: &[
            says("regular_plan.prepared", Body("/request/amount")),
            says("regular_plan:plan.opened", Body("/amount")),
        ],
    },
    Fact {
        what: "the fund of the plan",
        of: Request,
        said: &[
            says("regular_plan.prepared", Body("/request/fund")),
            says("regular_plan.prepared", Body("/admitted/suitability/fund")),
            says("regular_plan:plan.opened", Body("/fund")),
        ],
    },
    Fact {
        what: "the wallet's fund of the plan",
        of: Request,
        said: &[
            says("regular_plan.prepared", OrNone("/request/wallet_fund")),
            says("regular_plan.prepared", Body("/admitted/wallet_suitability/fund")),
            says("regular_plan:plan.opened", OrNone("/wallet_fund")),
        ],
    },
    Fact {
        what: "the frequency of the plan",
        of: Request,
        said: &[
            says("regular_plan.prepared", Body("/request/frequency")),
            says("regular_plan:plan.opened", Body("/frequency")),
        ],
    },
    Fact {
        what: "the first day of the plan",
        of: Request,
        said: &[
            says("regular_plan.prepared", Body("/request/start")),
            says("regular_plan:plan.opened", Body("/start")),
        ],
    },
    Fact {
        what: "the last day of the plan",
        of: Request,
        said: &[
            says("regular_plan.prepared", OrNone("/request/through")),
            says("regular_plan:plan.opened", OrNone("/through")),
        ],
    },
    Fact {
        what: "the number of periods of the plan",
        of: Request,
        said: &[
            says("regular_plan.prepared", OrNone("/request/periods")),
            says("regular_plan:plan.opened", OrNone("/periods")),
        ],
    },
    Fact {
        what: "the number of misses that end the plan",
        of: Request,
        said: &[
            says("regular_plan.prepared", Body("/request/max_misses")),
            says("regular_plan:plan.opened", Body("/max_misses")),
        ],
    },
    Fact {
        what: "the rule for dates that are no trading day",
        of: Request,
        said: &[
            says("regular_plan.prepared", Body("/request/move_rule")),
            says("regular_plan:plan.opened", Body("/move_rule")),
        ],
    },
    Fact {
        what: "the rule for dates that a month lacks",
        of: Request,
        said: &[
            says("regular_plan.prepared", Body("/request/missing_day")),
            says("regular_plan:plan.opened", Body("/missing_day")),
        ],
    },
    Fact {
        what: "the income of 10,000 shares",
        of: Request,
        said: &[
            says("income.prepared", Body("/request/per_10_000")),
            says("income:wallet.income_accrued", Body("/per_10_000")),
        ],
    },
    Fact {
        what: "the publication of the income",
        of: Request,
        said: &[
            says("income.prepared", Body("/request/publication")),
            says("income:wallet.income_accrued", Body("/publication")),
        ],
    },
    Fact {
        what: "the day of the income",
        of: Request,
        said: &[
            says("income.prepared", Body("/request/day")),
            says("income:wallet.income_accrued", Body("/day")),
        ],
    },
    Fact {
        what: "the fund of the income",
        of: Request,
        said: &[
            says("income.prepared", Body("/request/fund")),
            says("income:wallet.income_accrued", Fund),
        ],
    },
    Fact {
        what: "the investor whose shares are frozen",
        of: Request,
        said: &[
            says("freeze.prepared", Body("/request/investor")),
            says("freeze:wallet.shares_frozen", Investor),
            says("freeze:holdings.shares_frozen", Investor),
        ],
    },
    Fact {
        what: "the fund whose shares are frozen",
        of: Request,
        said: &[
            says("freeze.prepared", Body("/request/fund")),
            says("freeze:wallet.shares_frozen", Fund),
            says("freeze:holdings.shares_frozen", Fund),
        ],
    },
    Fact {
        what: "the number of frozen shares",
        of: Request,
        said: &[
            says("freeze.prepared", Body("/request/word/order/shares")),
            says("freeze:wallet.shares_frozen", Body("/shares")),
            says("freeze:holdings.shares_frozen", Body("/shares")),
        ],
    },
    Fact {
        what: "the kind of freeze",
        of: Request,
        said: &[
            says("freeze.prepared", Body("/request/word/order/cause")),
            says("freeze:wallet.shares_frozen", Body("/cause")),
            says("freeze:holdings.shares_frozen", Body("/cause/code")),
        ],
    },
    Fact {
        what: "the day of the registrar's word",
        of: Request,
        said: &[
            says("freeze.prepared", Body("/request/word/statement/on")),
            says("freeze:wallet.shares_frozen", Body("/by/register")),
            says("freeze:holdings.shares_frozen", Body("/by/register")),
        ],
    },
    Fact {
        what: "the day on which it is due",
        of: Request,
        said: &[
            says("clearing.prepared", Body("/request/due_on")),
            says("clearing:settlement.instructed", Body("/due_on")),
        ],
    },
    Fact {
        what: "what is to be received",
        of: Request,
        said: &[
            says("clearing.prepared", Body("/request/receivable")),
            says("clearing:settlement.instructed", Body("/receivable")),
        ],
    },
    Fact {
        what: "what is to be paid",
        of: Request,
        said: &[
            says("clearing.prepared", Body("/request/payable")),
            says("clearing:settlement.instructed", Body("/payable")),
        ],
    },
    Fact {
        what: "what fees are of it",
        of: Request,
        said: &[
            says("clearing.prepared", Body("/request/fees")),
            says("clearing:settlement.instructed", Body("/fees")),
        ],
    },
    Fact {
        what: "the party",
        of: Request,
        said: &[
            says("clearing.prepared", Body("/request/party")),
            says("clearing:settlement.instructed", Body("/party")),
        ],
    },
    Fact {
        what: "the T that is settled",
        of: Request,
        said: &[
            says("clearing.prepared", Body("/request/t")),
            says("clearing:settlement.instructed", Body("/t")),
        ],
    },
    Fact {
        what: "who changes the calendar",
        of: Request,
        said: &[
            says("calendar_change.prepared", Body("/request/by")),
            says("calendar_change:calendar.added", Body("/by")),
        ],
    },
    Fact {
        what: "why the calendar changes",
        of: Request,
        said: &[
            says("calendar_change.prepared", Body("/request/reason")),
            says("calendar_change:calendar.added", Body("/reason")),
        ],
    },
    Fact {
        what: "the version of the calendar",
        of: Request,
        said: &[
            says("calendar_change.prepared", Body("/request/version/version")),
            says("calendar_change:calendar.added", Body("/version/version")),
        ],
    },
    Fact {
        what: "the notice's source",
        of: Request,
        said: &[
            says("calendar_change.prepared", Body("/request/version/source")),
            says("calendar_change:calendar.added", Body("/version/source")),
        ],
    },
    Fact {
        what: "the notice's date",
        of: Request,
        said: &[
            says("calendar_change.prepared", Body("/request/version/notice_date")),
            says("calendar_change:calendar.added", Body("/version/notice_date")),
        ],
    },
    Fact {
        what: "the change of the calendar",
        of: Request,
        said: &[
            says("calendar_change.prepared", Body("/request/version/change")),
            says("calendar_change:calendar.added", Body("/version/change")),
        ],
    },
    Fact {
        what: "the version before",
        of: Request,
        said: &[
            says("calendar_change.prepared", Body("/admitted/after")),
            says("calendar_change:calendar.added", Body("/after")),
        ],
    },
];
