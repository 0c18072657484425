//! The fast withdrawal as a saga: its types, its admission, and its doors for callers and operators.

use super::{
    Asked, Call, Do, Ending, FAST_WITHDRAW, Fact, Plan, Promise, Refusal, Request, When, act, bank,
    bank_shares, checks, contested, day, facts,
    hear::{self, Leg},
    own_cases,
    plan::others_of,
};
use crate::{
    fund_milestones,
    house::House,
    parts::{
        application::{ApplicationLeg, FundSaga, less},
        by_hand::{self, Origin},
        cancel,
        compensation::Compensations,
        lacking::Lack,
        milestone::{Milestone, Notes, Scope},
        names,
        payout::{NotRedirected, may_go_to},
        share_book::ShareBook,
        to_come::Counted,
    },
    ports::{advance::AdvanceSaid, bank::BankAnswer, registrar::ApplicationAnswer},
};
use fundflow_domain::{
    advance::Advances,
    application::{Applications, Confirmation, Rejection, Terms},
    calendar::TradingDay,
    case::{CaseId, Cases, Closing, Finding},
    fast_quota::FastQuota,
    fast_redemption::Advancer,
    ids::{AccountRef, TransactionId},
    orders::Cause,
    payout::Payouts,
    time::Timestamp,
    wallet::Wallet,
};
use fundflow_kernel::{
    envelope::StreamName,
    streams::{Key, Need, Opener, Streams},
};
use fundflow_runtime::{
    port::{Callee, Payload, PortName},
    process::{Disposed, Open},
    quote::{Revocable, Until},
    saga::{self, Calling, Heard, OpenEnd, Preparing},
    step::Table,
    turn::{self, NotDone},
};
use std::sync::Arc;

pub(super) type View<'a> = saga::View<'a, FastWithdraw>;
pub(super) type Turn<'a> = turn::Turn<'a, FastWithdraw>;

/// The saga of fast withdrawals, with what it is run on.
#[derive(Debug, Clone)]
pub struct FastWithdraw {
    /// Calendar, catalogue and names of ports.
    pub house: House,
    /// The house's own distributor, of requests that name none: all of its channels share the natural day's quota.
    pub distributor: AccountRef,
    /// The code under which earlier programs counted requests that named nobody, whoever the house's own distributor
    /// was: what they counted under it on a day may be any distributor's. None where that was always its own code.
    pub counted_under: Option<AccountRef>,
    /// Who advances; requests are refused unless it is a licensed bank.
    pub by: Advancer,
    /// The bank's account at the registrar.
    pub holder: AccountRef,
    /// The port that the bank is reached through.
    pub bank: PortName,
}

/// Answers of counterparties to a fast withdrawal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// About the advance or its repayment.
    Bank(AdvanceSaid),
    /// About money of ours.
    Payout(BankAnswer),
    /// About the transfer or the bank's redemption.
    Registrar(Leg, ApplicationAnswer),
}

/// Commands of callers and operators to a running fast withdrawal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Take it back: always refused, by name.
    Cancel,
    /// Pay money of ours to another account after the bank has refused the first.
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

impl FundSaga for FastWithdraw {
    fn house(&self) -> &House {
        &self.house
    }

    fn taken_back(_: &Plan, _: &ApplicationLeg) -> Option<Scope> {
        None
    }

    fn account(request: &Request) -> Option<&AccountRef> {
        Some(&request.account)
    }

    fn has_the_cash(view: &View<'_>) -> bool {
        bank::may_have_paid(view)
    }

    fn requested_at(promise: &Promise) -> Timestamp {
        promise.admitted.requested_at
    }

    fn trade_date(promise: &Promise) -> TradingDay {
        promise.admitted.trade_date
    }

    /// What the bank redeems is the bank's.
    fn takes_from(view: &View<'_>, leg: &ApplicationLeg) -> Option<ShareBook> {
        let plan = view.plan;
        (leg.no == plan.transfer.no).then(|| ShareBook::Wallet(plan.wallet.key.clone()))
    }

    /// All of it changes hands, or a person must see why not; income stays with its owner.
    fn findings(
        &self,
        view: &View<'_>,
        terms: &Terms,
        (before, said): (&[Confirmation], &Confirmation),
    ) -> Vec<Finding> {
        checks::of_confirmation(view, terms, (before, said))
    }

    fn ended_by(view: &View<'_>, leg: &ApplicationLeg, said: &Confirmation) -> Option<CaseId> {
        bank_shares::ended_by(view, leg, said)
    }

    /// The cash is out: what the registrar does not do now is a person's matter.
    fn rejected(
        &self,
        view: &View<'_>,
        (leg, rejection): (&ApplicationLeg, &Rejection),
    ) -> Vec<Finding> {
        checks::of_rejection(view, leg, rejection)
    }

    fn comes_of(view: &View<'_>, end: &str) -> Option<Origin> {
        facts::comes_of(view, end)
    }

    fn owed(view: &View<'_>) -> Vec<OpenEnd> {
        facts::owed(view)
    }

    fn found(view: &View<'_>, end: &Disposed) -> Option<Finding> {
        bank::found(view, end)
    }

    fn lacks(view: &View<'_>) -> Vec<Lack> {
        vec![view.plan.wallet.lack_out(view, &view.plan.transfer)]
    }

    fn legs(plan: &Plan) -> Vec<&ApplicationLeg> {
        vec![&plan.transfer, &plan.redemption]
    }

