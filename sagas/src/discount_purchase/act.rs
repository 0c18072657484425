//! What a table's commands do to our own aggregates, built from what the log says.

use super::{
    Do, Ending, facts,
    prepare::limit_keys_on,
    saga::{DiscountPurchase, Turn, View},
};
use crate::parts::{application::ApplicationLeg, milestone::Milestone, wallet::at_par};
use fundflow_domain::{
    application::{Ask, OnHuge, Outcome, Promise, PromisedFee, Terms},
    calendar::TradingDay,
    day_limit,
    fees::tiers::Charge,
    holdings,
    ids::{FundCode, RegistrarCode},
    modes::ConversionMode,
    money::{Amount, Discount, Money, ShareRounding},
    orders::Cause,
    payment, payout,
    wallet::{self, Credit, Reservation},
};
use fundflow_runtime::turn::NotDone;

type Done = Result<usize, NotDone>;

impl DiscountPurchase {
    pub(super) fn acts(&self, turn: &mut Turn<'_>, what: Do) -> Done {
        let (plan, id) = (turn.plan(), turn.id().clone());
        match what {
            Do::Count => self.count(turn),
            Do::GiveBack => give_back(turn),
            Do::RequestPayment => self.request_payment(turn),
            Do::Readmit => self.decide_again(turn),
            Do::PlaceBuy => self.place_buy(turn),
            Do::CreditInTransit => {
                let shares = at_par(plan.amount)?;
                wallet(turn, wallet::Command::CreditInTransit(id, shares))
            }
            Do::Commit => turn.reach(Milestone::Committed {}),
            Do::Reserve => self.reserve(turn),
            Do::PlaceOut => self.place_out(turn),
            Do::ConfirmCredit => {
                let view = turn.view()?;
                let said = plan.buy.confirmation(&view).ok_or(lacks("the confirmation"))?;
                let on = said.registered_on;
                let shares = plan.buy.shares_in(&view).ok_or(lacks("shares within range"))?;
                wallet(turn, wallet::Command::ConfirmCredit(id, shares, on))
            }
            Do::Spend => {
                let shares = plan.out.shares_out(&turn.view()?).ok_or(lacks("shares that left"))?;
                wallet(turn, wallet::Command::Spend(id, shares))
            }
            Do::PlaceTarget => self.place_target(turn),
            Do::CreditTarget => credit_target(turn),
            Do::Release => wallet(turn, wallet::Command::Release(id)),
            Do::ReverseCredit => wallet(turn, wallet::Command::ReverseCredit(id)),
            Do::RequestRefund => {
                let cause = why(&turn.view()?).unwrap_or_else(|| own("left", "the saga left this row"));
                plan.payment.pay_back(turn, cause)
            }
            Do::RequestPayout => self.request_payout(turn),
            Do::AskForAccount => plan.payout.ask_for_account(turn),
            Do::ClosePayment => plan.payment.close(turn, closed("the bank")),
            Do::CloseBuy => plan.buy.close(turn, closed("the registrar")),
            Do::CloseOut => plan.out.close(turn, closed("the registrar")),
            Do::CloseTarget => plan.target.close(turn, closed("the registrar")),
            Do::End(ending) => {
                let view = turn.view()?;
                let ending = match ending {
                    Ending::RolledBack if view.open.notes.committed => Ending::Compensated,
                    other => other,
                };
                let cause = why(&view);
                turn.end(ending, cause)
            }
        }
    }

    fn count(&self, turn: &mut Turn<'_>) -> Done {
        let view = turn.view()?;
        let day = facts::trade_date(&view);
        count_all(self, turn, day)
    }

    fn request_payment(&self, turn: &mut Turn<'_>) -> Done {
        let (plan, view) = (turn.plan(), turn.view()?);
        let terms = payment::Terms {
            no: plan.payment.no.clone(),
            account: view.open.request.account.clone(),
            amount: plan.amount,
            order: plan.payment.order.clone(),
            trade_date: view.open.promise.trade_date,
        };
        plan.payment.request(turn, terms)
    }

