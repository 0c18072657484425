//! Records of a registrar that do not hold: taken back by it, or said against what had taken effect.
//!
//! ```text
//! Confirm refused as a contradiction -> Contest -> contested --Uphold--> holds, in place of what stood
//!                                                     `------Withdraw--> withdrawn
//! the last record that holds --Withdraw--> withdrawn; the registrar's right word is awaited
//! Reject refused as a contradiction --ContestRejection--> contested --UpholdRejection--> holds, in place of
//!                                                            |       the confirmation, or the rejection, that stood
//!                                                            `------DropRejection--> dropped, or taken back
//! ```

mod rejections;

pub(super) use rejections::{contest_rejection, drop_rejection, uphold_rejection};

use super::{
    Application, Applications, Confirmation, Event, Last, Message, Refusal, Rejection, Stage, State,
};
use crate::{
    case::CaseId,
    decider::Decider as _,
    orders::{Cause, Serial},
    spelling::Spelling,
};

/// How the source of every record of an application is called.
pub const REGISTRAR: &str = "registrar";

/// Most applications have none. Each list in the order in which the records came.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Doubts {
    withdrawn: Vec<Confirmation>,
    contested: Vec<Confirmation>,
    upheld: Vec<Serial>,
    /// Once for each time that the registrar took a record back.
    taken_back: Vec<Serial>,
    /// Those of them under which it has said nothing new since.
    away: Vec<Serial>,
    rejection: Option<Rejection>,
    /// Rejections that were settled without effect: old news.
    dropped: Vec<Rejection>,
    /// Rejections that the registrar took back: the same one, heard again, is old news.
    rejections_taken_back: Vec<Rejection>,
    /// Rejections that held until a confirmation did, or another rejection: the same one, heard again, is old news.
    overturned: Vec<Rejection>,
    /// The record that its registrar put in the place of another one, without anybody's decision between the two.
    corrected_by: Option<Serial>,
    /// Why it had been taken back, until a confirmation held all the same: said again, that is old news.
    cancelled_before: Option<Cause>,
}

/// Of an application without any.
static NONE: Doubts = Doubts {
    withdrawn: Vec::new(),
    contested: Vec::new(),
    upheld: Vec::new(),
    taken_back: Vec::new(),
    away: Vec::new(),
    rejection: None,
    dropped: Vec::new(),
    rejections_taken_back: Vec::new(),
    overturned: Vec::new(),
    corrected_by: None,
    cancelled_before: None,
};

type Decision = Result<Vec<Event>, Refusal>;

pub(super) fn contest(known: &Application, came: &Confirmation) -> Decision {
    if !known.terms.ask.fits(&came.outcome) {
        let (asked, message) = (known.terms.ask.name(), Message::Confirmation(came.clone()));
        let came = came.outcome.name();
        return Err(Refusal::WrongKind { asked, came, message: Box::new(message) });
    }
    let holds = known.confirmations().find(|it| it.serial == came.serial);
    let contested = known.contested().find(|it| it.serial == came.serial);
    if let Some(was) = contested.or(holds) {
        return same(was, came);
    }
    let news = || Ok(vec![Event::Contested(Box::new(came.clone()))]);
    heard_again(known, came).unwrap_or_else(news)
}

/// Both at once: nobody can die between them.
pub(super) fn overrule(known: &Application, came: &Confirmation) -> Decision {
    let mut events = contest(known, came)?;
    let before = State::Known(Box::new(known.clone()));
    let after = events.iter().try_fold(before, Applications::evolve);
    if let Some(contested) = after.as_ref().and_then(State::application) {
        events.extend(uphold(contested, &came.serial)?);
    }
    Ok(events)
}