    fn is_cut_off(view: &View<'_>) -> bool {
        contested::is_cut_off(view)
    }

    fn finish(&self, turn: &mut Turn<'_>) -> Result<usize, NotDone> {
        self.follow_contested(turn)
    }

    fn book(&self, turn: &mut Turn<'_>) -> Result<usize, NotDone> {
        let plan = turn.plan();
        let taken = plan.wallet.book_out(turn, &self.house, &plan.transfer);
        // Also where shares are missing: what the records say does not wait for them.
        let said = bank_shares::say(turn)?;
        Ok(said + bank_shares::hold(turn)? + taken?)
    }
}

impl saga::Saga for FastWithdraw {
    fund_milestones!("fast_withdraw", ["paid_out", "kept_in_wallet"]);
    const TABLES: &'static [&'static Table<Self>] = &[&FAST_WITHDRAW];

    type Request = Request;
    type Asked = Asked;
    type Promise = Promise;
    type Milestone = Milestone<Promise>;
    type Notes = Notes<Promise>;
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
        let Request { investor, account, fund, shares, distributor } = first;
        [
            ("investor", *investor != again.investor),
            ("account", *account != again.account),
            ("fund", *fund != again.fund),
            ("shares", *shares != again.shares),
            ("distributor", *distributor != again.distributor),
        ]
        .into_iter()
        .filter_map(|(field, differs)| differs.then_some(field))
        .collect()
    }

    names::refuses_reserved!();
    names::brings!([investor, account] Redirect { account, reason });

    crate::parts::by_calendar::moves_by_calendar!();

    fn aggregates() -> Vec<Opener> {
        vec![
            Opener::of::<Advances>(),
            Opener::of::<Payouts>(),
            Opener::of::<FastQuota>(),
            Opener::of::<Applications>(),
            Opener::of::<Wallet>(),
            Opener::of::<Cases>(),
        ]
    }

    fn reads(&self, of: &Preparing<'_, Self>) -> Vec<Need> {
        Plan::of(self, of.id, of.request, &self.quota(of)).streams()
    }

    fn prepare(
        &self,
        streams: &Streams,
        of: &Preparing<'_, Self>,
    ) -> Result<(Promise, &'static Table<Self>), Refusal> {
        self.prepared(streams, of)
    }

    fn callees(&self, open: &Open<Self>, _: &Plan) -> Vec<Callee> {
        let t = Self::trade_date(&open.promise).date();
        let mut callees = self.house.to_registrars(&[open.request.fund], t);
        callees.extend([self.to_advancer(), self.house.to_bank()]);
        callees
    }

    fn foreseen(&self) -> Vec<Callee> {
        self.house.foreseen().into_iter().chain([self.to_advancer()]).collect()
    }

    fn plan(&self, id: &TransactionId, open: &Open<Self>) -> Plan {
        let promised = open.notes.promise(&open.promise);
        let mut cases = by_hand::cases_in_sight(id, open);
        cases.extend(own_cases::OVERPAID.in_sight(id, &open.notes));
        cases.extend(own_cases::SHARES.in_sight(id, &open.notes));
        cases.extend(open.notes.settled.iter().map(|case| Key::of(case)));
        if !promised.counted_before.is_empty() {
            cases.push(day::case_of(id, promised.quota.day).key());
        }
        let days = promised.counted_before.iter().chain(&promised.counted_on);
        let days = std::iter::once(&promised.quota).chain(days);
        let others = |key| others_of(self, &open.request, (key, promised.by_code));
        Plan {
            others: days.flat_map(others).collect(),
            quotas_before: promised.counted_before.iter().map(|key| Key::of(key)).collect(),
            quotas_later: promised.counted_on.iter().map(|key| Key::of(key)).collect(),
            cases,
            compensations: Compensations::of(&open.notes),
            ..Plan::of(self, id, &open.request, &promised.quota)
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
            Ending::PaidOut => "fast_withdraw.paid_out",
            Ending::KeptInWallet => "fast_withdraw.kept_in_wallet",
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
            Command::Cancel | Command::Redirect { .. } => Vec::new(),
        }
    }

    fn revocable(&self, _: &View<'_>) -> Vec<Revocable> {
        let never = Until::Never(Refusal::Irrevocable.to_string().into());
        vec![Revocable { scope: "all", until: never }]
    }

    fn command(&self, turn: &mut Turn<'_>, command: &Command) -> Result<usize, Refusal> {
        match command {
            Command::Cancel => Err(Refusal::Irrevocable),
            Command::Redirect { account, own_name, reason } => {
                let reason = &may_go_to(self, turn, account, reason)?;
                let owed = &turn.plan().compensations;
                let done = owed.redirect(turn, account, *own_name, reason);
                Ok(done.unwrap_or(Err(NotRedirected::Nothing))?)
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
        facts::open_ends(view, Counted::Left)
    }

    fn open_ends_before(view: &View<'_>) -> Option<Vec<OpenEnd>> {
        Some(facts::open_ends(view, Counted::Whole))
    }

    crate::parts::units::tells_ends!(facts::unit, facts::fate);

    fn failure(view: &View<'_>) -> Option<Cause> {
        act::why(view).or_else(|| less(view))
    }

    fn day_of_promise(promise: &Promise) -> Option<chrono::NaiveDate> {
        Some(promise.admitted.trade_date.date())
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
        format!("{investor}: {shares} shares of {fund} for cash at once{through}")
    }
}
