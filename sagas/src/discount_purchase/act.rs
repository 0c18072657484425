//! What a table's commands do to our own aggregates, built from what the log says.

use super::{
    Do, Ending, facts, limits,
    saga::{DiscountPurchase, Turn, View},
};
use crate::house::{Cost, House};
use crate::parts::{
    application::{ApplicationLeg, partly},
    by_hand, cancel, day_refused,
    milestone::Milestone,
    occurrence::Tell,
    payout::PayoutLeg,
    refunds,
    wallet::at_par,
};
use fundflow_domain::{
    application::{Ask, Promise, PromisedFee, Terms},
    calendar::TradingDay,
    decider::Decider as _,
    fees::tiers::Charge,
    ids::{FundCode, RegistrarCode},
    modes::ConversionMode,
    money::{Amount, ShareRounding, Shares},
    orders::Cause,
    payment, payout,
    wallet::{self, Credit, Reservation, Wallet, WithheldRefusal},
};
use fundflow_runtime::turn::NotDone;

type Done = Result<usize, NotDone>;

impl DiscountPurchase {
    pub(super) fn acts(&self, turn: &mut Turn<'_>, what: Do) -> Done {
        let (plan, id) = (turn.plan(), turn.id().clone());
        match what {
            Do::TellPlan(what) => tell_plan(turn, what),
            Do::Count => self.count(turn),
            Do::GiveBack => limits::give_back(turn),
            Do::FallWithDay => {
                let scope = facts::falls_with_day(&turn.view()?);
                day_refused::fall(turn, scope.ok_or(lacks("an order that falls"))?)
            }
            Do::GiveBackTarget => limits::give_back_target(turn),
            Do::GiveBackBuy => plan.limits.without(&plan.target_limits).give_back(turn),
            Do::RequestPayment => request_payment(turn),
            Do::AwaitDate => crate::parts::timing::await_date(),
            Do::Readmit => self.decide_again(turn),
            Do::PlaceBuy => self.place_buy(turn),
            Do::CreditInTransit => {
                let shares = at_par(plan.amount)?;
                wallet(turn, &wallet::Command::CreditInTransit(id, shares))
            }
            Do::Commit => turn.reach(Milestone::Committed {}),
            Do::Reserve => reserve(turn),
            Do::PlaceOut => self.place_out(turn),
            Do::Book => turn.as_far_as_it_goes(|turn| self.books(turn)),
            Do::ConfirmCredit => turn.as_far_as_it_goes(|turn| confirm_credit(&self.house, turn)),
            Do::Spend => turn.as_far_as_it_goes(|turn| self.spend(turn)),
            Do::SettleIncome => plan.wallet.settle(turn, &plan.out),
            Do::PlaceTarget => self.place_target(turn),
            Do::CreditTarget => {
                turn.as_far_as_it_goes(|turn| plan.holdings.book_in(turn, plan.target_order()))
            }
            Do::Release => wallet(turn, &wallet::Command::Release(id)),
            Do::ReverseCredit => wallet(turn, &wallet::Command::ReverseCredit(id)),
            Do::RequestRefund => {
                let cause =
                    why(&turn.view()?).unwrap_or_else(|| own("left", "the saga left this row"));
                plan.payment.pay_back(turn, cause)
            }
            Do::RequestPayout => self.request_payout(turn),
            Do::AskForAccount => plan.payout.ask_for_account(turn),
            Do::ClosePayment => plan.payment.close(turn),
            Do::CloseBuy => plan.buy.close(turn),
            Do::CloseOut => plan.out.close(turn),
            Do::CloseTarget => plan.target.close(turn),
            Do::ReturnRest => refunds::return_rest(turn, &plan.payment, &plan.buy),
            Do::HandOver => by_hand::hand_over(turn),
            Do::AskForCompensation => plan.compensations.ask_for_account(turn),
            Do::End(ending) => {
                let view = turn.view()?;
                let ending = match ending {
                    Ending::RolledBack if view.open.notes.committed => Ending::Compensated,
                    other => other,
                };
                turn.end(ending, why(&view).or_else(|| partly(&view)))
            }
        }
    }

