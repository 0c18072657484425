//! Rejections of what was confirmed, or of what was rejected with other interest: contested, upheld, dropped.

use super::Decision;
use crate::{
    application::{Application, Event, Last, Message, Refusal, Rejection, Stage},
    orders::Cause,
};

/// The wording of the reason may change; that nothing came of it does not.
pub(in crate::application) fn contest_rejection(known: &Application, came: &Rejection) -> Decision {
    let stands = match &known.stage {
        Stage::Confirmed(last) | Stage::PartlyConfirmed(Last::Confirmation(last)) => {
            Message::Confirmation(last.as_ref().clone())
        }
        Stage::Rejected(was) if was.pays_the_same(came) => return Ok(vec![]),
        Stage::Rejected(was) => Message::Rejection(was.clone()),
        Stage::Placed
        | Stage::Accepted
        | Stage::Sealed
        | Stage::Sent
        | Stage::Received
        | Stage::Confirming
        | Stage::PartlyConfirmed(Last::Rejection(_))
        | Stage::Cancelled(_) => {
            let (stage, step) = (known.stage.name(), "a contested rejection");
            return Err(Refusal::TooEarly { stage, step });
        }
    };
    let doubts = known.doubts();
    let same = |was: &Rejection| was.interest == came.interest;
    match &doubts.rejection {
        Some(was) if same(was) => Ok(vec![]),
        Some(_) | None if doubts.dropped.iter().any(same) || doubts.is_gone(came) => Ok(vec![]),
        None => Ok(vec![Event::RejectionContested(came.clone())]),
        Some(_) => Err(Refusal::Contradicts {
            stands: Box::new(stands),
            came: Box::new(Message::Rejection(came.clone())),
        }),
    }
}

pub(in crate::application) fn uphold_rejection(known: &Application, cause: &Cause) -> Decision {
    let Some(rejection) = known.contested_rejection().cloned() else {
        let holds =
            matches!(known.stage, Stage::Rejected(_) | Stage::PartlyConfirmed(Last::Rejection(_)));
        return if holds { Ok(vec![]) } else { Err(Refusal::NoRejectionContested) };
    };
    match &known.stage {
        Stage::Confirmed(last) | Stage::PartlyConfirmed(Last::Confirmation(last)) => {
            let (serial, cause) = (last.serial.clone(), cause.clone());
            let withdrawn = Event::Withdrawn { serial, cause, taken_back: false, overruled: true };
            Ok(vec![withdrawn, known.rejected_by(rejection)])
        }
        // The confirmation was taken back meanwhile.
        Stage::Confirming => Ok(vec![Event::RestRejected(rejection)]),
        Stage::Placed | Stage::Accepted | Stage::Sealed | Stage::Sent | Stage::Received => {
            Ok(vec![Event::Rejected(rejection)])
        }
        Stage::Rejected(_) => Ok(vec![Event::Rejected(rejection)]),
        Stage::PartlyConfirmed(Last::Rejection(_)) | Stage::Cancelled(_) => Ok(vec![]),
    }
}

pub(in crate::application) fn drop_rejection(
    known: &Application,
    cause: &Cause,
    taken_back: bool,
) -> Decision {
    if known.contested_rejection().is_some() {
        return Ok(vec![Event::RejectionDropped { cause: cause.clone(), taken_back }]);
    }
    let doubts = known.doubts();
    let before = !doubts.dropped.is_empty() || !doubts.rejections_taken_back.is_empty();
    if before { Ok(vec![]) } else { Err(Refusal::NoRejectionContested) }
}

impl Application {
    /// The rejection under whose wording the case of that one is named: the contested one, where only the wording
    /// differs. What was rejected before has a case of its own.
    pub fn worded_as<'a>(&'a self, said: &'a Rejection) -> &'a Rejection {
        let before = matches!(self.stage, Stage::Rejected(_));
        let contested = self.contested_rejection().filter(|it| it.interest == said.interest);
        contested.filter(|it| !before || it.states_the_same(said)).unwrap_or(said)
    }

    /// A rejection of what was confirmed, or of what was rejected with other interest, that nobody has settled.
    pub fn contested_rejection(&self) -> Option<&Rejection> {
        self.doubts().rejection.as_ref()
    }

    /// Rejections that held until a confirmation did, or another rejection; the first one first.
    pub fn overturned(&self) -> impl Iterator<Item = &Rejection> {
        self.doubts().overturned.iter()
    }

    /// Rejections that were settled without effect, the first one first.
    pub fn dropped(&self) -> impl Iterator<Item = &Rejection> {
        self.doubts().dropped.iter()
    }

    /// How often the registrar took such a rejection back.
    pub fn rejections_taken_back(&self) -> usize {
        self.doubts().rejections_taken_back.len()
    }
}

impl Application {
    pub(in crate::application) fn contest_rejection(&mut self, came: &Rejection) -> Option<()> {
        let doubts = self.doubts.get_or_insert_default();
        doubts.rejection.is_none().then(|| doubts.rejection = Some(came.clone()))
    }

    pub(in crate::application) fn drop_rejection(&mut self, taken_back: bool) -> Option<()> {
        let doubts = self.doubts.as_mut()?;
        let was = doubts.rejection.take()?;
        if taken_back {
            doubts.rejections_taken_back.push(was);
        } else {
            doubts.dropped.push(was);
        }
        Some(())
    }
}
