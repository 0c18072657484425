//! What would follow: the desk decides the order on a copy of the saga, and what that copy wants to
//! append, to send and to tell is what is shown.

use super::{
    Order, Will,
    words::{announced, words},
};
use crate::{
    reading::Failure,
    registry::{Sagas, Word},
    saga_words::SagaRow,
};
use fundflow::{Action, SagaId, runtime::process::Disposition};
use fundflow_application::desk::{self, Deed, DeskError, Preview};
use fundflow_domain::{
    ids::{AccountRef, PlanId, TransactionId},
    plan::RegularPlan,
    time::Timestamp,
};
use fundflow_kernel::{
    loaded::Loaded,
    store::{EventStore, Position},
    streams::Key,
};
use fundflow_sagas::parts::payment::END as CHARGE;
use serde::Serialize;
use std::sync::Arc;

/// How it went with one saga.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// Possible; nothing is done yet.
    Planned,
    /// Done, and durable by now.
    Applied,
    /// The very same was done before.
    DoneBefore,
    /// Refused; nothing is done.
    Refused,
    /// It moved since somebody looked.
    Stale,
    /// Nothing was ever prepared under that ID.
    NotFound,
}

/// An event that would be, or was, written.
#[derive(Debug, Serialize)]
pub(super) struct EventLine {
    pub(super) stream: String,
    pub(super) event_type: String,
    pub(super) actor: String,
    pub(super) position: Option<u64>,
}

/// A saga that the operation would change.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(super) transaction: TransactionId,
    pub(super) kind: Option<&'static str>,
    pub(crate) outcome: Outcome,
    /// Why not, or why nothing follows.
    pub(crate) why: Option<String>,
    /// Position of its last event when it was looked at.
    pub(crate) version: Option<u64>,
    /// State before the command.
    pub(super) stands: Option<SagaRow>,
    /// Events in the order of writing.
    pub(super) events: Vec<EventLine>,
    /// Calls to counterparties, once the events are durable.
    pub(super) calls: Vec<String>,
    /// Movements of money, in words.
    pub(super) money: Vec<String>,
    /// Where what does not add up of a record goes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) differences: Vec<String>,
    /// What happens to shares that the operation disposes of.
    pub(super) shares: Vec<String>,
    /// State after the command.
    pub(super) after: Option<SagaRow>,
}

/// What is the same for all sagas of an order.
pub(super) struct Desk<'a> {
    pub(super) order: &'a Order,
    pub(super) operator: Arc<str>,
    pub(super) sagas: &'a Sagas,
    pub(super) now: Timestamp,
    /// The account that money is to go to, where the books do not know it.
    pub(super) vouched: Option<&'a AccountRef>,
}

impl Row {
    fn absent(transaction: &TransactionId) -> Self {
        let hint = "no saga was ever prepared under this ID; `fundflow saga ls` lists all";
        Self {
            transaction: transaction.clone(),
            kind: None,
            outcome: Outcome::NotFound,
            why: Some(hint.to_owned()),
            version: None,
            stands: None,
            events: vec![],
            calls: vec![],
            money: vec![],
            differences: vec![],
            shares: vec![],
            after: None,
        }
    }

    pub(super) fn id(&self) -> Option<SagaId> {
        Some(SagaId { kind: self.kind?, transaction: self.transaction.clone() })
    }

    /// It is so already, or a later word counts: at most the word itself is recorded.
    pub(super) fn changes_nothing(&self) -> bool {
        self.events.iter().all(|event| event.event_type == "plan.word_kept")
    }

    fn refused(mut self, outcome: Outcome, why: String) -> Self {
        (self.outcome, self.why) = (outcome, Some(why));
        self
    }
}

