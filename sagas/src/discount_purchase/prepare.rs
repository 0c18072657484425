//! A request: may it be placed, for which T, on which terms? And why it may not.

use super::limits::LimitKeys;
use super::{Plan, Request, saga::DiscountPurchase, table_for};
use crate::{
    parts::{
        cancel::{self, NotTakenBack, Nothing},
        later::Unreachable,
        leaving::latest_nav,
        limits::{stream_of, used},
        names::Reserved,
        occurrence::{NotAsked, Occurrence},
        payout::NotRedirected,
    },
    withdraw::balance,
};
use fundflow_domain::{
    admission::{
        self, Admission, Admitted, admit,
        countable::{Uncountable, countable},
        later::earliest,
        offers,
    },
    calendar::TradingDay,
    fund::FundTerms,
    holdings::{self, HoldingId, Holdings},
    ids::{FundCode, TransactionId, WalletId},
    investor::AnotherAccount,
    modes::{ConversionMode, LotState, possible},
    money::{Nav, Shares},
    time::Timestamp,
    wallet::{self, Credit, Reservation, Wallet},
};
use fundflow_kernel::streams::{Key, Need, Streams};
use fundflow_runtime::saga::Clash;
use fundflow_runtime::{port::Callee, saga::Preparing, step::Table};
use std::{collections::BTreeSet, sync::Arc};