pub(super) fn uphold(known: &Application, serial: &Serial) -> Decision {
    let Some(came) = known.contested().find(|it| it.serial == *serial) else {
        let holds = known.confirmations().any(|it| it.serial == *serial);
        return if holds { Ok(vec![]) } else { Err(Refusal::NotContested(serial.clone())) };
    };
    let confirmation = Box::new(came.clone());
    match &known.stage {
        Stage::Confirmed(last) | Stage::PartlyConfirmed(Last::Confirmation(last)) => {
            Ok(vec![Event::Corrected { reverses: last.serial.clone(), confirmation }])
        }
        Stage::PartlyConfirmed(Last::Rejection(_))
        | Stage::Rejected(_)
        | Stage::Cancelled(_)
        | Stage::Placed
        | Stage::Accepted
        | Stage::Sealed
        | Stage::Sent
        | Stage::Received
        | Stage::Confirming => Ok(vec![Event::Upheld(confirmation)]),
    }
}

pub(super) fn withdraw(
    known: &Application,
    serial: &Serial,
    cause: &Cause,
    taken_back: bool,
) -> Decision {
    let contested = known.contested().any(|it| it.serial == *serial);
    let last = known.confirmations().last().is_some_and(|it| it.serial == *serial);
    if contested || last {
        let (serial, cause) = (serial.clone(), cause.clone());
        let taken_back = taken_back && contested;
        let again = known.stood_before(&serial).filter(|_| !contested);
        let withdrawn = Event::Withdrawn { serial, cause, taken_back, overruled: false };
        return Ok([withdrawn].into_iter().chain(again).collect());
    }
    let holds = known.confirmations().any(|it| it.serial == *serial);
    if !holds && known.doubts().withdrawn.iter().any(|it| it.serial == *serial) {
        return Ok(vec![]);
    }
    Err(Refusal::NotLast(serial.clone()))
}

/// What a record that was corrected, settled or taken back decides when it is heard again: nothing, since
/// who repeats all that was ever said repeats that, too. `None` for another one, and for other figures or
/// another day under the serial of one that was taken back: that is news.
pub(super) fn heard_again(known: &Application, came: &Confirmation) -> Option<Decision> {
    let doubts = known.doubts();
    let mut all = doubts.withdrawn.iter().filter(|it| it.serial == came.serial);
    let was = all.clone().find(|it| it.says_the_same(came));
    let is_away = doubts.away.contains(&came.serial);
    let was = was.or_else(|| all.next().filter(|_| !is_away))?;
    Some(same(was, came))
}

fn same(was: &Confirmation, came: &Confirmation) -> Decision {
    if was.says_the_same(came) {
        return Ok(vec![]);
    }
    let message = |it: &Confirmation| Box::new(Message::Confirmation(it.clone()));
    Err(Refusal::Contradicts { stands: message(was), came: message(came) })
}

impl Doubts {
    fn find(&self, serial: &Serial) -> Option<&Confirmation> {
        let mut withdrawn = self.withdrawn.iter().filter(|_| !self.away.contains(serial));
        let contested = self.contested.iter().find(|it| it.serial == *serial);
        contested.or_else(|| withdrawn.find(|it| it.serial == *serial))
    }

    /// Whether that rejection was overturned, or taken back.
    fn is_gone(&self, came: &Rejection) -> bool {
        // A file and a callback may word one reason differently; it has no number but its code.
        let same =
            |it: &Rejection| it.cause.code == came.cause.code && it.interest == came.interest;
        let overturned = self.overturned.iter().any(|it| it.says_the_same(came));
        overturned || self.rejections_taken_back.iter().any(same)
    }
}

impl Application {
    /// Whether anything that was said of it was ever taken back, contested or overturned, also where that is settled.
    pub const fn was_doubted(&self) -> bool {
        self.doubts.is_some()
    }

    /// Records that said otherwise than what had taken effect, and that nobody has settled.
    pub fn contested(&self) -> impl Iterator<Item = &Confirmation> {
        self.doubts().contested.iter()
    }