    fn place_buy(&self, turn: &mut Turn<'_>) -> Done {
        let (plan, view) = (turn.plan(), turn.view()?);
        let promised = view.open.notes.promise(&view.open.promise);
        let (request, day) = (&view.open.request, promised.trade_date);
        let fund = self.house.terms(request.wallet_fund, day)?;
        let ask = Ask::Purchase { amount: plan.amount, plan: None };
        let promise = self.house.promise(
            &[&fund],
            day,
            Cost::undiscounted(PromisedFee::Charge(Charge::FREE)),
        )?;
        let terms = terms(
            &plan.buy,
            &view,
            (request.wallet_fund, fund.registrar.clone()),
            ask,
            day,
            (fund.share_rounding, promise),
        );
        plan.buy.place(turn, terms)
    }

    fn spend(&self, turn: &mut Turn<'_>) -> Done {
        let plan = turn.plan();
        plan.wallet.book_out(turn, &self.house, &plan.out)
    }

    /// All shares, as far as records of them are there.
    pub(super) fn books(&self, turn: &mut Turn<'_>) -> Done {
        let plan = turn.plan();
        let mut events = plan.wallet.book_in(turn, &self.house, &plan.buy)?;
        let target = plan.target_order();
        match self.books_out(turn) {
            Ok(left) => events += left,
            // What the wallet lacks does not keep the target's shares from being held.
            Err(lack) => {
                plan.holdings.hold_credited(turn, target)?;
                return Err(lack);
            }
        }
        if target.is_placed(&turn.view()?) {
            events += plan.holdings.book_in(turn, target)?;
        }
        Ok(events)
    }

    fn books_out(&self, turn: &mut Turn<'_>) -> Done {
        let plan = turn.plan();
        if !plan.out.is_placed(&turn.view()?) {
            return Ok(0);
        }
        let spent = self.spend(turn)?;
        if facts::is_income_settled(&turn.view()?) {
            return Ok(spent);
        }
        Ok(spent + plan.wallet.settle(turn, &plan.out)?)
    }

    fn request_payout(&self, turn: &mut Turn<'_>) -> Done {
        let (plan, view) = (turn.plan(), turn.view()?);
        let rest = facts::rest(&view).ok_or(lacks("what the redemption brought"))?;
        let amount = Amount::new(rest.decimal()).map_err(|_| lacks("money to pay out"))?;
        let here = self.money_here(&view)?;
        let terms = payout::Terms {
            no: plan.payout.no.clone(),
            account: view.open.request.account.clone(),
            amount,
            order: plan.out.order.clone(),
            due: PayoutLeg::due(&self.house, turn, here)?,
            asked_at: None,
            compensates: None,
            record: None,
        };
        plan.payout.request(turn, terms)
    }
}

fn request_payment(turn: &mut Turn<'_>) -> Done {
    let (plan, view) = (turn.plan(), turn.view()?);
    let terms = payment::Terms {
        no: plan.payment.no.clone(),
        account: view.open.request.account.clone(),
        amount: plan.amount,
        order: plan.payment.order.clone(),
        trade_date: view.open.promise.trade_date,
        asked_at: None,
    };
    plan.payment.request(turn, terms)
}

fn reserve(turn: &mut Turn<'_>) -> Done {
    let plan = turn.plan();
    let shares = match facts::entry(&turn.view()?).credit {
        Credit::InTransit(shares) | Credit::Confirmed(shares) => shares,
        Credit::Arriving { there, coming } => {
            there.plus(coming).ok_or(lacks("shares within range"))?
        }
        // Shares that the wallet held before.
        Credit::None | Credit::Reversed => at_par(plan.amount)?,
    };
    if let Some(cause) = frozen(&turn.view()?, shares) {
        return limits::turned_away(turn, cause);
    }
    let takes_income = match plan.mode {
        ConversionMode::Held => true,
        // What is bought and converted on one T earns nothing before it leaves.
        ConversionMode::LinkedSameDay => false,
        // Records of one morning come one after the other: the last of those that empty the wallet takes it along.
        ConversionMode::NextDay | ConversionMode::RedeemToPurchase => {
            let state = plan.wallet.state(turn.streams());
            state.is_some_and(|it| it.in_transit().is_zero())
        }
    };
    if takes_income {
        return plan.wallet.reserve_with_income(turn, shares);
    }
    plan.wallet.reserve(turn, shares)
}

