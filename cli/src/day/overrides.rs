//! Overrides of `scenario.toml` for dates of plans that another folder opened: only the store knows those.

use super::books::Books;
use fundflow_domain::ids::PlanId;
use fundflow_infrastructure::day_folder::{Day, Problem};

/// Those that are for no plan of the folder, nor of the store, or for a day on which its plan does not invest.
pub(super) fn of_no_plan(day: &Day, books: &Books) -> Vec<Problem> {
    let mut problems = Vec::new();
    for transaction in day.scenario.overrides.keys() {
        let is_row = |id: &str| day.orders.iter().any(|order| order.transaction.as_str() == id);
        let Some((plan, date)) = PlanId::of_occurrence(transaction) else { continue };
        if is_row(transaction.as_str()) || is_row(plan.as_str()) {
            continue;
        }
        let known = books.plans.get(plan.as_str()).and_then(|entry| entry.loaded.state.plan());
        let problem = match known {
            Some(known) if known.is_known(date) || known.terms_on(date).names(date) => continue,
            Some(_) => format!("plan {plan} does not invest on {date}"),
            None => format!(
                "no good row of orders.csv has this transaction, and no folder that was played into this store \
                 has opened plan {plan}; check its spelling"
            ),
        };
        let (file, value) = ("scenario.toml".to_owned(), transaction.to_string());
        let field = format!("override.{transaction}");
        problems.push(Problem { file, line: None, field, value, problem });
    }
    problems
}
