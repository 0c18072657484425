//! A record that did not add up by the lots that were known, and that is heard again: those may have been corrected
//! meanwhile. What adds up by what is known now closes its case by itself.

use super::{
    application::{ApplicationLeg, FundSaga, book},
    cancel, compensation,
    hearing::found,
    leaving,
};
use fundflow_domain::{
    application::{Application, Confirmation},
    case::{self, CaseId, Cases, Closing, How, Kind},
    text::Text,
};
use fundflow_kernel::{
    envelope::Actor,
    streams::{Key, Need},
};
use fundflow_runtime::{
    saga::{Heard, View},
    turn::{NotDone, Turn},
};

const ADDS_UP: &str = "what it was held against was corrected, and it adds up now";

impl ApplicationLeg {
    /// The case of a record that holds, while it is open: its stream is needed to hear the record again.
    pub(super) fn needs_again<S: FundSaga>(
        &self,
        view: &View<'_, S>,
        said: &Confirmation,
    ) -> Option<Need> {
        self.in_dispute(view, said).map(|(_, _, case)| Key::<Cases>::of(&case).need())
    }

    /// Closes the case of a record that adds up by now; `None` where it has none, or still does not.
    pub(super) fn adds_up_now<S: FundSaga>(
        &self,
        saga: &S,
        turn: &mut Turn<'_, S>,
        said: &Confirmation,
    ) -> Result<Option<Heard>, NotDone> {
        let view = turn.view()?;
        let Some((known, record, id)) = self.in_dispute(&view, said) else { return Ok(None) };
        let key = Key::<Cases>::of(&id);
        if !turn.streams().has(key.stream()) {
            return Err(NotDone::Missing(vec![key.need()]));
        }
        let open = turn.state(&key).filter(|it| it.is_open()).and_then(case::State::case);
        let of_lots = open.filter(|it| it.findings.iter().all(|found| may_be_of_lots(found.kind)));
        let Some(opened_at) = of_lots.map(|it| it.opened_at) else { return Ok(None) };
        // Its dates are judged by when it came.
        let still = !found(saga, &view, (known, record), opened_at).is_empty();
        let before = leaving::portions_beside(&view, known, record);
        if still || saga.leaving(&view, &known.terms, (before, record)).is_none() {
            return Ok(None);
        }
        if compensation::announced(turn, id).is_some() {
            return Ok(None);
        }
        let now = turn.now();
        turn.speaks(Actor::Engine, "lots", now);
        let closing =
            Closing { how: How::Accepted, by: Text::lossy("engine"), reason: Text::lossy(ADDS_UP) };
        // First: the dispute follows from it, whoever dies in between.
        let mut events = turn.decide(&key, &case::Command::Close(closing.clone()))?;
        events += cancel::follow(turn, id, &closing)?;
        Ok(Some(Heard::Recorded(events + book(saga, turn))))
    }

    /// A record that holds and is in dispute for its own figures, and nobody has ended the saga.
    fn in_dispute<'a, S: FundSaga>(
        &self,
        view: &View<'a, S>,
        said: &Confirmation,
    ) -> Option<(&'a Application, &'a Confirmation, CaseId)> {
        let known = self.application(view).filter(|_| view.ending.is_none())?;
        let record = known.confirmations().find(|it| it.says_the_same(said))?;
        let case = known.case_of(record);
        let alone = !known.is_upheld(&record.serial) && known.contested_rejection().is_none();
        (alone && view.open.notes.disputes.contains(&case)).then_some((known, record, case))
    }
}

/// What the lots say may be wrong with a record.
const fn may_be_of_lots(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::FeeDiffersFromPromise | Kind::AmountDiffers | Kind::SharesDoNotFollowFromNav
    )
}
