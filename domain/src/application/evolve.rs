//! What an application remembers of each fact. Judges nothing; `None` means no decider wrote this.

use super::{
    Application, Ask, Confirmation, Event, Last, Quantity, Rejection, Serial, Stage, State, Terms,
    named::Named,
};

use crate::money::Shares;

pub(super) fn evolve(state: State, event: &Event) -> Option<State> {
    use {Event as E, State as S};
    match (state, event) {
        (S::Absent, E::Placed(terms)) => Some(S::Known(Box::new(placed(terms)))),
        (
            S::Known(mut known),
            E::Moved { .. }
            | E::AskChanged { .. }
            | E::Accepted { .. }
            | E::Sealed { .. }
            | E::Sent { .. }
            | E::Received(_)
            | E::PortionConfirmed(_)
            | E::Confirmed(_)
            | E::PartlyConfirmed(_)
            | E::Corrected { .. }
            | E::Contested(_)
            | E::Upheld(_)
            | E::Withdrawn { .. }
            | E::RestRejected(_)
            | E::Rejected(_)
            | E::RejectionContested(_)
            | E::RejectionDropped { .. }
            | E::Cancelled { .. },
        ) => {
            remember(&mut known, event)?;
            Some(S::Known(known))
        }
        (S::Known(_), E::Placed(_))
        | (
            S::Absent,
            E::Moved { .. }
            | E::AskChanged { .. }
            | E::Accepted { .. }
            | E::Sealed { .. }
            | E::Sent { .. }
            | E::Received(_)
            | E::PortionConfirmed(_)
            | E::Confirmed(_)
            | E::PartlyConfirmed(_)
            | E::Corrected { .. }
            | E::Contested(_)
            | E::Upheld(_)
            | E::Withdrawn { .. }
            | E::RestRejected(_)
            | E::Rejected(_)
            | E::RejectionContested(_)
            | E::RejectionDropped { .. }
            | E::Cancelled { .. },
        ) => None,
    }
}

fn placed(terms: &Terms) -> Application {
    Application {
        terms: terms.clone(),
        stage: Stage::Placed,
        accepted: None,
        batch: None,
        sent: None,
        received: None,
        portions: Vec::new(),
        doubts: None,
        named: Named::default(),
    }
}

fn remember(known: &mut Application, event: &Event) -> Option<()> {
    use Stage as S;
    match event {
        Event::Placed(_) => return None,
        Event::Moved { .. } => moved(known, event)?,
        Event::AskChanged { from, to } => ask_for(known, (*from, *to))?,
        Event::Accepted { serial } => {
            matches!(known.stage, S::Placed).then_some(())?;
            known.accepted.clone_from(serial);
            known.stage = S::Accepted;
        }
        Event::Sealed { batch } => {
            matches!(known.stage, S::Accepted).then_some(())?;
            known.batch = Some(batch.clone());
            known.stage = S::Sealed;
        }
        Event::Sent { file, record } => {
            matches!(known.stage, S::Sealed).then_some(())?;
            known.sent = Some((file.clone(), *record));
            known.stage = S::Sent;
        }
        Event::Received(reception) => {
            matches!(known.stage, S::Accepted | S::Sealed | S::Sent).then_some(())?;
            known.received = Some(reception.clone());
            known.stage = S::Received;
        }
        Event::PortionConfirmed(portion) => {
            confirm(known, portion, S::Confirming)?;
            known.portions.push(portion.as_ref().clone());
        }
        Event::Confirmed(last) => confirm(known, last, S::Confirmed(last.clone()))?,
        Event::PartlyConfirmed(last) => {
            let stage = S::PartlyConfirmed(Last::Confirmation(last.clone()));
            confirm(known, last, stage)?;
        }
        Event::Corrected { reverses, confirmation } => correct(known, reverses, confirmation)?,
        Event::Contested(came) => known.contest(came)?,
        Event::Upheld(came) => uphold(known, came)?,
        Event::Withdrawn { serial, taken_back, overruled, .. } => {
            known.withdraw(serial, (*taken_back, *overruled))?;
        }
        Event::RestRejected(rejection) => {
            matches!(known.stage, S::Confirming).then_some(())?;
            known.reject(S::PartlyConfirmed(Last::Rejection(rejection.clone())));
        }
        Event::RejectionContested(said) => known.contest_rejection(said)?,
        Event::RejectionDropped { taken_back, .. } => known.drop_rejection(*taken_back)?,
        Event::Rejected(rejection) => rejected(known, rejection)?,
        Event::Cancelled { cause } => {
            matches!(known.stage, S::Placed | S::Accepted | S::Received).then_some(())?;
            known.stage = S::Cancelled(cause.clone());
        }
    }
    Some(())
}