    /// The money counts for a later T: status, limits, terms and fees are decided again on it. What
    /// counted on the old T is given back, what counts on the new one is counted.
    fn decide_again(&self, turn: &mut Turn<'_>) -> Done {
        let view = turn.view()?;
        let (request, was) = (view.open.request.clone(), view.open.promise.clone());
        let Some(day) = view.open.notes.redated else { return Err(lacks("the later T")) };
        if request.only_today {
            let text = format!("the money counts for {day}, and only {} was wanted", was.trade_date);
            return turned_away(turn, own("cut_off_passed", &text));
        }
        match self.readmitted(turn.streams(), &request, &was, day) {
            Err(refusal) => turned_away(turn, own("not_admitted", &refusal.to_string())),
            Ok(mut admitted) => {
                let asked = was.amount(request.amount);
                let taken = admitted.accepted;
                admitted.accepted = taken.or(was.accepted);
                let mut events = give_back_before(turn)?;
                let amount = admitted.amount(request.amount);
                events += turn.reach(Milestone::Readmitted { admitted: Box::new(admitted) })?;
                events += count_as(self, turn, day, amount)?;
                events += send_back_rest(turn, asked, amount)?;
                Ok(events)
            }
        }
    }

    fn place_buy(&self, turn: &mut Turn<'_>) -> Done {
        let (plan, view) = (turn.plan(), turn.view()?);
        let promised = view.open.notes.promise(&view.open.promise);
        let (request, day) = (&view.open.request, promised.trade_date);
        let fund = self.house.terms(request.wallet_fund, day)?;
        let ask = Ask::Purchase { amount: plan.amount, regular_plan: false };
        let promise = self.house.promise(&fund, day, PromisedFee::Charge(Charge::FREE), Discount::NONE)?;
        let terms = terms(&plan.buy, &view, (request.wallet_fund, fund.registrar.clone()), ask, day, (fund.share_rounding, promise));
        plan.buy.place(turn, terms)
    }

    fn reserve(&self, turn: &mut Turn<'_>) -> Done {
        let (plan, id) = (turn.plan(), turn.id().clone());
        let shares = match facts::entry(&turn.view()?).credit {
            Credit::InTransit(shares) | Credit::Confirmed(shares) => shares,
            // Shares that the wallet held before.
            Credit::None | Credit::Reversed => at_par(plan.amount)?,
        };
        wallet(turn, wallet::Command::Reserve(id, shares))
    }

    /// The order that takes the shares out of the money fund belongs to the T of the instant at
    /// which it is placed: the purchase's own while that is open, and no earlier one ever.
    fn place_out(&self, turn: &mut Turn<'_>) -> Done {
        let (plan, now) = (turn.plan(), turn.now());
        let view = turn.view()?;
        let Reservation::Held(shares) = facts::entry(&view).reservation else {
            return Err(lacks("the reservation"));
        };
        let promised = view.open.notes.promise(&view.open.promise).clone();
        let (request, mode) = (view.open.request.clone(), promised.mode);
        let earliest = match mode {
            ConversionMode::Held | ConversionMode::LinkedSameDay => facts::trade_date(&view),
            ConversionMode::NextDay | ConversionMode::RedeemToPurchase => promised.trade_date,
        };
        let day = self.house.t_of(now)?.max(earliest);
        if let Some(cause) = self.refuses_out(&view, day) {
            return turn.reach(Milestone::TurnedAway { cause });
        }
        let (wallet_fund, target) = (request.wallet_fund, request.target_fund);
        let source = self.house.terms(wallet_fund, day)?;
        let (ask, rounding, fee, confirming) = match mode {
            ConversionMode::RedeemToPurchase => (
                Ask::Redemption { shares, lots: vec![], on_huge: OnHuge::Cancel, take_income: false },
                source.share_rounding,
                PromisedFee::Exact(Money::ZERO),
                source.clone(),
            ),
            ConversionMode::Held | ConversionMode::LinkedSameDay | ConversionMode::NextDay => {
                let into = self.house.terms(target, day)?;
                let ask = Ask::Conversion {
                    shares,
                    into: target,
                    lots: vec![],
                    topup_discount: promised.discount,
                    on_huge: OnHuge::Cancel,
                    take_income: false,
                };
                (ask, into.share_rounding, PromisedFee::Charge(promised.charge), into)
            }
        };
        let promise = self.house.promise(&confirming, day, fee, promised.discount)?;
        let terms = terms(&plan.out, &view, (wallet_fund, source.registrar.clone()), ask, day, (rounding, promise));
        plan.out.place(turn, terms)
    }

