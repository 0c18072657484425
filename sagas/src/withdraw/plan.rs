//! Every key of a withdrawal, minted once.

use super::Request;
use crate::house::House;
use crate::parts::compensation::Compensations;
use crate::parts::{application::ApplicationLeg, payout::PayoutLeg, wallet::WalletPart};
use fundflow_domain::{
    admission::cash_out::{Balance, ReservedBy},
    case::Cases,
    ids::{OrderId, TransactionId},
    wallet::State,
};
use fundflow_kernel::{
    envelope::StreamName,
    streams::{Key, Need},
};

/// Keys of a withdrawal.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The redemption at the registrar.
    pub out: ApplicationLeg,
    /// What it brought, on its way to the investor.
    pub payout: PayoutLeg,
    /// The wallet that the shares leave.
    pub wallet: WalletPart,
    /// Records of it that are in dispute.
    pub cases: Vec<Key<Cases>>,
    /// Money of ours that closed cases owe.
    pub compensations: Compensations,
}

impl Plan {
    pub(super) fn of(house: &House, id: &TransactionId, request: &Request) -> Self {
        let order = OrderId::part(id, "redeem");
        Self {
            out: ApplicationLeg::of(&order),
            payout: PayoutLeg::of(&order),
            wallet: WalletPart::of(&request.investor, request.fund).leaving(house),
            cases: Vec::new(),
            compensations: Compensations::default(),
        }
    }

    /// The streams that the saga works on.
    pub(super) fn streams(&self) -> Vec<Need> {
        let own = [self.wallet.key.need(), self.out.key.need(), self.payout.key.need()];
        let cases = self.cases.iter().map(Key::need);
        own.into_iter().chain(cases).chain(self.compensations.needs()).collect()
    }

    /// Those that are named after keys which the saga hands out.
    pub(super) fn own_streams(&self) -> Vec<StreamName> {
        let own = [self.out.key.stream(), self.payout.key.stream()].into_iter().cloned();
        own.chain(self.compensations.streams()).collect()
    }
}

/// What a wallet holds, for a decision on what may leave it.
pub(crate) fn balance(wallet: Option<&State>) -> Balance {
    wallet.map_or_else(Balance::default, |wallet| Balance {
        registered: wallet.registered(),
        available: wallet.available(),
        reserved: wallet.reserved(),
        frozen: wallet.frozen(),
        disputed: wallet.disputed(),
    })
}

pub(crate) fn reserved_by(wallet: Option<&State>) -> ReservedBy {
    ReservedBy(wallet.map(State::reserved_by).unwrap_or_default())
}
