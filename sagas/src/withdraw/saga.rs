//! The withdrawal as a saga: its types, its admission, and its doors for callers and operators.

use super::{
    Asked, Call, Do, Ending, Fact, Plan, Request, WITHDRAW, WITHDRAW_V2, When, act, balance, facts,
    hear, one_sum, reserved_by,
};
use crate::{
    fund_milestones,
    house::House,
    parts::{
        application::{ApplicationLeg, FundSaga, less},
        by_hand::{self, Origin},
        cancel::{self, NotTakenBack},
        compensation::Compensations,
        lacking::Lack,
        milestone::{Milestone, Notes},
        names::{self, Reserved},
        payout::{NotRedirected, may_go_to},
        share_book::ShareBook,
    },
    ports::{bank::BankAnswer, registrar::ApplicationAnswer},
};
use fundflow_domain::{
    admission::cash_out::{self, Admitted, CashOut, Way},
    application::{Applications, Confirmation, Terms},
    calendar::TradingDay,
    case::{CaseId, Cases, Closing, Finding},
    ids::{AccountRef, FundCode, TransactionId},
    orders::Cause,
    payout::Payouts,
    time::Timestamp,
    wallet::{Entry, Wallet},
};
use fundflow_kernel::{
    envelope::StreamName,
    streams::{Need, Opener, Streams},
};
use fundflow_runtime::{
    port::{Callee, Payload},
    process::Open,
    quote::Revocable,
    saga::{self, Calling, Clash, Heard, OpenEnd, Preparing},
    step::Table,
    turn::{self, NotDone},
};
use std::sync::Arc;

pub(super) type View<'a> = saga::View<'a, Withdraw>;
pub(super) type Turn<'a> = turn::Turn<'a, Withdraw>;

/// The saga of ordinary withdrawals, with what it is run on.
#[derive(Debug, Clone)]
pub struct Withdraw {
    /// Calendar, catalogue and names of ports.
    pub house: House,
}

/// Answers of counterparties to a withdrawal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// What the bank says of a payout.
    Bank(BankAnswer),
    /// What the registrar says of the redemption.
    Registrar(ApplicationAnswer),
}

/// Commands of callers and operators to a running withdrawal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Take the order back: refused from its cut-off on.
    Cancel {
        /// Instant of the investor's request.
        at: Timestamp,
    },
    /// Pay out to another account after the bank has refused the first.
    Redirect {
        /// The investor's other account.
        account: AccountRef,
        /// It is in the investor's own name, as an operator has seen.
        own_name: bool,
        /// Why it was done: stored for the auditor.
        reason: Arc<str>,
    },
    /// Close a case that keeps it from completing: the registrar's numbers stand.
    CloseCase {
        /// Which of the open ones.
        case: CaseId,
        /// Way of closing, its author and reason.
        closing: Box<Closing>,
    },
}

