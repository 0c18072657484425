//! A bank that pays or declines, and a registrar that confirms from 09:00 of the day after T.

use fundflow_domain::{
    application::{
        Ask, Confirmation, ConversionConfirmed, Outcome, PurchaseConfirmed, Rejection, Terms,
    },
    calendar::TradingCalendar,
    money::{Money, Nav, ShareRounding, Shares},
    orders::{Cause, Serial},
    payment::Receipt,
    time::Timestamp,
};
use fundflow_kernel::clock::{Clock as _, ManualClock};
use fundflow_sagas::ports::{
    bank::{Charge, ChargeAnswer, PaymentChannel, Payout, PayoutAnswer, Refund, RefundAnswer},
    registrar::{Application, ApplicationAnswer, Registrar},
};

/// The price of the target.
pub(crate) const NAV: &str = "1.25";

/// How they treat a purchase, by its amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// 1,000 yuan: all goes well.
    Well,
    /// 2,000: the bank declines.
    Declined,
    /// 3,000: the registrar rejects the money-fund order.
    Rejected,
    /// 4,000: the registrar confirms half of the money-fund order.
    Half,
    /// 5,000: the bank never knows.
    Silent,
    /// 6,000: the registrar confirms a hundred times the shares of the target.
    Wrong,
    /// 7,000: a fen less buys the target than the money fund's shares were worth.
    Short,
}

impl Manner {
    pub(crate) const fn amount(self) -> &'static str {
        match self {
            Manner::Well => "1000",
            Manner::Declined => "2000",
            Manner::Rejected => "3000",
            Manner::Half => "4000",
            Manner::Silent => "5000",
            Manner::Wrong => "6000",
            Manner::Short => "7000",
        }
    }

    fn of(yuan: Money) -> Self {
        let bad = [Self::Declined, Self::Rejected, Self::Half, Self::Silent];
        let mut all = bad.into_iter().chain([Self::Wrong, Self::Short]);
        let asked = |manner: &Self| manner.amount().parse::<Money>().unwrap() == yuan;
        all.find(asked).unwrap_or(Self::Well)
    }
}

#[derive(Debug)]
pub(crate) struct Outside(pub(crate) ManualClock);

impl Outside {
    fn stands(&self, terms: &Terms) -> ApplicationAnswer {
        if self.0.now() < confirmed_from(terms) {
            return ApplicationAnswer::Accepted(serial(&format!("A-{}", terms.no)));
        }
        match manner(terms) {
            // A conversion falls with its purchase.
            Manner::Rejected => {
                ApplicationAnswer::Rejected(Rejection::of(Cause::new("0002", "the fund is full")))
            }
            manner => ApplicationAnswer::Confirmed(Box::new(confirmation(terms, manner))),
        }
    }
}

impl PaymentChannel for Outside {
    async fn charge(&self, charge: Charge) -> ChargeAnswer {
        PaymentChannel::query(self, charge).await
    }

    async fn query(&self, charge: Charge) -> ChargeAnswer {
        match Manner::of(charge.amount.into()) {
            Manner::Declined => ChargeAnswer::Declined(Cause::new("0051", "too little money")),
            Manner::Silent => ChargeAnswer::Unknown(Cause::new("timeout", "no answer in time")),
            Manner::Well | Manner::Rejected | Manner::Half | Manner::Wrong | Manner::Short => {
                ChargeAnswer::Paid(Receipt {
                    serial: serial(&format!("P-{}", charge.no)),
                    no: charge.no,
                    amount: charge.amount.into(),
                    paid_at: self.0.now(),
                })
            }
        }
    }

    async fn refund(&self, refund: Refund) -> RefundAnswer {
        RefundAnswer::Refunded(serial(&format!("B-{}", refund.no)))
    }

    async fn query_refund(&self, _: Refund) -> RefundAnswer {
        RefundAnswer::NotFound
    }

    async fn query_payout(&self, _: Payout) -> PayoutAnswer {
        PayoutAnswer::NotFound
    }
}

impl Registrar for Outside {
    async fn submit(&self, application: Application) -> ApplicationAnswer {
        self.stands(&application.terms)
    }

    async fn query(&self, application: Application) -> ApplicationAnswer {
        self.stands(&application.terms)
    }
}

fn serial(text: &str) -> Serial {
    text.parse().unwrap()
}

/// The investor's name is that of the manner, so that a conversion is known by its order, too.
fn manner(terms: &Terms) -> Manner {
    let amount = terms.investor.as_str().trim_start_matches("i-");
    Manner::of(amount.parse().unwrap())
}

fn confirmed_from(terms: &Terms) -> Timestamp {
    let day = TradingCalendar::xshg().unwrap().plus(terms.trade_date, 1).unwrap();
    Timestamp::shanghai(day.date(), "09:00:00".parse().unwrap())
}

fn confirmation(terms: &Terms, manner: Manner) -> Confirmation {
    let next = TradingCalendar::xshg().unwrap().plus(terms.trade_date, 1).unwrap().date();
    let outcome = match &terms.ask {
        Ask::Purchase { amount, .. } => {
            let half = || "2000".parse::<Money>().unwrap();
            let amount = if manner == Manner::Half { half() } else { (*amount).into() };
            let refund = if manner == Manner::Half { half() } else { Money::ZERO };
            let shares = amount.shares_at(Nav::ONE, ShareRounding::HalfUp).unwrap();
            let (fee, nav) = (Money::ZERO, Nav::ONE);
            Outcome::Purchase(PurchaseConfirmed { amount, fee, refund, nav, shares })
        }
        Ask::Conversion { shares, .. } => {
            let shares = if manner == Manner::Half { "2000".parse().unwrap() } else { *shares };
            Outcome::Conversion(converted(shares, manner))
        }
        other => panic!("nobody asks for {other:?}"),
    };
    let serial = serial(&format!("C-{}", terms.no));
    Confirmation {
        serial,
        confirmed_on: next,
        registered_on: next,
        finished: true,
        outcome,
        misnamed: vec![],
    }
}

fn converted(shares_out: Shares, manner: Manner) -> ConversionConfirmed {
    let nav_in: Nav = NAV.parse().unwrap();
    let worth = shares_out.value_half_up(Nav::ONE).unwrap();
    let fen = if manner == Manner::Short { "0.01" } else { "0.00" }.parse().unwrap();
    let net_in = worth.minus(fen).unwrap();
    let due = net_in.shares_at(nav_in, ShareRounding::HalfUp).unwrap();
    ConversionConfirmed {
        shares_out,
        nav_out: Nav::ONE,
        redemption_fee: Money::ZERO,
        back_end_fee: Money::ZERO,
        topup_fee: Money::ZERO,
        net_in,
        nav_in,
        shares_in: if manner == Manner::Wrong { "480000".parse().unwrap() } else { due },
        income: "0".parse().unwrap(),
        lots: vec![],
    }
}