    /// Records that the registrar corrected or took back, in the order in which it did.
    pub fn withdrawn(&self) -> impl Iterator<Item = &Confirmation> {
        self.doubts().withdrawn.iter()
    }

    /// How often the registrar took a record of that serial back.
    pub fn times_taken_back(&self, serial: &Serial) -> usize {
        self.doubts().taken_back.iter().filter(|it| *it == serial).count()
    }

    /// Whether it did, and has said nothing new under it.
    pub fn is_away(&self, serial: &Serial) -> bool {
        self.doubts().away.contains(serial)
    }

    /// The record as it was heard first, of all that say the same.
    pub fn first_said<'a>(&'a self, record: &'a Confirmation) -> &'a Confirmation {
        let known = self.withdrawn().chain(self.confirmations()).chain(self.contested());
        let mut same = known.filter(|it| it.says_the_same(record));
        same.next().unwrap_or(record)
    }

    /// The case that the record opens where it does not add up. Its name is in the log of every store: it
    /// stays as it is.
    pub fn case_of(&self, record: &Confirmation) -> CaseId {
        let said = self.first_said(record);
        let again = self.times_taken_back(&record.serial);
        self.named.case(said, again, || {
            let said = Spelling::around("Confirmed", said);
            CaseId::of_said(REGISTRAR, self.terms.no.as_str(), &said, again)
        })
    }

    /// The case that a rejection opens where it does not add up, under the wording of the one that is contested,
    /// where only that differs. Its name is in the log of every store: it stays as it is.
    pub fn case_of_rejection(&self, said: &Rejection) -> CaseId {
        let said = Spelling::around("Rejected", self.worded_as(said));
        CaseId::of_said(REGISTRAR, self.terms.no.as_str(), &said, self.rejections_taken_back())
    }

    /// Another record holds in its place.
    pub(super) fn overturn(&mut self, rejection: Rejection) {
        self.doubts.get_or_insert_default().overturned.push(rejection);
    }

    /// A confirmation holds although it had been taken back.
    pub(super) fn keep_after_all(&mut self, cause: Cause) {
        self.doubts.get_or_insert_default().cancelled_before = Some(cause);
    }

    pub(super) fn is_upheld_after_cancel(&self) -> bool {
        self.doubts().cancelled_before.is_some()
    }

    /// A rejection holds: no other contests anything any more.
    pub(super) fn reject(&mut self, stage: Stage) {
        self.stage = stage;
        if let Some(doubts) = &mut self.doubts {
            doubts.rejection = None;
        }
    }

    /// Whether that record holds although the application had been rejected or taken back: what it was
    /// paid with may have gone back.
    pub fn is_upheld(&self, serial: &Serial) -> bool {
        self.doubts().upheld.contains(serial)
    }

    /// The same, where it is remembered what that record holds against: the order is over by that, and whatever else
    /// comes of it is of the same kind.
    pub fn holds_against_its_end(&self, serial: &Serial) -> bool {
        let doubts = self.doubts();
        let was_over = !doubts.overturned.is_empty() || doubts.cancelled_before.is_some();
        was_over && self.is_upheld(serial)
    }

    /// The rejection, or the cancellation, that the last record holds against: without it that stands, whoever said
    /// it, since what the order was paid with has gone back, and its shares are free.
    fn stood_before(&self, serial: &Serial) -> Option<Event> {
        if !self.is_upheld(serial) {
            return None;
        }
        let doubts = self.doubts();
        let cancelled = doubts.cancelled_before.clone().map(|cause| Event::Cancelled { cause });
        let alone = self.confirmations().nth(1).is_none();
        let rejected = doubts.overturned.last().map(|was| self.rejected_by(was.clone()));
        rejected.or(cancelled.filter(|_| alone))
    }

