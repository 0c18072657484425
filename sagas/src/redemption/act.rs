//! What the table's commands do to our own aggregates, built from what the log says.

use super::{
    Do, facts,
    saga::{Redemption, Turn, View},
};
use crate::house::Cost;
use crate::parts::{
    application::{FundSaga, partly},
    by_hand, cancel,
    later::Unreachable,
    leaving as part,
    milestone::Milestone,
    portions::Portions,
};
use fundflow_domain::{
    admission::leaving,
    application::{Ask, PromisedFee, Terms},
    calendar::TradingDay,
    orders::Cause,
};
use fundflow_runtime::turn::NotDone;

type Done = Result<usize, NotDone>;

impl Redemption {
    pub(super) fn acts(&self, turn: &mut Turn<'_>, what: Do) -> Done {
        let plan = turn.plan();
        match what {
            Do::Reserve => self.reserve(turn),
            Do::Release => plan.holdings.release(turn),
            Do::Place => self.place(turn),
            Do::Take => turn.as_far_as_it_goes(|turn| self.book(turn)),
            Do::ForeseePayouts => Portions::foresee(turn, &plan.out),
            Do::RequestPayout => self.request_payout(turn),
            Do::AskForAccount => plan.payouts.legs.ask_for_account(turn),
            Do::CloseOrder => plan.out.close(turn),
            Do::HandOver => by_hand::hand_over(turn),
            Do::AskForCompensation => plan.compensations.ask_for_account(turn),
            Do::End(ending) => {
                let view = turn.view()?;
                turn.end(ending, why(&view).or_else(|| partly(&view)))
            }
        }
    }

    fn reserve(&self, turn: &mut Turn<'_>) -> Done {
        let (plan, view) = (turn.plan(), turn.view()?);
        let (request, promised) = (&view.open.request, &view.open.promise);
        let fund = self.house.terms(request.fund, promised.trade_date)?;
        let state = plan.holdings.state(&view).ok_or(lacks("the holdings"))?;
        let shares = promised.exit.shares();
        let chosen = part::chosen(state, part::lots_of(&request.lots, shares))?;
        plan.holdings.reserve(turn, shares, fund.redemption_sequence, chosen)
    }

    /// The order belongs to the T of the instant at which it is placed, and to none before the
    /// promised one.
    fn place(&self, turn: &mut Turn<'_>) -> Done {
        let (plan, view) = (turn.plan(), turn.view()?);
        let promised = &view.open.promise;
        let trade_date = self.house.t_of(turn.now())?.max(promised.trade_date);
        let is_later = trade_date > promised.trade_date;
        let callees = self.house.to_registrars(&[view.open.request.fund], trade_date.date());
        let ports = turn.ports().filter(|_| is_later);
        let nobody = || Unreachable::none_on(trade_date, &callees, ports).err();
        let no = self.refuses_on(&view, trade_date).or_else(|| Some(nobody()?.cause()));
        if let Some(cause) = no {
            return turn.reach(Milestone::TurnedAway { cause });
        }
        let request = &view.open.request;
        let fund = self.house.terms(request.fund, trade_date)?;
        let shares = plan.holdings.reserved(&view);
        let lots = part::lots_of(&request.lots, shares).to_vec();
        let terms = Terms {
            order: plan.out.order.clone(),
            no: plan.out.no.clone(),
            registrar: fund.registrar.clone(),
            investor: request.investor.clone(),
            fund: request.fund,
            ask: Ask::Redemption { shares, lots, on_huge: request.on_huge, take_income: false },
            trade_date,
            rounding: fund.share_rounding,
            promised: self.house.promise(
                &[&fund],
                trade_date,
                Cost::undiscounted(PromisedFee::Open),
            )?,
            distributor: request.distributor.clone(),
        };
        plan.out.place(turn, terms)
    }

    /// Why the order may not be one of that T; only asked when it is not the promised one.
    pub(super) fn refuses_on(&self, view: &View<'_>, day: TradingDay) -> Option<Cause> {
        let (request, wanted) = (&view.open.request, view.open.promise.trade_date);
        if day <= wanted {
            return None;
        }
        if request.only_today {
            let text = format!("it would be priced on {day}, and only {wanted} was wanted");
            return Some(own("cut_off_passed", &text));
        }
        let fund = self.house.terms(request.fund, day).ok()?;
        if let Err(refusal) = leaving::open_on(&fund, None, day) {
            return Some(own("not_admitted", &refusal.to_string()));
        }
        let left = view.plan.holdings.left(view);
        let why = leaving::enough_on(&fund, None, (view.open.promise.exit, left)).err()?;
        Some(own("not_admitted", &why))
    }

    fn request_payout(&self, turn: &mut Turn<'_>) -> Done {
        let view = turn.view()?;
        let next = facts::next_payout(&view).ok_or(lacks("money to pay out"))?;
        let here = self.money_here(&view)?;
        let (leg, terms) = next.announced(self, turn, (&view.open.request.account, here))?;
        leg.request(turn, terms)
    }
}

/// Why it did not go through.
pub(super) fn why(view: &View<'_>) -> Option<Cause> {
    let out = &view.plan.out;
    out.failure(view).or_else(|| cancel::why(view, out))
}

fn own(code: &str, text: &str) -> Cause {
    Cause::new(code, text)
}

const fn lacks(what: &'static str) -> NotDone {
    NotDone::Lacks(what)
}