/// Why a request or a command is refused. Checked in this order.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The transaction ID stands for another request, or a key belongs to another saga. Use a new ID.
    #[error(transparent)]
    Clash(#[from] Clash),
    /// A fund cannot be converted into itself.
    #[error("wallet fund and target fund are both {0}")]
    SameFund(FundCode),
    /// Nobody can decide on a fund without its terms.
    #[error("the catalogue has no terms of fund {0} for that day")]
    UnknownFund(FundCode),
    /// No plan asks for it.
    #[error(transparent)]
    NotAsked(#[from] NotAsked),
    /// Another account than the investor's pays, or is paid.
    #[error(transparent)]
    AnotherAccount(#[from] AnotherAccount),
    /// The rules of the business decline it.
    #[error(transparent)]
    NotAdmitted(#[from] admission::Refusal),
    /// The rules decline it in its mode, which is asked for or has the earliest price.
    #[error("{rule}; possible: {}", names(possible))]
    OtherModes {
        /// The rule that refuses it.
        rule: Box<admission::Refusal>,
        /// The modes in which it would be taken, the earliest price first.
        possible: Vec<ConversionMode>,
    },
    /// Somebody whom a later T would call cannot be called.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// The shares would be more than can be counted. Ask for less.
    #[error(transparent)]
    Uncountable(#[from] Uncountable),
    /// The transaction ID already moved this wallet, in a saga of another kind. Use a new ID.
    #[error("transaction {0} already moved this wallet; use a new transaction ID")]
    TransactionUsed(TransactionId),
    /// The engine gives such names itself. Use another ID.
    #[error(transparent)]
    Reserved(#[from] Reserved),
    /// Its own cut-off has passed, or it is sealed.
    #[error(
        "{}, but this purchase could be taken back only before {cut_off}",
        cancel::asked(*at, *heard_at)
    )]
    TooLateToCancel {
        /// When it was asked, as the asker says.
        at: Timestamp,
        /// When we heard of it, which counts.
        heard_at: Timestamp,
        /// Until when it was possible.
        cut_off: Timestamp,
    },
    /// There is nothing that could be taken back.
    #[error(transparent)]
    NothingToCancel(#[from] Nothing),
    /// A case that is not open on it, or that says no.
    #[error(transparent)]
    NotTakenBack(#[from] NotTakenBack),
    /// A payout that goes to no other account.
    #[error(transparent)]
    NotRedirected(#[from] NotRedirected),
    /// The purchase does not wait for anybody to say when it was paid.
    #[error("the T of this purchase is not in question")]
    NotUndated,
}

impl DiscountPurchase {
    pub(super) fn funds_on(
        &self,
        day: chrono::NaiveDate,
        wallet: FundCode,
        target: FundCode,
    ) -> Result<(Arc<FundTerms>, Arc<FundTerms>), FundCode> {
        let terms = |code| (self.house.funds)(code, day).ok_or(code);
        Ok((terms(wallet)?, terms(target)?))
    }

    /// The T of an instant, or its date past the calendar's end: the admission will say so.
    fn day_of(&self, at: Timestamp) -> chrono::NaiveDate {
        self.house.calendar.t_of(at).map_or_else(|_| at.date(), TradingDay::date)
    }

    pub(super) fn reads_of(&self, of: &Preparing<'_, Self>) -> Vec<Need> {
        let mut needs = Plan::own_needs(of.id, self.may_redeem(of));
        needs.push(wallet_key(of.request).need());
        needs.push(holdings_key(of.request).need());
        needs.extend(self.limit_keys(of).all().map(|key| stream_of(key).need()));
        let by_plan = of.request.by_plan.then(|| Occurrence::of(of.id)).flatten();
        needs.extend(by_plan.as_ref().map(Occurrence::need));
        needs
    }

    fn limit_keys(&self, of: &Preparing<'_, Self>) -> LimitKeys {
        let (request, asked) = (of.request, of.asked);
        let who = (&request.investor, asked.investor.customer_type, asked.channel);
        let keys = self.house.calendar.t_of(of.now).ok().and_then(|t| {
            let funds = self.funds_on(t.date(), request.wallet_fund, request.target_fund).ok()?;
            Some(LimitKeys::of(&self.house, &funds, who, t, &ConversionMode::ALL))
        });
        keys.unwrap_or_default()
    }

    pub(super) fn prepared(
        &self,
        streams: &Streams,
        of: &Preparing<'_, Self>,
    ) -> Result<(Admitted, &'static Table<Self>), Refusal> {
        let admitted = self.first_choice(streams, of);
        let admitted = admitted.map_err(|refusal| self.offering(streams, of, refusal));
        if of.request.by_plan {
            self.is_due(streams, of)?;
        }
        let admitted = admitted?;
        let table = table_for(admitted.mode, of.request.by_plan);
        Ok((admitted, table))
    }

    /// In the mode that was asked for. A plan asks for none: the wallet's own shares are converted where
    /// they are enough, and elsewhere the earliest price is taken, as for whoever names no mode.
    fn first_choice(
        &self,
        streams: &Streams,
        of: &Preparing<'_, Self>,
    ) -> Result<Admitted, Refusal> {
        let of_wallet = || self.admissible(streams, of, Some(ConversionMode::Held)).ok();
        let held = (of.request.by_plan && of.request.mode.is_none()).then(of_wallet).flatten();
        held.map_or_else(|| self.admissible(streams, of, of.request.mode), Ok)
    }

    /// The plan agreed to exactly this, for the T of the request.
    fn is_due(&self, streams: &Streams, of: &Preparing<'_, Self>) -> Result<(), Refusal> {
        let request = of.request;
        let at = self.house.asked_at(of.asked.at, of.now);
        let at = at.map_err(|why| admission::Refusal::NoTradingDay { why })?;
        Ok(Occurrence::asked(streams, (of.id, at), &self.house.calendar, |terms| {
            vec![
                ("investor", terms.investor != request.investor),
                ("account", terms.account != request.account),
                ("wallet_fund", terms.wallet_fund != Some(request.wallet_fund)),
                ("fund", terms.fund != request.target_fund),
                ("amount", terms.amount != request.amount),
                ("distributor", terms.distributor != request.distributor),
                ("mode", request.mode.is_some()),
            ]
        })?)
    }

    /// Names in a refusal the modes in which the same request would be taken: decided as it would be if it were
    /// asked for, and everybody whom it would call can be called. Where there is none, and the mode itself is
    /// what does not work, it says what is against each.
    fn offering(&self, streams: &Streams, of: &Preparing<'_, Self>, refusal: Refusal) -> Refusal {
        let Refusal::NotAdmitted(rule) = refusal else { return refusal };
        let others = ConversionMode::ALL.into_iter().filter(|mode| of.request.mode != Some(*mode));
        let tried = |mode| {
            let outcome = match self.admissible(streams, of, Some(mode)) {
                Ok(admitted) => of
                    .missing(&self.callees_of(of.request, &admitted))
                    .map_or(Ok(()), |nobody| Err(nobody.to_string())),
                Err(Refusal::NotAdmitted(rule)) => Err(offers::against(&rule)),
                Err(other) => Err(other.to_string()),
            };
            (mode, outcome)
        };
        if rule.offers().is_some() || of.request.by_plan {
            return Refusal::NotAdmitted(rule.offering(|| others.map(tried).collect()));
        }
        let possible: Vec<ConversionMode> = others.filter(|mode| tried(*mode).1.is_ok()).collect();
        if possible.is_empty() {
            return Refusal::NotAdmitted(rule);
        }
        Refusal::OtherModes { rule: Box::new(rule), possible }
    }

    /// Everybody whom such a purchase may call: of each fund the registrar of the day on which it is bought,
    /// and of the money fund that of the day on which its shares leave.
    pub(super) fn callees_of(&self, request: &Request, promised: &Admitted) -> Vec<Callee> {
        let wallet = |day: TradingDay| self.house.to_registrars(&[request.wallet_fund], day.date());
        let mut callees = wallet(promised.trade_date);
        callees.extend(wallet(self.leaves_on(request, promised)));
        let target_in = promised.nav_date.date();
        callees.extend(self.house.to_registrars(&[request.target_fund], target_in));
        callees.push(self.house.to_bank());
        callees
    }

    /// The T on which the money fund's shares leave by what is promised.
    pub(super) fn leaves_on(&self, request: &Request, promised: &Admitted) -> TradingDay {
        let t = promised.trade_date;
        if promised.mode.is_conversion() {
            return promised.nav_date;
        }
        let terms = (self.house.funds)(request.wallet_fund, t.date());
        let confirmed = terms.and_then(|it| it.confirmed_by(&self.house.calendar, t).ok());
        confirmed.unwrap_or(t)
    }

    /// The promise for the request in that mode.
    pub(super) fn admissible(
        &self,
        streams: &Streams,
        of: &Preparing<'_, Self>,
        mode: Option<ConversionMode>,
    ) -> Result<Admitted, Refusal> {
        let (request, asked) = (of.request, of.asked);
        if request.wallet_fund == request.target_fund {
            return Err(Refusal::SameFund(request.target_fund));
        }
        let no_day = |why| admission::Refusal::NoTradingDay { why };
        let asked_at = self.house.asked_at(asked.at, of.now).map_err(no_day)?;
        self.house.in_time((asked_at, None), of.now, request.only_today).map_err(no_day)?;
        // Money that comes from now on counts for no T that is over.
        let at = of.now;
        let (wallet_fund, target_fund) = self
            .funds_on(self.day_of(at), request.wallet_fund, request.target_fund)
            .map_err(Refusal::UnknownFund)?;
        let books = Books::of(streams, request);
        let wallet = books.wallet;
        let entry = wallet.map(|wallet| wallet.entry(of.id)).unwrap_or_default();
        if entry.credit != Credit::None || entry.reservation != Reservation::None {
            return Err(Refusal::TransactionUsed(of.id.clone()));
        }
        let used_today = self.limit_keys(of).used(|key| used(streams, Some(key)));
        let t = self.house.calendar.t_of(at).ok();
        let later = t.map(|t| self.house.later((&wallet_fund, &target_fund), t));
        let mut investor = asked.investor.clone();
        investor.holds.extend(books.held(request));
        let admitted = admit(&Admission {
            amount: request.amount,
            at,
            mode,
            investor,
            wallet_fund,
            target_fund,
            channel: asked.channel,
            warning_confirmed: asked.warning_confirmed.clone(),
            used_today,
            balance: balance(wallet),
            lots: wallet.map(|wallet| wallet.lots_left_to(of.id)).unwrap_or_default(),
            later: later.unwrap_or_default(),
            calendar: self.house.calendar.clone(),
        })?;
        asked.investor.owns(&request.account)?;
        self.is_countable(&books, request, &admitted)?;
        Ok(Admitted { requested_at: asked_at, ..admitted })
    }

    /// Both funds' shares can be counted beside those that are there.
    fn is_countable(
        &self,
        books: &Books<'_>,
        request: &Request,
        admitted: &Admitted,
    ) -> Result<(), Uncountable> {
        let amount = admitted.amount(request.amount);
        if admitted.mode.buys_the_money_fund() {
            let held = books.wallet.map_or(Some(Shares::ZERO), wallet::State::counted);
            countable(request.wallet_fund, held, amount, Nav::ONE)?;
        }
        let Some(nav) = latest_nav(&self.house, request.target_fund, admitted.nav_date.date())
        else {
            return Ok(());
        };
        let held = books.target.map(holdings::State::registered);
        countable(request.target_fund, Some(held.unwrap_or_default()), amount, nav)
    }

    /// Whether the mode may turn out to be the one that redeems.
    fn may_redeem(&self, of: &Preparing<'_, Self>) -> bool {
        let request = of.request;
        if let Some(mode) = request.mode {
            return mode == ConversionMode::RedeemToPurchase;
        }
        let day = self.day_of(of.now);
        let funds = self.funds_on(day, request.wallet_fund, request.target_fund);
        funds.is_ok_and(|(wallet, target)| {
            let first = possible(LotState::BoughtNow, &wallet, &target).into_iter().next();
            first != Some(ConversionMode::LinkedSameDay) && {
                let t = self.house.calendar.t_of(of.now).ok();
                let later = t.map(|t| self.house.later((&wallet, &target), t)).unwrap_or_default();
                let chosen = earliest(&self.house.calendar, (&wallet, &target, &later), t);
                chosen == ConversionMode::RedeemToPurchase
            }
        })
    }
}

/// What the investor has of both funds by our books, as far as that is in memory.
pub(super) struct Books<'a> {
    pub(super) wallet: Option<&'a wallet::State>,
    target: Option<&'a holdings::State>,
}

impl<'a> Books<'a> {
    pub(super) fn of(streams: &'a Streams, request: &Request) -> Self {
        let wallet = streams.state(&wallet_key(request));
        Self { wallet, target: streams.state(&holdings_key(request)) }
    }

    /// The funds of both that there are shares of.
    pub(super) fn held(&self, request: &Request) -> BTreeSet<FundCode> {
        let wallet = self.wallet.map(wallet::State::registered);
        let target = self.target.map(holdings::State::registered);
        let of = [(request.wallet_fund, wallet), (request.target_fund, target)];
        let held = of.into_iter().filter(|(_, shares)| shares.is_some_and(|it| !it.is_zero()));
        held.map(|(fund, _)| fund).collect()
    }
}

fn holdings_key(request: &Request) -> Key<Holdings> {
    Key::of(&HoldingId { investor: request.investor.clone(), fund: request.target_fund })
}

fn wallet_key(request: &Request) -> Key<Wallet> {
    Key::of(&WalletId { investor: request.investor.clone(), fund: request.wallet_fund })
}

fn names(modes: &[ConversionMode]) -> String {
    let names: Vec<&str> = modes.iter().map(|mode| mode.name()).collect();
    names.join(", ")
}

impl Refusal {
    /// The rule of the business that says no, if one does.
    pub(super) fn rule(&self) -> Option<&admission::Refusal> {
        match self {
            Refusal::NotAdmitted(rule) => Some(rule),
            Refusal::OtherModes { rule, .. } => Some(rule),
            Refusal::Clash(_)
            | Refusal::SameFund(_)
            | Refusal::NotAsked(_)
            | Refusal::Uncountable(_)
            | Refusal::Unreachable(_)
            | Refusal::UnknownFund(_)
            | Refusal::TransactionUsed(_)
            | Refusal::Reserved(_)
            | Refusal::AnotherAccount(_)
            | Refusal::TooLateToCancel { .. }
            | Refusal::NothingToCancel(_)
            | Refusal::NotTakenBack(_)
            | Refusal::NotRedirected(_)
            | Refusal::NotUndated => None,
        }
    }
}
