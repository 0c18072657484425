//! Every key of a purchase, minted once.

use super::{Purchase, Request};
use crate::parts::compensation::Compensations;
use crate::{
    house::House,
    parts::{
        application::ApplicationLeg,
        by_hand,
        holdings::HoldingsPart,
        limits::{Limits, limit_key},
        occurrence::Occurrence,
        payment::PaymentLeg,
        payout::PayoutLeg,
    },
};
use fundflow_domain::{
    admission::buying::{Admitted, Way},
    calendar::TradingDay,
    case::Cases,
    ids::{OrderId, TransactionId},
    money::Amount,
};
use fundflow_kernel::streams::{Key, Need};
use fundflow_runtime::process::Open;

/// The suffix of the order's name.
pub(super) const ORDER: &str = "buy";

/// Every key of a purchase, minted once.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Purchase, subscription or occurrence.
    pub way: Way,
    /// The money that pays for it.
    pub payment: PaymentLeg,
    /// The order at the registrar.
    pub buy: ApplicationLeg,
    /// What the money of a failed raising earned.
    pub interest: PayoutLeg,
    /// The investor's shares of the fund.
    pub holdings: HoldingsPart,
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
    /// The date of a plan that it carries out.
    pub occurrence: Option<Occurrence>,
}

/// The limit that the amount would count against on that T.
pub(super) fn limits_on(
    house: &House,
    request: &Request,
    promised: &Admitted,
    day: TradingDay,
) -> Limits {
    let who = (&request.investor, promised.customer, promised.channel);
    let fund = (house.funds)(request.fund, day.date());
    Limits::of(&fund.and_then(|fund| limit_key(&fund, who, day)))
}

/// The date of a plan that a purchase in that way carries out.
pub(super) fn occurrence(way: Way, id: &TransactionId) -> Option<Occurrence> {
    match way {
        Way::RegularPlan => Occurrence::of(id),
        Way::Purchase | Way::Subscription => None,
    }
}

impl Plan {
    pub(super) fn of(house: &House, id: &TransactionId, open: &Open<Purchase>) -> Self {
        let (request, promised) = (&*open.request, open.notes.promise(&open.promise));
        let order = OrderId::part(id, ORDER);
        let later = open.notes.redated.filter(|_| open.notes.undecided);
        let limits_next = later.map(|day| limits_on(house, request, promised, day));
        Self {
            way: request.way,
            payment: PaymentLeg::of(&order),
            buy: ApplicationLeg::of(&order),
            interest: PayoutLeg::of(&order),
            holdings: HoldingsPart::of(&request.investor, request.fund, &order),
            limits: Limits::of(&promised.counted),
            limits_next: limits_next.unwrap_or_default(),
            amount: promised.amount(request.amount),
            cases: by_hand::cases_in_sight(id, open),
            compensations: Compensations::of(&open.notes),
            occurrence: occurrence(request.way, id),
        }
    }

    pub(super) fn streams(&self) -> Vec<Need> {
        let mut needs =
            vec![self.payment.key.need(), self.buy.key.need(), self.holdings.key.need()];
        if self.way == Way::Subscription {
            needs.push(self.interest.key.need());
        }
        needs.extend(self.limits.needs().chain(self.limits_next.needs()));
        needs.extend(self.cases.iter().map(Key::need));
        needs.extend(self.compensations.needs());
        needs.extend(self.occurrence.as_ref().map(Occurrence::need));
        needs
    }
}
