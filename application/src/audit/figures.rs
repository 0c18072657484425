//! Records held against what was asked and promised, as far as the log itself knows that: no price and no lot of a
//! register is needed for it.

use fundflow_domain::{
    application::{Application, Confirmation, Event},
    confirmation_check::{allots_otherwise, confirms_another, of_order, takes_unpromised},
};

/// The record that an event of an application books.
pub(crate) fn record(event: &Event) -> Option<&Confirmation> {
    match event {
        Event::PortionConfirmed(came)
        | Event::Confirmed(came)
        | Event::PartlyConfirmed(came)
        | Event::Upheld(came) => Some(came),
        Event::Corrected { confirmation, .. } => Some(confirmation),
        Event::Placed(_)
        | Event::Moved { .. }
        | Event::AskChanged { .. }
        | Event::Accepted { .. }
        | Event::Sealed { .. }
        | Event::Sent { .. }
        | Event::Received(_)
        | Event::Contested(_)
        | Event::Withdrawn { .. }
        | Event::RestRejected(_)
        | Event::Rejected(_)
        | Event::RejectionContested(_)
        | Event::RejectionDropped { .. }
        | Event::Cancelled { .. } => None,
    }
}

/// The first thing that does not add up in a record that buys. What others do not add up to is in suspense.
pub(crate) fn wrong(known: &Application, said: &Confirmation) -> Option<String> {
    let found = of_order(&known.terms, &known.portions, said, None);
    let found = takes_unpromised(said).into_iter().chain(allots_otherwise(said)).chain(found);
    confirms_another(said).into_iter().chain(found).next().map(|it| it.what.to_string())
}