/// Why a request or a command is refused. Checked in this order.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The transaction ID stands for another request, or a key belongs to another saga. Use a new ID.
    #[error(transparent)]
    Clash(#[from] Clash),
    /// Nobody can decide on a fund without its terms.
    #[error("the catalogue has no terms of fund {0} for that day")]
    UnknownFund(FundCode),
    /// The transaction ID already moved this wallet, in a saga of another kind. Use a new ID.
    #[error("transaction {0} already moved this wallet; use a new transaction ID")]
    TransactionUsed(TransactionId),
    /// The rules of the business decline it.
    #[error(transparent)]
    NotAdmitted(#[from] cash_out::Refusal),
    /// The engine gives such names itself. Use another ID.
    #[error(transparent)]
    Reserved(#[from] Reserved),
    /// It is not taken back, or the case stays open.
    #[error(transparent)]
    NotTakenBack(#[from] NotTakenBack),
    /// The payout goes to no other account.
    #[error(transparent)]
    NotRedirected(#[from] NotRedirected),
}

impl FundSaga for Withdraw {
    fn house(&self) -> &House {
        &self.house
    }

    fn account(request: &Request) -> Option<&AccountRef> {
        Some(&request.account)
    }

    fn requested_at(promise: &Admitted) -> Timestamp {
        promise.requested_at
    }

    fn trade_date(promise: &Admitted) -> TradingDay {
        promise.trade_date
    }

    fn takes_from(view: &View<'_>, _: &ApplicationLeg) -> Option<ShareBook> {
        Some(ShareBook::Wallet(view.plan.wallet.key.clone()))
    }

    fn refuses(&self, view: &View<'_>, _: &ApplicationLeg, day: TradingDay) -> Option<Cause> {
        self.may_not_leave(view, day)
    }

    /// Income is paid with shares only where it was asked to go along.
    fn findings(
        &self,
        view: &View<'_>,
        terms: &Terms,
        of: (&[Confirmation], &Confirmation),
    ) -> Vec<Finding> {
        view.plan.wallet.wrong_income(&self.house, view, terms, of).into_iter().collect()
    }

    fn comes_of(_: &View<'_>, end: &str) -> Option<Origin> {
        facts::comes_of(end)
    }

    fn lacks(view: &View<'_>) -> Vec<Lack> {
        vec![view.plan.wallet.lack_out(view, &view.plan.out)]
    }

    fn legs(plan: &Plan) -> Vec<&ApplicationLeg> {
        vec![&plan.out]
    }

    fn book(&self, turn: &mut Turn<'_>) -> Result<usize, NotDone> {
        let plan = turn.plan();
        plan.wallet.book_out(turn, &self.house, &plan.out)
    }
}

impl saga::Saga for Withdraw {
    fund_milestones!("withdraw", ["paid_out", "kept_in_wallet"]);
    const TABLES: &'static [&'static Table<Self>] = &[&WITHDRAW, &WITHDRAW_V2, &one_sum::TABLE];

    type Request = Request;
    type Asked = Asked;
    type Promise = Admitted;
    type Milestone = Milestone<Admitted>;
    type Notes = Notes<Admitted>;
    type Refusal = Refusal;
    type Plan = Plan;
    type Fact = Fact;
    type Do = Do;
    type Call = Call;
    type When = When;
    type Ending = Ending;
    type Command = Command;
    type Answer = Answer;

    fn differences(first: &Request, again: &Request) -> Vec<&'static str> {
        let Request { investor, account, fund, shares, on_huge, distributor } = first;
        [
            ("investor", *investor != again.investor),
            ("account", *account != again.account),
            ("fund", *fund != again.fund),
            ("shares", *shares != again.shares),
            ("on_huge", *on_huge != again.on_huge),
            ("distributor", *distributor != again.distributor),
        ]
        .iter()
        .filter_map(|(field, differs)| differs.then_some(*field))
        .collect()
    }

    names::refuses_reserved!();
    names::brings!([investor, account] Redirect { account, reason });

    crate::parts::by_calendar::moves_by_calendar!();

    fn aggregates() -> Vec<Opener> {
        vec![
            Opener::of::<Payouts>(),
            Opener::of::<Applications>(),
            Opener::of::<Wallet>(),
            Opener::of::<Cases>(),
        ]
    }

    fn reads(&self, of: &Preparing<'_, Self>) -> Vec<Need> {
        Plan::of(&self.house, of.id, of.request, 0).streams()
    }

    fn prepare(
        &self,
        streams: &Streams,
        of: &Preparing<'_, Self>,
    ) -> Result<(Admitted, &'static Table<Self>), Refusal> {
        let (request, asked) = (of.request, of.asked);
        let at = self.house.asked_at(asked.at, of.now).map_err(cash_out::Refusal::NoTradingDay)?;
        let day = self.house.calendar.t_of(of.now).map_or_else(|_| of.now.date(), TradingDay::date);
        let fund =
            (self.house.funds)(request.fund, day).ok_or(Refusal::UnknownFund(request.fund))?;
        let plan = Plan::of(&self.house, of.id, request, 0);
        let wallet = plan.wallet.state(streams);
        if wallet.is_some_and(|wallet| wallet.entry(of.id) != Entry::default()) {
            return Err(Refusal::TransactionUsed(of.id.clone()));
        }
        let admitted = cash_out::admit(&CashOut {
            way: Way::Ordinary,
            shares: request.shares,
            at: of.now,
            investor: asked.investor.clone(),
            account: request.account.clone(),
            fund,
            balance: balance(wallet),
            reserved_by: reserved_by(wallet),
            calendar: self.house.calendar.clone(),
        })?;
        Ok((Admitted { requested_at: at, ..admitted }, &WITHDRAW))
    }

    fn callees(&self, open: &Open<Self>, _: &Plan) -> Vec<Callee> {
        let t = Self::trade_date(&open.promise).date();
        let mut callees = self.house.to_registrars(&[open.request.fund], t);
        callees.push(self.house.to_bank());
        callees
    }

    fn foreseen(&self) -> Vec<Callee> {
        self.house.foreseen()
    }

    fn plan(&self, id: &TransactionId, open: &Open<Self>) -> Plan {
        Plan {
            cases: by_hand::cases_in_sight(id, open),
            compensations: Compensations::of(&open.notes),
            ..Plan::of(&self.house, id, &open.request, open.notes.payouts)
        }
    }

    fn streams(plan: &Plan) -> Vec<Need> {
        plan.streams()
    }

    fn own_streams(plan: &Plan) -> Vec<StreamName> {
        plan.own_streams()
    }

    fn ending_type(ending: Ending) -> &'static str {
        match ending {
            Ending::PaidOut => "withdraw.paid_out",
            Ending::KeptInWallet => "withdraw.kept_in_wallet",
        }
    }

    fn ending_of(event_type: &str) -> Option<Ending> {
        let endings = [Ending::PaidOut, Ending::KeptInWallet];
        endings.into_iter().find(|ending| Self::ending_type(*ending) == event_type)
    }

    fn holds(view: &View<'_>, fact: Fact) -> bool {
        facts::holds(view, fact)
    }

    fn act(&self, turn: &mut Turn<'_>, what: Do) -> Result<usize, NotDone> {
        self.acts(turn, what)
    }

    fn call(&self, view: &View<'_>, what: Call, now: Timestamp) -> Option<Calling<Self>> {
        self.calls(view, what, now)
    }

    fn hear(&self, turn: &mut Turn<'_>, answer: &Answer) -> Result<Heard, NotDone> {
        self.hears(turn, answer)
    }

    fn notice(view: &View<'_>, stream: &StreamName, news: &Payload) -> Option<Answer> {
        hear::notice(view, stream, news)
    }

    fn command_needs(&self, _view: &View<'_>, command: &Command) -> Vec<Need> {
        match command {
            Command::CloseCase { case, .. } => cancel::case_needs(*case),
            Command::Cancel { .. } | Command::Redirect { .. } => Vec::new(),
        }
    }

    fn revocable(&self, view: &View<'_>) -> Vec<Revocable> {
        cancel::revocable(self, view, (&view.plan.out, None))
    }

    fn command(&self, turn: &mut Turn<'_>, command: &Command) -> Result<usize, Refusal> {
        let plan = turn.plan();
        match command {
            Command::Cancel { at } => Ok(cancel::take_back(self, turn, (&plan.out, None), *at)?),
            Command::Redirect { account, own_name, reason } => {
                let reason = &may_go_to(self, turn, account, reason)?;
                let owed = &plan.compensations;
                if let Some(done) = owed.redirect(turn, account, *own_name, reason) {
                    return Ok(done?);
                }
                Ok(plan.payouts.legs.redirect_any(turn, account, *own_name, reason)?)
            }
            Command::CloseCase { case, closing } => {
                Ok(cancel::close_case(self, turn, *case, closing)?)
            }
        }
    }

    fn when(&self, view: &View<'_>, when: When) -> Option<Timestamp> {
        self.instant(view, when)
    }

    fn open_ends(view: &View<'_>) -> Vec<OpenEnd> {
        facts::open_ends(view)
    }

    crate::parts::units::tells_ends!(facts::unit, facts::fate);

    fn failure(view: &View<'_>) -> Option<Cause> {
        act::why(view).or_else(|| less(view))
    }

    fn day_of_promise(promise: &Admitted) -> Option<chrono::NaiveDate> {
        Some(promise.trade_date.date())
    }

    fn business_date(view: &View<'_>) -> Option<chrono::NaiveDate> {
        Some(facts::trade_date(view).date())
    }

    fn requester(request: &Request) -> Arc<str> {
        request.investor.clone().into()
    }

    fn summary(request: &Request) -> String {
        let Request { investor, fund, shares, .. } = request;
        let shares = shares.map_or_else(|| "all".to_owned(), |shares| shares.to_string());
        let through = names::through(request.distributor.as_ref());
        format!("{investor}: {shares} shares of {fund} for money{through}")
    }
}
