//! Every key of a fast withdrawal, minted once.

use super::{
    Request,
    saga::{FastWithdraw, View},
};
use crate::parts::{
    advance::AdvanceLeg,
    application::ApplicationLeg,
    compensation::Compensations,
    wallet::{WalletPart, worth},
};
use chrono::NaiveDate;
use fundflow_domain::{
    advance::Brought,
    case::Cases,
    fast_quota::{FastQuota, QuotaKey, State},
    ids::{FundCode, OrderId, TransactionId},
    money::Money,
};
use fundflow_kernel::{
    envelope::StreamName,
    streams::{Key, Need, Streams},
};
use std::collections::BTreeSet;

/// Keys of a fast withdrawal.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The natural day's quota.
    pub quota: Key<FastQuota>,
    /// Those of days that it counted on before.
    pub quotas_before: Vec<Key<FastQuota>>,
    /// Those of later days that it counts on, too, while nobody knows.
    pub quotas_later: Vec<Key<FastQuota>>,
    /// Those that earlier stores count the fund's share classes by, or its distributor, on all of these days.
    pub others: Vec<Other>,
    /// The bank's cash, and its way back.
    pub advance: AdvanceLeg,
    /// The shares become the bank's.
    pub transfer: ApplicationLeg,
    /// The bank redeems them.
    pub redemption: ApplicationLeg,
    /// The wallet that the shares leave.
    pub wallet: WalletPart,
    /// Records of it that are in dispute, and what a person took over.
    pub cases: Vec<Key<Cases>>,
    /// Money of ours that closed cases owe.
    pub compensations: Compensations,
}

/// A quota of the same day, under which some of it counts.
#[derive(Debug, Clone)]
pub struct Other {
    /// The natural day that it counts on.
    pub day: NaiveDate,
    /// Of that day, under the distributor's other code.
    pub key: Key<FastQuota>,
    /// Of it counts what earlier programs counted alone: its code is another distributor's.
    pub uncoded: bool,
}

impl Other {
    /// Yuan that count against the limit.
    pub(super) fn used(&self, streams: &Streams) -> Money {
        let state = streams.state(&self.key);
        let used = if self.uncoded { State::used_uncoded } else { State::used };
        state.map_or(Money::ZERO, used)
    }
}

/// The day's quotas of the fund and of its share classes, under the distributor's code and under that of earlier
/// programs, besides that one. `by_code`: that one has the distributor's code, whoever the house's own is by now.
pub(super) fn others_of(
    saga: &FastWithdraw,
    request: &Request,
    (quota, by_code): (&QuotaKey, bool),
) -> Vec<Other> {
    let (house, fund, day) = (&saga.house, request.fund, quota.day);
    let master = (house.funds)(fund, day).map_or(fund, |terms| terms.master);
    let classes = house.classes.get(&master).into_iter().flatten().copied();
    let codes: BTreeSet<FundCode> = classes.chain([master, fund]).collect();
    let named = || saga.distributor_of(request);
    let own = if by_code { quota.distributor.clone() } else { named() };
    let former = saga.counted_under.as_ref().filter(|former| **former != own);
    let distributors = [(&own, false)].into_iter().chain(former.map(|former| (former, true)));
    let keys = distributors.flat_map(|(distributor, uncoded)| {
        let of = |fund: &FundCode| QuotaKey {
            fund: *fund,
            distributor: distributor.clone(),
            ..quota.clone()
        };
        codes.iter().map(of).map(move |key| (key, uncoded)).collect::<Vec<_>>()
    });
    let others = keys.filter(|(key, _)| key != quota);
    others.map(|(key, uncoded)| Other { day, key: Key::of(&key), uncoded }).collect()
}

impl Plan {
    pub(super) fn of(
        saga: &FastWithdraw,
        id: &TransactionId,
        request: &Request,
        quota: &QuotaKey,
    ) -> Self {
        let (house, transfer) = (&saga.house, OrderId::part(id, "transfer"));
        Self {
            quota: Key::of(quota),
            quotas_before: Vec::new(),
            quotas_later: Vec::new(),
            others: others_of(saga, request, (quota, true)),
            advance: AdvanceLeg::of(&transfer),
            transfer: ApplicationLeg::of(&transfer),
            redemption: ApplicationLeg::of(&OrderId::part(id, "redeem")),
            wallet: WalletPart::of(&request.investor, request.fund).leaving(house),
            cases: Vec::new(),
            compensations: Compensations::default(),
        }
    }

    /// What has come of the shares: the bank's. It keeps those that its redemption did not turn into money.
    pub(super) fn brought(&self, view: &View<'_>) -> Brought {
        let money = self.redemption.proceeds(view).unwrap_or_default();
        let redeemed = self.redemption.shares_out(view).unwrap_or_default();
        let shares = self.transfer.shares_out(view).unwrap_or_default().minus(redeemed);
        let retained = shares.and_then(worth).map(Money::from).unwrap_or_default();
        Brought { money, retained }
    }

    /// The streams that the saga works on.
    pub(super) fn streams(&self) -> Vec<Need> {
        let own = [
            self.wallet.key.need(),
            self.quota.need(),
            self.advance.key.need(),
            self.transfer.key.need(),
            self.redemption.key.need(),
        ];
        let before = self.quotas_before.iter().chain(&self.quotas_later);
        let before = before.chain(self.others.iter().map(|other| &other.key)).map(Key::need);
        let cases = self.cases.iter().map(Key::need);
        own.into_iter().chain(before).chain(cases).chain(self.compensations.needs()).collect()
    }

    /// Those that are named after keys which the saga hands out.
    pub(super) fn own_streams(&self) -> Vec<StreamName> {
        let applications = [&self.transfer.key, &self.redemption.key];
        let mut own: Vec<StreamName> =
            applications.into_iter().map(|key| key.stream().clone()).collect();
        own.push(self.advance.key.stream().clone());
        own.extend(self.compensations.streams());
        own
    }
}