impl Desk<'_> {
    /// Looks at one saga. `version` is the one that somebody saw before.
    pub(super) async fn look<S: EventStore>(
        &self,
        store: &S,
        transaction: &TransactionId,
        version: Option<u64>,
    ) -> Result<Row, Failure> {
        let who = (self.order.kind.as_deref(), transaction);
        let kind = match desk::find(store, &self.sagas.desk, who.0, transaction).await {
            Ok(kind) => kind,
            Err(DeskError::NotFound { .. }) => return Ok(Row::absent(transaction)),
            Err(error @ DeskError::AnotherKind { .. }) => {
                return Ok(Row::absent(transaction).refused(Outcome::NotFound, error.to_string()));
            }
            Err(error @ DeskError::Foreign { .. }) => {
                return Ok(Row::absent(transaction).refused(Outcome::Refused, error.to_string()));
            }
            Err(error) => return Err(error.into()),
        };
        let deed = self.deed(kind.name());
        // What cannot be ordered is still looked at, so that its state stands beside the refusal.
        let asked = deed.clone().unwrap_or(Deed::Act(Action::Resume { reason: "look".into() }));
        let (seen, will) = (version.map(Position), (&asked, &self.operator));
        let seen = desk::preview(store, &self.sagas.desk, who, seen, will, self.now).await?;
        let row = Row {
            kind: Some(seen.saga.kind),
            why: None,
            version: Some(seen.shown.version.0),
            stands: Some(SagaRow::of(&seen.shown)),
            ..Row::absent(transaction)
        };
        Ok(match (deed, seen.outcome.clone()) {
            (_, desk::Outcome::Moved { seen }) => {
                let now = row.version.unwrap_or_default();
                let why = format!("it moved: version {} was seen, it is {now} now", seen.0);
                row.refused(Outcome::Stale, why)
            }
            (Err(why), _) => row.refused(Outcome::Refused, why),
            (Ok(_), desk::Outcome::Refused(why)) => row.refused(Outcome::Refused, why.to_string()),
            (Ok(_), desk::Outcome::Planned) => {
                let row = self.planned(row, &seen);
                self.explained(store, row).await?
            }
        })
    }

    /// Says why nothing follows from a word that a saga takes, and what one replaces that something follows
    /// from.
    async fn explained<S: EventStore>(&self, store: &S, mut row: Row) -> Result<Row, Failure> {
        let Will::Ask(word) = &self.order.will else { return Ok(row) };
        let nothing = row.changes_nothing();
        let why = match (word, PlanId::new(row.transaction.as_str())) {
            (Word::Plan(said), Ok(plan)) => {
                let stream = Key::<RegularPlan>::of(&plan).stream().clone();
                let state = Loaded::<RegularPlan>::load(store, &stream).await?.state;
                let said = said.clone().into();
                if nothing {
                    state.already(&said).map(|it| it.to_string())
                } else {
                    let after = state.after(&said);
                    let replaced = after.as_ref().and_then(|it| it.plan()?.replaced(&said));
                    replaced.map(|what| format!("it {what}"))
                }
            }
            (_, Ok(_) | Err(_)) => None,
        };
        let always = nothing.then(|| "it was said before, or is so already".to_owned());
        row.why = why.or(always).or(row.why);
        Ok(row)
    }

    /// The order as a saga of that kind is given it, or why it cannot be given it.
    pub(super) fn deed(&self, kind: &str) -> Result<Deed, String> {
        match &self.order.will {
            Will::Act(action) => Ok(Deed::Act(action.clone())),
            Will::Ask(word) => {
                let command = self.sagas.spoken(kind, word.clone())?;
                Ok(Deed::Command { command, at: self.order.at })
            }
        }
    }

    fn planned(&self, mut row: Row, seen: &Preview) -> Row {
        let foreseen = &seen.foreseen;
        row.outcome = Outcome::Planned;
        row.events.extend(foreseen.events.iter().map(|event| EventLine {
            stream: event.stream.to_string(),
            event_type: event.event_type.clone(),
            actor: event.actor.to_string(),
            position: None,
        }));
        for effect in &foreseen.calls {
            let (call, money) = words(effect);
            row.calls.push(call);
            row.money.extend(money);
        }
        // The bank is asked for one after the other.
        row.money.extend(announced(foreseen));
        let closes = |event: &EventLine| {
            ["payment.declined", "payment.closed"].contains(&event.event_type.as_str())
        };
        let mut given: &[_] = &[];
        if let Will::Act(Action::Abandon { dispositions, .. }) = &self.order.will {
            given = dispositions;
        }
        // What comes of a charge that a person gives up is said of its end.
        let is_given_up = given.iter().any(|(end, _)| **end == *CHARGE);
        if !is_given_up && row.events.iter().any(closes) {
            let late = "none is asked for any more; a payment that comes all the same goes back";
            row.money.push(late.to_owned());
        }
        let ends = seen.shown.look.open_ends.iter().zip(&seen.shown.look.units);
        for ((end, unit), fate) in ends.zip(&seen.fates) {
            let to = given.iter().find(|(named, _)| *named == end.name);
            let Some((_, to)) = to else { continue };
            let unit = unit.as_deref().unwrap_or_default();
            let what = format!("{} {unit} ({})", end.worth, end.name).replace("  ", " ");
            let fate = fate.as_deref().unwrap_or_else(|| unsaid(*to));
            let lines = if unit.starts_with(SHARES) { &mut row.shares } else { &mut row.money };
            lines.push(format!("{what}: {fate}"));
        }
        row.money.extend(self.order.beside.lost.clone());
        row.differences.clone_from(&self.order.beside.differences);
        if row.money.is_empty() && row.shares.is_empty() {
            let closes = !row.differences.is_empty();
            let none = if closes { "none comes or goes by this" } else { "none moves by this" };
            row.money.push(none.to_owned());
        }
        row.why = self.vouched.map(|account| {
            format!(
                "the books do not know account {account}: no request ever named it; {} vouches, with the \
                 reason that is stored, that it is the investor's own",
                self.operator
            )
        });
        row
    }
}

impl Order {
    /// With what is known of it beside what the runner says.
    pub(crate) fn beside(self, beside: Beside) -> Self {
        Self { beside, ..self }
    }
}

/// What is known of an order beside what the runner says.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    /// What the investor does not get, if it is done.
    pub(crate) lost: Option<String>,
    /// Where what does not add up of a record goes.
    pub(crate) differences: Vec<String>,
}

/// How a unit begins that counts shares.
const SHARES: &str = "shares";

/// Of an end of which its saga says nothing.
const fn unsaid(to: Disposition) -> &'static str {
    match to {
        Disposition::Refund => "back to whom it came from, by hand",
        Disposition::Suspense => "to a suspense account, by hand",
        Disposition::Manual => "settled outside of the engine",
    }
}
