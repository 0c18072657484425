//! Every key of a discount purchase, minted once.

use super::Request;
use crate::house::House;
use crate::parts::compensation::Compensations;
use crate::parts::{
    application::ApplicationLeg, holdings::HoldingsPart, limits::Limits, occurrence::Occurrence,
    payment::PaymentLeg, payout::PayoutLeg, wallet::WalletPart,
};
use fundflow_domain::{
    admission::Admitted,
    case::Cases,
    ids::{FundCode, OrderId, TransactionId},
    limits::LimitKey,
    modes::ConversionMode,
    money::Amount,
};
use fundflow_kernel::{
    envelope::StreamName,
    streams::{Key, Need},
};

/// Keys of a discount purchase.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Orders that bring the shares to the target.
    pub mode: ConversionMode,
    /// The payment of the investor's money.
    pub payment: PaymentLeg,
    /// The order that buys shares of the money-market fund.
    pub buy: ApplicationLeg,
    /// The conversion, or the redemption.
    pub out: ApplicationLeg,
    /// The target's order, where money buys it.
    pub target: ApplicationLeg,
    /// What the redemption brought, on its way to the investor.
    pub payout: PayoutLeg,
    /// The wallet that the money fund's shares go through.
    pub wallet: WalletPart,
    /// The investor's shares of the target.
    pub holdings: HoldingsPart,
    /// The day's limits that the amount counts against by what is promised.
    pub limits: Limits,
    /// The target's among them.
    pub target_limits: Limits,
    /// Those of a later T, until that is decided on.
    pub limits_next: Limits,
    /// Yuan that are taken: what was asked for, or the part of it that the day's limit lets in.
    pub amount: Amount,
    /// Records of it that are in dispute.
    pub cases: Vec<Key<Cases>>,
    /// Money of ours that closed cases owe.
    pub compensations: Compensations,
    /// The date of a plan that it carries out.
    pub occurrence: Option<Occurrence>,
}

fn order(id: &TransactionId, suffix: &'static str) -> OrderId {
    OrderId::part(id, suffix)
}

fn of_target(promised: &Admitted, master: Option<FundCode>) -> impl Iterator<Item = &LimitKey> {
    promised.counted.iter().filter(move |key| Some(key.master) == master)
}

impl Plan {
    /// `master` is the target's, all its share classes together.
    pub(super) fn of(
        house: &House,
        id: &TransactionId,
        request: &Request,
        promised: &Admitted,
        master: Option<FundCode>,
    ) -> Self {
        let buy = order(id, "mmf");
        let out = match promised.mode {
            ConversionMode::Held | ConversionMode::LinkedSameDay | ConversionMode::NextDay => {
                order(id, "convert")
            }
            ConversionMode::RedeemToPurchase => order(id, "redeem"),
        };
        let target = order(id, "target");
        let brings = match promised.mode {
            ConversionMode::RedeemToPurchase => &target,
            ConversionMode::Held | ConversionMode::LinkedSameDay | ConversionMode::NextDay => &out,
        };
        let investor = &request.investor;
        Self {
            holdings: HoldingsPart::of(investor, request.target_fund, brings),
            wallet: WalletPart::of(investor, request.wallet_fund).leaving(house),
            mode: promised.mode,
            payment: PaymentLeg::of(&buy),
            buy: ApplicationLeg::of(&buy),
            out: ApplicationLeg::of(&out),
            target: ApplicationLeg::of(&target),
            payout: PayoutLeg::of(&out),
            limits: Limits::of(&promised.counted),
            target_limits: Limits::of(of_target(promised, master)),
            limits_next: Limits::default(),
            amount: promised.amount(request.amount),
            cases: Vec::new(),
            compensations: Compensations::default(),
            occurrence: request.by_plan.then(|| Occurrence::of(id)).flatten(),
        }
    }

    /// What is promised now, the limits of a later T that is not decided on yet, and records in
    /// dispute; `None` if they are these.
    pub(super) fn moved(
        &self,
        request: &Request,
        promised: &Admitted,
        (next, master): (&[LimitKey], Option<FundCode>),
        (cases, compensations): (Vec<Key<Cases>>, Compensations),
    ) -> Option<Self> {
        let amount = promised.amount(request.amount);
        let same = self.limits.is_of(&promised.counted) && self.limits_next.is_of(next);
        let same = same && self.amount == amount && self.cases == cases;
        let same = same && self.compensations == compensations;
        (!same).then(|| Self {
            limits: Limits::of(&promised.counted),
            target_limits: Limits::of(of_target(promised, master)),
            limits_next: Limits::of(next),
            amount,
            cases,
            compensations,
            ..self.clone()
        })
    }

    /// The streams that the saga works on.
    pub(super) fn streams(&self) -> Vec<Need> {
        let mut needs = vec![self.wallet.key.need(), self.out.key.need(), self.holdings.key.need()];
        if self.mode != ConversionMode::Held {
            needs.extend([self.payment.key.need(), self.buy.key.need()]);
        }
        // What was bought on the same T has no income that would be paid out.
        if self.mode != ConversionMode::LinkedSameDay {
            needs.push(self.payout.key.need());
        }
        if self.mode == ConversionMode::RedeemToPurchase {
            needs.push(self.target.key.need());
        }
        needs.extend(self.limits.needs().chain(self.limits_next.needs()));
        needs.extend(self.cases.iter().map(Key::need));
        needs.extend(self.compensations.needs());
        needs.extend(self.occurrence.as_ref().map(Occurrence::need));
        needs
    }

    /// The order that registers the target's shares.
    pub(super) const fn target_order(&self) -> &ApplicationLeg {
        match self.mode {
            ConversionMode::RedeemToPurchase => &self.target,
            ConversionMode::Held | ConversionMode::LinkedSameDay | ConversionMode::NextDay => {
                &self.out
            }
        }
    }

    /// Those that are named after keys which the saga hands out.
    pub(super) fn own_streams(&self) -> Vec<StreamName> {
        let legs = [&self.buy.key, &self.out.key, &self.target.key];
        let mut own: Vec<StreamName> = legs.into_iter().map(|key| key.stream().clone()).collect();
        own.extend([self.payment.key.stream().clone(), self.payout.key.stream().clone()]);
        own.extend(self.compensations.streams());
        own
    }

    /// What a first request reads of them: whether somebody else has those keys.
    pub(super) fn own_needs(id: &TransactionId, redeemed: bool) -> Vec<Need> {
        let buy = order(id, "mmf");
        let mut needs = vec![ApplicationLeg::of(&buy).key.need(), PaymentLeg::of(&buy).key.need()];
        if redeemed {
            let out = order(id, "redeem");
            needs.push(ApplicationLeg::of(&out).key.need());
            needs.push(PayoutLeg::of(&out).key.need());
            needs.push(ApplicationLeg::of(&order(id, "target")).key.need());
        } else {
            needs.push(ApplicationLeg::of(&order(id, "convert")).key.need());
        }
        needs
    }
}
