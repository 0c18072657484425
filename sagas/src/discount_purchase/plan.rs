//! Every key of a discount purchase, minted once.

use super::Request;
use crate::parts::{
    application::ApplicationLeg, limits::Limits, payment::PaymentLeg, payout::PayoutLeg,
};
use fundflow_domain::{
    admission::Admitted,
    holdings::{HoldingId, Holdings},
    ids::{OrderId, TransactionId, WalletId},
    limits::LimitKey,
    modes::ConversionMode,
    money::Amount,
    wallet::Wallet,
};
use fundflow_kernel::{
    envelope::StreamName,
    streams::{Key, Need},
};

/// Keys of a discount purchase.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How the shares get to the target.
    pub mode: ConversionMode,
    /// Money in.
    pub payment: PaymentLeg,
    /// The money-fund order.
    pub buy: ApplicationLeg,
    /// The conversion, or the redemption.
    pub out: ApplicationLeg,
    /// The target's order, where money buys it.
    pub target: ApplicationLeg,
    /// What the redemption brought, on its way to the investor.
    pub payout: PayoutLeg,
    /// The wallet.
    pub wallet: Key<Wallet>,
    /// The investor's shares of the target.
    pub holdings: Key<Holdings>,
    /// The day's limits that the amount counts against by what is promised.
    pub limits: Limits,
    /// Those of a later T, until that is decided on.
    pub limits_next: Limits,
    /// Yuan that are taken: what was asked for, or the part of it that the day's limit lets in.
    pub amount: Amount,
}

fn order(id: &TransactionId, suffix: &'static str) -> OrderId {
    OrderId::part(id, suffix)
}

impl Plan {
    pub(super) fn of(id: &TransactionId, request: &Request, promised: &Admitted) -> Self {
        let buy = order(id, "mmf");
        let out = match promised.mode {
            ConversionMode::Held | ConversionMode::LinkedSameDay | ConversionMode::NextDay => {
                order(id, "convert")
            }
            ConversionMode::RedeemToPurchase => order(id, "redeem"),
        };
        let investor = request.investor.clone();
        Self {
            mode: promised.mode,
            payment: PaymentLeg::of(&buy),
            buy: ApplicationLeg::of(&buy),
            out: ApplicationLeg::of(&out),
            target: ApplicationLeg::of(&order(id, "target")),
            payout: PayoutLeg::of(&out),
            wallet: Key::of(&WalletId { investor: investor.clone(), fund: request.wallet_fund }),
            holdings: Key::of(&HoldingId { investor, fund: request.target_fund }),
            limits: Limits::of(&promised.counted),
            limits_next: Limits::default(),
            amount: promised.amount(request.amount),
        }
    }

    /// What is promised now, and the limits of a later T that is not decided on yet; `None` if they
    /// are these.
    pub(super) fn moved(
        &self,
        request: &Request,
        promised: &Admitted,
        next: &[LimitKey],
    ) -> Option<Self> {
        let amount = promised.amount(request.amount);
        let same = self.limits.is_of(&promised.counted) && self.limits_next.is_of(next);
        (!same || self.amount != amount).then(|| Self {
            limits: Limits::of(&promised.counted),
            limits_next: Limits::of(next),
            amount,
            ..self.clone()
        })
    }

    /// The streams that the saga works on.
    pub(super) fn streams(&self) -> Vec<Need> {
        let mut needs = vec![self.wallet.need(), self.out.key.need(), self.holdings.need()];
        if self.mode != ConversionMode::Held {
            needs.extend([self.payment.key.need(), self.buy.key.need()]);
        }
        if self.mode == ConversionMode::RedeemToPurchase {
            needs.extend([self.target.key.need(), self.payout.key.need()]);
        }
        needs.extend(self.limits.needs().chain(self.limits_next.needs()));
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
