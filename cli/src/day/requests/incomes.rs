//! Figures of money funds, row by row. Both sides hear of one: the engine gives it to its wallets, each
//! registrar to its holders. What the engine refuses was never published.

use super::{
    super::{Trouble, play::Play},
    late,
    named::{self, Named},
    no, refuse, say_no, too_late,
};
use fundflow::RequestError;
use fundflow::runtime::saga::Clash;
use fundflow_domain::money_fund::Publication;
use fundflow_infrastructure::day_folder::{Kind, No, Order, Problem};
use fundflow_kernel::store::{Checkpoints, EventStore};
use fundflow_sagas::income::{Income, Refusal};

/// Asks for the income of each of those rows.
pub(super) async fn publish<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    orders: &[Order],
) -> Result<(), Trouble> {
    let (mut all, mut asked_for) = (Vec::new(), Vec::new());
    for order in orders {
        let Kind::Income(income) = &order.kind else { continue };
        if let Some(known) = refused_before(play, order) {
            say_no(play, order, known);
            continue;
        }
        let Some(names) = income.jobs() else { continue };
        all.push(Named { names, request: *income, at: Some(order.time) });
        asked_for.push((order, income));
    }
    let before = play.store.head().borrow().0;
    let answers = named::ask::<S, Income>(play, all, is_taken).await?;
    let mut taken = Vec::new();
    for ((order, income), (named, answer)) in asked_for.into_iter().zip(answers) {
        match answer {
            Ok(_) => {
                taken.push((order, named));
                for (_, registrar) in &play.with.sandbox.registrars {
                    registrar.publish_income(income)?;
                }
            }
            Err(RequestError::Refused(refusal)) if is_taken(&refusal) => {
                play.mistakes.push(not_given(order, income, &refusal));
            }
            Err(RequestError::Refused(refusal)) => {
                let late = too_late(play, order);
                refuse(play, order, late.unwrap_or_else(|| no(refusal)))?;
            }
            Err(error) => super::refused(play, order, error)?,
        }
    }
    late::note_new(play, taken, before).await
}

fn is_taken(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::Clash(Clash::Taken { .. }))
}

/// What was said to the row when its folder was played before. A program of before had no second name for it:
/// what it refused for that is asked for again.
fn refused_before<S>(play: &Play<S>, order: &Order) -> Option<No> {
    let known = play.with.verdicts.why_not(&play.day, order)?;
    let for_its_name = known.why.contains(" belongs to ");
    (!for_its_name).then(|| known.clone())
}

/// Wallets go without it until a person says how it is to be named.
fn not_given(order: &Order, income: &Publication, refusal: &Refusal) -> Problem {
    let (file, field) = ("orders.csv".to_owned(), "transaction".to_owned());
    let (value, next) = (order.transaction.to_string(), income.publication.saturating_add(1));
    let problem = format!(
        "both names of this income are those of other requests, and no wallet is given it ({refusal}); \
         publish it with publication {next}"
    );
    Problem { file, line: Some(order.line), field, value, problem }
}
