//! What a regular plan was agreed with besides its amount and its dates, and what came of the dates so far.

use crate::folded;
use chrono::NaiveDate;
use fundflow::runtime::saga::Saga as _;
use fundflow_domain::{
    ids::TransactionId,
    plan::{MissingDay, MoveRule, Outcome, Plan, RegularPlan, Terms},
};
use fundflow_kernel::{
    counted::counted,
    store::{EventStore, ReadError},
    streams::Key,
};
use fundflow_sagas::regular_plan::RegularPlans;
use serde::Serialize;

/// Of the terms in force.
#[derive(Debug, Serialize)]
pub(crate) struct PlanFacts {
    options: String,
    misses: String,
}

impl PlanFacts {
    /// `None` of a saga of another kind.
    pub(crate) async fn of<S: EventStore>(
        store: &S,
        kind: &str,
        transaction: &TransactionId,
    ) -> Result<Option<Self>, ReadError> {
        if kind != RegularPlans::KIND {
            return Ok(None);
        }
        let key = Key::<RegularPlan>::of(transaction);
        let found = folded::one::<RegularPlan, S>(store, key.stream()).await?;
        let plan = found.as_ref().and_then(|it| it.fold.loaded.state.plan());
        // No word changes these: they are as they were agreed first.
        let of = |plan: &Plan| Self {
            options: options(plan.terms_on(NaiveDate::MIN)),
            misses: misses(plan),
        };
        Ok(plan.map(of))
    }

    pub(crate) fn rows(&self) -> [(&'static str, String); 2] {
        [("options", self.options.clone()), ("misses", self.misses.clone())]
    }
}

fn options(terms: &Terms) -> String {
    let closed = match terms.move_rule {
        MoveRule::NextTradingDay => "the next trading day",
        MoveRule::PreviousTradingDay => "the trading day before",
    };
    let lacking = match terms.missing_day {
        MissingDay::LastOfMonth => "the month's last day",
        MissingDay::FirstOfNext => "the first of the next month",
    };
    let until = match (terms.through, terms.periods) {
        (None, None) => "until it is ended".to_owned(),
        (through, periods) => {
            let through = through.map(|day| format!("through {day}"));
            let periods = periods.map(|it| format!("for {}", counted(it.get(), "date", "dates")));
            let both: Vec<String> = through.into_iter().chain(periods).collect();
            both.join(", ")
        }
    };
    let most = counted(u32::from(terms.max_misses.get()), "miss", "misses");
    format!(
        "{until}; paid from {}; for a closed day {closed}; for a day that the month lacks {lacking}; \
         ended by {most} in a row",
        terms.account
    )
}

fn misses(plan: &Plan) -> String {
    let over = plan.outcomes();
    let missed = over.iter().filter(|(_, outcome)| *outcome != Outcome::Done).count();
    let row = plan.misses_in_a_row();
    let dates = counted(over.len(), "date that is over", "dates that are over");
    let last = plan.last_miss().map(|why| format!("; the last: {} ({})", why.text, why.code));
    format!("{missed} of {dates}, {row} in a row{}", last.unwrap_or_default())
}
