//! Every key of a withdrawal, minted once.

use super::Request;
use crate::house::House;
use crate::parts::compensation::Compensations;
use crate::parts::{application::ApplicationLeg, portions::Portions, wallet::WalletPart};
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
    /// What its records brought, on its way to the investor.
    pub payouts: Portions,
    /// The wallet that the shares leave.
    pub wallet: WalletPart,
    /// Records of it that are in dispute.
    pub cases: Vec<Key<Cases>>,
    /// Money of ours that closed cases owe.
    pub compensations: Compensations,
}

impl Plan {
    pub(super) fn of(house: &House, id: &TransactionId, request: &Request, foreseen: u32) -> Self {
        let order = OrderId::part(id, "redeem");
        Self {
            out: ApplicationLeg::of(&order),
            payouts: Portions::of(&order, 1, foreseen),
            wallet: WalletPart::of(&request.investor, request.fund).leaving(house),
            cases: Vec::new(),
            compensations: Compensations::default(),
        }
    }

    /// The streams that the saga works on.
    pub(super) fn streams(&self) -> Vec<Need> {
        let own = [self.wallet.key.need(), self.out.key.need()];
        let own = own.into_iter().chain(self.payouts.legs.needs());
        let cases = self.cases.iter().map(Key::need);
        own.chain(cases).chain(self.compensations.needs()).collect()
    }

    /// Those that are named after keys which the saga hands out.
    pub(super) fn own_streams(&self) -> Vec<StreamName> {
        let out = std::iter::once(self.out.key.stream().clone());
        out.chain(self.payouts.legs.streams()).chain(self.compensations.streams()).collect()
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
