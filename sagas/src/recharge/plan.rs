//! Every key of a recharge, minted once.

use super::Request;
use crate::parts::compensation::Compensations;
use crate::parts::{
    application::ApplicationLeg, limits::Limits, payment::PaymentLeg, wallet::WalletPart,
};
use fundflow_domain::{
    admission::buying::Admitted,
    case::Cases,
    ids::{OrderId, TransactionId},
    limits::LimitKey,
    money::Amount,
};
use fundflow_kernel::{
    envelope::StreamName,
    streams::{Key, Need},
};

/// Keys of a recharge.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Money that comes in, and what goes back of it.
    pub payment: PaymentLeg,
    /// The purchase of the money fund.
    pub buy: ApplicationLeg,
    /// The wallet that it goes into.
    pub wallet: WalletPart,
    /// The day's limit that the amount counts against by what is promised.
    pub limits: Limits,
    /// That of the later T that the money counts for, until it is decided on.
    pub limits_next: Limits,
    /// Yuan that are taken: what was asked for, or the part of it that the day's limit lets in.
    pub amount: Amount,
    /// Records of it that are in dispute.
    pub cases: Vec<Key<Cases>>,
    /// Money of ours that closed cases owe.
    pub compensations: Compensations,
}

impl Plan {
    pub(super) fn of(id: &TransactionId, request: &Request, promised: &Admitted) -> Self {
        let order = OrderId::part(id, "mmf");
        Self {
            payment: PaymentLeg::of(&order),
            buy: ApplicationLeg::of(&order),
            wallet: WalletPart::of(&request.investor, request.fund),
            limits: Limits::of(promised.counted.as_ref()),
            limits_next: Limits::default(),
            amount: promised.amount(request.amount),
            cases: Vec::new(),
            compensations: Compensations::default(),
        }
    }

    /// What is promised now, the limit of the later T that the money counts for, until it is decided
    /// on, and records in dispute; `None` if they are these.
    pub(super) fn moved(
        &self,
        request: &Request,
        promised: &Admitted,
        next: Option<&LimitKey>,
        (cases, compensations): (Vec<Key<Cases>>, Compensations),
    ) -> Option<Self> {
        let amount = promised.amount(request.amount);
        let same = self.limits.is_of(promised.counted.as_ref()) && self.limits_next.is_of(next);
        let same = same && self.amount == amount && self.cases == cases;
        let same = same && self.compensations == compensations;
        (!same).then(|| Self {
            limits: Limits::of(promised.counted.as_ref()),
            limits_next: Limits::of(next),
            amount,
            cases,
            compensations,
            ..self.clone()
        })
    }

    /// The streams that the saga works on.
    pub(super) fn streams(&self) -> Vec<Need> {
        let mut needs = vec![self.wallet.key.need(), self.payment.key.need(), self.buy.key.need()];
        needs.extend(self.limits.needs());
        needs.extend(self.limits_next.needs());
        needs.extend(self.cases.iter().map(Key::need));
        needs.extend(self.compensations.needs());
        needs
    }

    /// Those that are named after keys which the saga hands out.
    pub(super) fn own_streams(&self) -> Vec<StreamName> {
        let own = [self.payment.key.stream(), self.buy.key.stream()].into_iter().cloned();
        own.chain(self.compensations.streams()).collect()
    }

    /// What a first request reads of them: whether somebody else has those keys.
    pub(super) fn own_needs(id: &TransactionId) -> Vec<Need> {
        let order = OrderId::part(id, "mmf");
        vec![ApplicationLeg::of(&order).key.need(), PaymentLeg::of(&order).key.need()]
    }
}
