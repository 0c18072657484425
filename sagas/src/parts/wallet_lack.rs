//! What the records of an order lack in a wallet: left, or never come, and others' by now.

use super::{
    application::{ApplicationLeg, FundSaga},
    disputes::Dispute,
    lacking::{self, Lack},
    wallet::WalletPart,
    wallet_book::whenever,
};
use fundflow_domain::{
    claims::Claims,
    decider::Decider,
    money::Shares,
    wallet::{Command, Credit, Entry, Portion, Reservation, State, Wallet},
};
use fundflow_runtime::{saga::View, turn::NotDone};

impl WalletPart {
    /// Shares that came by the leg's records once, do no more, and are others' by now.
    pub fn lack_in<S: FundSaga>(&self, view: &View<'_, S>, leg: &ApplicationLeg) -> Lack {
        self.lack(view, leg, self.next_credit(view, leg).ok().flatten())
    }

    /// Shares that left by the leg's records, and are not there, or are held by the case on them.
    pub fn lack_out<S: FundSaga>(&self, view: &View<'_, S>, leg: &ApplicationLeg) -> Lack {
        self.lack(view, leg, self.next_taking(view, leg, &whenever).ok().flatten())
    }

    /// Whether it would take shares that were not reserved for it, while the open case on its record holds what others
    /// bring: until they are taken all the same, they are not there for it.
    fn is_held_by_case<S: FundSaga>(
        &self,
        view: &View<'_, S>,
        leg: &ApplicationLeg,
        command: &Command,
    ) -> bool {
        let Command::CorrectTakeOut { .. } = command else { return false };
        let holds = |(case, _): &Dispute| self.book().hold(view.streams, *case) == Some(true);
        let takes_others = !moves(self.entry(view), command).is_zero();
        takes_others && self.beyond(view, leg).iter().any(holds)
    }

    /// What the next booking cannot take; all of it, where a person made up for just that, or its case holds it.
    fn lack<S: FundSaga>(
        &self,
        view: &View<'_, S>,
        leg: &ApplicationLeg,
        next: Option<Command>,
    ) -> Lack {
        let (Some(command), Some(state)) = (next, self.state(view.streams)) else {
            return Lack::NONE;
        };
        let moves = moves(self.entry(view), &command);
        let waived = state.claims().of(&leg.order).filter(|claim| claim.waived);
        let refused = Wallet::decide(state, &command).err();
        let lack = refused.as_ref().and_then(lacking::in_wallet);
        let made_up = waived.is_some_and(|claim| claim.shares == moves);
        let lacks_all = made_up || self.is_held_by_case(view, leg, &command);
        lack.or_else(|| lacks_all.then(|| Lack::of(moves, Shares::ZERO))).unwrap_or_default()
    }

    /// Nothing is to be booked, or a person has what cannot be; what is lacking is withheld.
    pub(super) fn is_done<S: FundSaga>(
        &self,
        view: &View<'_, S>,
        leg: &ApplicationLeg,
        next: Result<Option<Command>, NotDone>,
        claims: bool,
    ) -> bool {
        let Ok(next) = next else { return false };
        let (all, lack) = (next.is_none(), self.lack(view, leg, next));
        let claimed = if claims { lack } else { Lack::NONE };
        (all || lacking::is_a_persons(view, || lack))
            && lacking::is_claimed(view, (self.claims(view), &leg.order), claimed)
    }

    /// Whether a record waits for shares to come.
    pub fn waits_for_shares<S: FundSaga>(&self, view: &View<'_, S>) -> bool {
        lacking::waits(view, self.claims(view))
    }

    fn claims<'a, S: FundSaga>(&self, view: &View<'a, S>) -> Option<&'a Claims> {
        self.state(view.streams).map(State::claims)
    }
}

/// Shares that a correction takes out of the wallet. Zero for everything else.
fn moves(entry: Entry, command: &Command) -> Shares {
    let sum = |portions: &[Portion]| {
        portions.iter().fold(Shares::ZERO, |sum, part| sum.plus_or_most(part.shares))
    };
    match command {
        Command::CorrectCredit { portions, .. } => match entry.credit {
            Credit::Confirmed(was) | Credit::Arriving { there: was, .. } => {
                was.minus(sum(portions)).unwrap_or_default()
            }
            Credit::None | Credit::InTransit(_) | Credit::Reversed => Shares::ZERO,
        },
        Command::CorrectTakeOut { portions, .. } => match entry.reservation {
            Reservation::Spent(gone) | Reservation::Leaving { gone, .. } => {
                sum(portions).minus(gone).unwrap_or_default()
            }
            Reservation::None | Reservation::Held(_) | Reservation::Released => sum(portions),
        },
        _ => Shares::ZERO,
    }
}