    /// Why shares may not leave for the target on that T; only asked when it is not the promised one.
    pub(super) fn refuses_out(&self, view: &View<'_>, day: TradingDay) -> Option<Cause> {
        let promised = view.open.notes.promise(&view.open.promise);
        let expected = match promised.mode {
            ConversionMode::Held | ConversionMode::LinkedSameDay => promised.trade_date,
            ConversionMode::NextDay => promised.nav_date,
            // Leaving a money fund on another day changes nothing that was promised of its price.
            ConversionMode::RedeemToPurchase => return None,
        };
        if day <= expected {
            return None;
        }
        let request = &view.open.request;
        if request.only_today {
            let text = format!("it would be priced on {day}, and only {expected} was wanted");
            return Some(own("cut_off_passed", &text));
        }
        let target = self.house.terms(request.target_fund, day).ok()?;
        let status = target.status_on(day.date());
        let open = status.permits_conversion_in(target.convert_status);
        (!open).then(|| {
            let text = format!("fund {} takes no conversions on {day}: {status:?}", target.code);
            own("not_admitted", &text)
        })
    }

    fn place_target(&self, turn: &mut Turn<'_>) -> Done {
        let (plan, now) = (turn.plan(), turn.now());
        let view = turn.view()?;
        let (request, promised) = (view.open.request.clone(), view.open.promise.clone());
        let day = self.house.t_of(now)?;
        let fund = self.house.terms(request.target_fund, day)?;
        let proceeds = plan.out.proceeds(&view).ok_or(lacks("what the redemption brought"))?;
        let amount = Amount::new(proceeds.decimal()).map_err(|_| lacks("money to buy with"))?;
        if !fund.status_on(day.date()).permits_purchase() {
            let text = format!("fund {} takes no purchases on {day}", fund.code);
            return turned_away(turn, own("not_admitted", &text));
        }
        let fee = PromisedFee::Charge(promised.charge);
        let promise = self.house.promise(&fund, day, fee, promised.discount)?;
        let ask = Ask::Purchase { amount, regular_plan: false };
        let terms = terms(&plan.target, &view, (request.target_fund, fund.registrar.clone()), ask, day, (fund.share_rounding, promise));
        plan.target.place(turn, terms)
    }

    fn request_payout(&self, turn: &mut Turn<'_>) -> Done {
        let (plan, view) = (turn.plan(), turn.view()?);
        let proceeds = plan.out.proceeds(&view).ok_or(lacks("what the redemption brought"))?;
        let amount = Amount::new(proceeds.decimal()).map_err(|_| lacks("money to pay out"))?;
        let t = plan.out.application(&view).map_or_else(|| facts::trade_date(&view), |it| it.terms.trade_date);
        let due = self.house.calendar.plus(t, self.payout_days(&view));
        let terms = payout::Terms {
            no: plan.payout.no.clone(),
            account: view.open.request.account.clone(),
            amount,
            order: plan.out.order.clone(),
            due: due.map_err(|_| lacks("a trading day"))?,
        };
        plan.payout.request(turn, terms)
    }
}

fn terms(
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
    }
}

fn wallet(turn: &mut Turn<'_>, command: wallet::Command) -> Done {
    let key = &turn.plan().wallet;
    Ok(turn.decide(key, &command)?)
}

fn count_all(saga: &DiscountPurchase, turn: &mut Turn<'_>, day: TradingDay) -> Done {
    let amount = turn.plan().amount;
    count_as(saga, turn, day, amount)
}