/// To a later T, with what that day promises.
fn moved(known: &mut Application, event: &Event) -> Option<()> {
    let Event::Moved { from, to, promised, topup_discount, rounding } = event else { return None };
    let open = matches!(known.stage, Stage::Placed | Stage::Accepted);
    (open && known.terms.trade_date == *from).then_some(())?;
    (known.terms.trade_date, known.terms.promised) = (*to, promised.clone());
    if let Some(discount) = topup_discount {
        known.terms.ask.discount_topup(*discount)?;
    }
    known.terms.rounding = rounding.unwrap_or(known.terms.rounding);
    Some(())
}

fn ask_for(known: &mut Application, (from, to): (Shares, Shares)) -> Option<()> {
    let Ask::Redemption { shares, .. } = &mut known.terms.ask else { return None };
    (matches!(known.stage, Stage::Placed) && *shares == from).then_some(())?;
    *shares = to;
    Some(())
}

/// Nothing comes of what was still open, or what was rejected is so with other interest.
fn rejected(known: &mut Application, rejection: &Rejection) -> Option<()> {
    if let Stage::Rejected(was) = &known.stage {
        let was = was.clone();
        (was != *rejection).then_some(())?;
        known.overturn(was);
        known.reject(Stage::Rejected(rejection.clone()));
        return Some(());
    }
    let open = !known.stage.is_over() && !matches!(known.stage, Stage::Confirming);
    open.then_some(())?;
    known.reject(Stage::Rejected(rejection.clone()));
    Some(())
}

/// A record of what was still to be confirmed.
fn confirm(known: &mut Application, came: &Confirmation, stage: Stage) -> Option<()> {
    confirmable(known, came)?;
    known.said_anew(&came.serial);
    known.stage = stage;
    Some(())
}

/// The record that corrects stands, and the reversed one is remembered as withdrawn.
fn correct(known: &mut Application, reverses: &Serial, by: &Confirmation) -> Option<()> {
    use Stage as S;
    let (S::Confirmed(last) | S::PartlyConfirmed(Last::Confirmation(last))) = &known.stage else {
        return None;
    };
    (last.serial == *reverses && holds_as_contested(known, by)).then_some(())?;
    let last = last.as_ref().clone();
    known.supersede(last, by);
    if known.is_upheld(reverses) {
        known.uphold(&by.serial);
    }
    close_with(known, by);
    Some(())
}

/// What was contested holds with the figures with which it was.
fn holds_as_contested(known: &Application, came: &Confirmation) -> bool {
    known.contested().filter(|it| it.serial == came.serial).all(|it| it == came)
}

fn uphold(known: &mut Application, came: &Confirmation) -> Option<()> {
    use Stage as S;
    let stands = matches!(known.stage, S::Confirmed(_) | S::PartlyConfirmed(Last::Confirmation(_)));
    (!stands && holds_as_contested(known, came)).then_some(())?;
    if let S::Rejected(was) | S::PartlyConfirmed(Last::Rejection(was)) = &known.stage {
        let was = was.clone();
        known.overturn(was);
    }
    if let S::Cancelled(cause) = &known.stage {
        let cause = cause.clone();
        known.keep_after_all(cause);
    }
    known.uphold(&came.serial);
    if came.finished {
        close_with(known, came);
    } else {
        known.portions.push(came.clone());
        known.stage = S::Confirming;
    }
    Some(())
}

/// The record that closes it, whatever closed it before.
fn close_with(known: &mut Application, last: &Confirmation) {
    known.said_anew(&last.serial);
    let portions = known.portions.iter().map(|portion| portion.outcome.quantity());
    let asked = known.terms.ask.quantity();
    let mut settled = portions.chain([last.outcome.quantity()]);
    let settled = settled.try_fold(asked.none(), Quantity::plus);
    let rest = settled.and_then(|settled| asked.minus(settled));
    let last = Box::new(last.clone());
    known.stage = if rest.is_none_or(|rest| rest == rest.none()) {
        Stage::Confirmed(last)
    } else {
        Stage::PartlyConfirmed(Last::Confirmation(last))
    };
}

fn confirmable(known: &Application, confirmation: &Confirmation) -> Option<()> {
    use Stage as S;
    let open =
        matches!(known.stage, S::Accepted | S::Sealed | S::Sent | S::Received | S::Confirming);
    let new = known.portions.iter().all(|portion| portion.serial != confirmation.serial);
    (open && new).then_some(())
}
