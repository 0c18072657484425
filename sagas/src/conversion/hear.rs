//! What the registrar says, recorded by the application; what it took and registered is in the
//! holdings in the same batch.

use super::{
    Call,
    saga::{Answer, Conversion, Turn, View},
};
use crate::{
    parts::{milestone::Scope, timing},
    ports::registrar::{ApplicationAnswer, RegistrarNotice},
};
use fundflow_domain::time::Timestamp;
use fundflow_kernel::envelope::StreamName;
use fundflow_runtime::{
    port::Payload,
    saga::{Calling, Heard},
    turn::NotDone,
};

impl Conversion {
    pub(super) fn calls(
        &self,
        view: &View<'_>,
        what: Call,
        now: Timestamp,
    ) -> Option<Calling<Self>> {
        let out = &view.plan.out;
        let call = match what {
            Call::Convert => out.submit(view, now)?,
            Call::Cancel => out.cancel(view, view.open.notes.cancel?.0)?,
        };
        let port = (self.house.registrars)(&out.application(view)?.terms.registrar);
        Some(Calling::of(&port, call, Answer))
    }

    pub(super) fn hears(
        &self,
        turn: &mut Turn<'_>,
        Answer(said): &Answer,
    ) -> Result<Heard, NotDone> {
        let plan = turn.plan();
        if matches!(said, ApplicationAnswer::Accepted(_)) {
            timing::late_acceptance(self, turn, &plan.out, false, Some(Scope::All))?;
        }
        plan.out.hear(self, turn, said)
    }
}

/// Unasked news about the conversion's stream.
pub(super) fn notice(view: &View<'_>, stream: &StreamName, news: &Payload) -> Option<Answer> {
    let RegistrarNotice(said) = news.downcast_ref()?;
    (view.plan.out.key.stream() == stream).then(|| Answer(said.clone()))
}