/// Why they stay in the wallet: the register froze them before they could be earmarked. No time mends that, and
/// nobody has to be called. What only a case holds is waited for.
fn frozen(view: &View<'_>, shares: Shares) -> Option<Cause> {
    let reserve = wallet::Command::Reserve(view.id.clone(), shares);
    let refusal = Wallet::decide(view.plan.wallet.state(view.streams)?, &reserve).err()?;
    let wallet::Refusal::Withheld(WithheldRefusal::NotFree {
        asked, free, frozen, disputed, ..
    }) = refusal
    else {
        return None;
    };
    let but_for_cases = free.plus_or_most(disputed);
    let text = format!(
        "{asked} shares would be converted, and {free} are free: {frozen} are frozen by the register, \
         {disputed} in dispute"
    );
    (but_for_cases < asked).then(|| own("frozen", &text))
}

pub(super) fn terms(
    leg: &ApplicationLeg,
    view: &View<'_>,
    (fund, registrar): (FundCode, RegistrarCode),
    ask: Ask,
    trade_date: TradingDay,
    (rounding, promised): (ShareRounding, Promise),
) -> Terms {
    Terms {
        order: leg.order.clone(),
        no: leg.no.clone(),
        registrar,
        investor: view.open.request.investor.clone(),
        fund,
        ask,
        trade_date,
        rounding,
        promised,
        distributor: view.open.request.distributor.clone(),
    }
}

fn wallet(turn: &mut Turn<'_>, command: &wallet::Command) -> Done {
    turn.plan().wallet.decide(turn, command)
}

/// Turns what the registrar confirmed into a lot; what it did not accept goes back.
fn confirm_credit(house: &House, turn: &mut Turn<'_>) -> Done {
    let plan = turn.plan();
    let rest = refunds::not_accepted(&turn.view()?, &plan.payment, &plan.buy);
    let returned = match rest {
        Some(_) => refunds::return_rest(turn, &plan.payment, &plan.buy)?,
        None => 0,
    };
    Ok(returned + plan.wallet.book_in(turn, house, &plan.buy)?)
}

/// Why it did not go through: the purchase before the conversion.
pub(super) fn why(view: &View<'_>) -> Option<Cause> {
    let plan = view.plan;
    let declined = plan.payment.payment(view).and_then(|payment| match &payment.stage {
        payment::Stage::Declined(cause) | payment::Stage::Closed(cause) => Some(cause.clone()),
        payment::Stage::Requested | payment::Stage::Paid(_) => None,
    });
    declined
        .or_else(|| plan.buy.failure(view))
        .or_else(|| plan.out.failure(view))
        .or_else(|| plan.target.failure(view))
        .or_else(|| cancel::why(view, plan.target_order()))
        .or_else(|| facts::bought_nothing(view).then(|| own("not_bought", "no shares came of it")))
        .or_else(|| day_refused::why(view, plan.target_order(), &plan.limits))
}

fn tell_plan(turn: &mut Turn<'_>, what: Tell) -> Done {
    let (plan, view) = (turn.plan(), turn.view()?);
    let occurrence = plan.occurrence.as_ref().ok_or(lacks("the plan"))?;
    match what {
        Tell::Begun => occurrence.begin(turn),
        Tell::CarriedOut => occurrence.carry_out(turn),
        Tell::Missed => {
            let cause = missed(&view);
            occurrence.miss(turn, cause)
        }
        Tell::GivenUp if facts::is_target_credited(&view) => occurrence.carry_out(turn),
        Tell::GivenUp => {
            let cause = why(&view);
            occurrence.miss(turn, cause)
        }
    }
}

/// What the investor hears of a date that came to nothing: why, and where the money is by now.
fn missed(view: &View<'_>) -> Option<Cause> {
    let (cause, entry) = (why(view)?, facts::entry(view));
    let place = match (entry.reservation, entry.credit) {
        (Reservation::Spent(_), _) if !view.plan.mode.is_conversion() => {
            "what the redemption brought is paid out"
        }
        (_, Credit::Confirmed(there) | Credit::Arriving { there, .. }) if !there.is_zero() => {
            "what was bought stays in the wallet"
        }
        (
            _,
            Credit::None
            | Credit::InTransit(_)
            | Credit::Arriving { .. }
            | Credit::Confirmed(_)
            | Credit::Reversed,
        ) => return Some(cause),
    };
    Some(Cause::new(&*cause.code, format!("{}; {place}", cause.text)))
}

pub(super) fn own(code: &str, text: &str) -> Cause {
    Cause::new(code, text)
}

pub(super) const fn lacks(what: &'static str) -> NotDone {
    NotDone::Lacks(what)
}