/// Counts the amount towards every day's limit of that T.
fn count_as(saga: &DiscountPurchase, turn: &mut Turn<'_>, day: TradingDay, amount: Amount) -> Done {
    let (plan, transaction) = (turn.plan(), turn.id().clone());
    let view = turn.view()?;
    let (request, was) = (view.open.request.clone(), view.open.promise.clone());
    let mut events = 0;
    for (key, stream) in &plan.limits {
        let of_day = limit_keys_on(&saga.house, &request, &was, day).contains(key);
        let fund = [request.wallet_fund, request.target_fund].into_iter().find(|code| {
            (saga.house.funds)(*code, day.date()).is_some_and(|terms| terms.master == key.master)
        });
        let terms = fund.and_then(|code| (saga.house.funds)(code, day.date()));
        let cap = terms.filter(|_| of_day).and_then(|terms| {
            terms.limits.day_cap(was.customer, was.channel, day.date()).map(|cap| cap.max)
        });
        let command = day_limit::Command::Count { transaction: transaction.clone(), amount, cap };
        events += turn.decide(stream, &command)?;
    }
    Ok(events)
}

fn give_back(turn: &mut Turn<'_>) -> Done {
    let (plan, transaction) = (turn.plan(), turn.id().clone());
    let mut events = 0;
    for (_, stream) in &plan.limits {
        let command = day_limit::Command::GiveBack { transaction: transaction.clone() };
        events += turn.decide(stream, &command)?;
    }
    Ok(events + give_back_before(turn)?)
}

fn give_back_before(turn: &mut Turn<'_>) -> Done {
    let (plan, transaction) = (turn.plan(), turn.id().clone());
    let mut events = 0;
    for stream in &plan.limits_before {
        let command = day_limit::Command::GiveBack { transaction: transaction.clone() };
        events += turn.decide(stream, &command)?;
    }
    Ok(events)
}

/// The later T lets in less than was paid: the rest goes back.
fn send_back_rest(turn: &mut Turn<'_>, paid: Amount, taken: Amount) -> Done {
    let rest = Money::from(paid).minus(taken.into()).and_then(|rest| Amount::new(rest.decimal()).ok());
    let Some(amount) = rest else { return Ok(0) };
    let due_to = fundflow_domain::orders::Serial::new("day_limit").map_err(|_| lacks("a serial"))?;
    let what = payment::SentBack::Difference { due_to, amount };
    let cause = own("above_day_limit", "the later T lets in a part of the amount");
    let key = &turn.plan().payment.key;
    Ok(turn.decide(key, &payment::Command::SendBack(what, cause))?)
}

fn turned_away(turn: &mut Turn<'_>, cause: Cause) -> Done {
    turn.reach(Milestone::TurnedAway { cause })
}

fn credit_target(turn: &mut Turn<'_>) -> Done {
    let (plan, view) = (turn.plan(), turn.view()?);
    let leg = match plan.mode {
        ConversionMode::RedeemToPurchase => &plan.target,
        ConversionMode::Held | ConversionMode::LinkedSameDay | ConversionMode::NextDay => &plan.out,
    };
    let said = leg.confirmation(&view).ok_or(lacks("the confirmation"))?.clone();
    let cost = match &said.outcome {
        Outcome::Conversion(numbers) => numbers.shares_out.value_half_up(numbers.nav_out),
        Outcome::Purchase(numbers) => Some(numbers.amount),
        Outcome::Subscription(_) | Outcome::Redemption(_) | Outcome::FastTransfer(_) => None,
    };
    let credit = holdings::Credit {
        lot: facts::lot_id(plan).ok_or(lacks("the name of a lot"))?,
        order: leg.order.clone(),
        serial: said.serial.clone(),
        registered_on: said.registered_on,
        shares: said.outcome.registered(),
        cost: cost.ok_or(lacks("what the shares cost"))?,
    };
    Ok(turn.decide(&plan.holdings, &holdings::Command::Credit(Box::new(credit)))?)
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
        .or_else(|| view.open.notes.turned_away.clone())
}

fn closed(who: &str) -> Cause {
    own("operator", &format!("closed by an operator without {who}'s answer"))
}

pub(super) fn own(code: &str, text: &str) -> Cause {
    Cause::new(code, text)
}

pub(super) const fn lacks(what: &'static str) -> NotDone {
    NotDone::Lacks(what)
}