    /// A rejection of all, or of what the portions have left.
    fn rejected_by(&self, rejection: Rejection) -> Event {
        // What is withdrawn before it may be the last of them.
        let of_portion =
            matches!(self.stage, Stage::Confirming | Stage::PartlyConfirmed(Last::Rejection(_)));
        if self.portions.len() == usize::from(of_portion) {
            Event::Rejected(rejection)
        } else {
            Event::RestRejected(rejection)
        }
    }

    pub(super) fn uphold(&mut self, serial: &Serial) {
        self.settle(serial);
        self.doubts.get_or_insert_default().upheld.push(serial.clone());
    }

    fn doubts(&self) -> &Doubts {
        self.doubts.as_deref().unwrap_or(&NONE)
    }

    pub(super) fn contest(&mut self, came: &Confirmation) -> Option<()> {
        self.doubts().find(&came.serial).is_none().then_some(())?;
        self.said_anew(&came.serial);
        self.doubts.get_or_insert_default().contested.push(came.clone());
        Some(())
    }

    /// It is said again, or for the first time: nothing contests it, and it is not taken back.
    pub(super) fn said_anew(&mut self, serial: &Serial) {
        self.settle(serial);
        if let Some(doubts) = &mut self.doubts {
            doubts.away.retain(|it| it != serial);
        }
    }

    /// The record holds after all, so nothing contests it any more.
    pub(super) fn settle(&mut self, serial: &Serial) {
        if let Some(doubts) = &mut self.doubts {
            doubts.contested.retain(|it| it.serial != *serial);
        }
    }

    /// A record that was corrected is old news from then on.
    pub(super) fn supersede(&mut self, record: Confirmation, by: &Confirmation) {
        let was_contested = self.contested().any(|it| it.serial == by.serial);
        let doubts = self.doubts.get_or_insert_default();
        doubts.withdrawn.push(record);
        doubts.corrected_by = (!was_contested).then(|| by.serial.clone());
    }

    /// Whether its registrar put that record in the place of another one by itself: where it was contested before, a
    /// person decided between the two.
    pub fn corrects_by_itself(&self, serial: &Serial) -> bool {
        self.doubts().corrected_by.as_ref() == Some(serial)
    }

    pub(super) fn withdraw(
        &mut self,
        serial: &Serial,
        (taken_back, overruled): (bool, bool),
    ) -> Option<()> {
        let contested = self.contested().find(|it| it.serial == *serial).cloned();
        let taken_back = taken_back || (contested.is_none() && !overruled);
        let record = match contested.filter(|_| !overruled) {
            Some(contested) => contested,
            None => self.take_back(serial)?,
        };
        self.settle(serial);
        let doubts = self.doubts.get_or_insert_default();
        doubts.withdrawn.push(record);
        if taken_back {
            doubts.taken_back.push(serial.clone());
            doubts.away.push(serial.clone());
        }
        Some(())
    }

    /// Undoes the last record that holds: the application waits for the registrar's word again.
    fn take_back(&mut self, serial: &Serial) -> Option<Confirmation> {
        let last = self.confirmations().last().filter(|it| it.serial == *serial)?.clone();
        match &self.stage {
            Stage::Confirmed(_) | Stage::PartlyConfirmed(Last::Confirmation(_)) => {}
            Stage::Confirming | Stage::PartlyConfirmed(Last::Rejection(_)) => {
                self.portions.pop()?;
            }
            Stage::Placed
            | Stage::Accepted
            | Stage::Sealed
            | Stage::Sent
            | Stage::Received
            | Stage::Rejected(_)
            | Stage::Cancelled(_) => return None,
        }
        self.stage = self.waiting();
        Some(last)
    }

    /// How far it is without its last record.
    fn waiting(&self) -> Stage {
        if !self.portions.is_empty() {
            Stage::Confirming
        } else if self.received.is_some() {
            Stage::Received
        } else if self.sent.is_some() {
            Stage::Sent
        } else if self.batch.is_some() {
            Stage::Sealed
        } else {
            Stage::Accepted
        }
    }
}
