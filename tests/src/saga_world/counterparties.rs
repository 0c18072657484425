//! A payment channel and a registrar that do what a script says and keep count of it.
//!
//! Each acts once per idempotency key and answers the same for ever; the only things that the
//! script decides are what the first call leads to and what the day's batch makes of it.

use crate::{
    orders::{bought, confirmation, converted_numbers},
    worlds::{cause, day, instant, money, shares},
};
use fundflow_application::counterparty::{
    Application, ApplicationAnswer, Charge, ChargeAnswer, Refund, RefundAnswer,
};
use fundflow_domain::{
    fund_order::{Ask, Outcome, Payment, PurchaseConfirmed},
    ids::{Leg, PaymentNo},
    money::{Money, Nav, Shares},
    time::Timestamp,
};
use std::collections::BTreeMap;

/// What the channel does with the charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pay {
    /// Takes the money at once.
    Pays,
    /// Takes nothing.
    Declines,
    /// Takes one fen less than it was told.
    PaysLess,
    /// Takes the money half a second after the cut-off of T.
    PaysLate,
    /// Takes the money, and then once more.
    PaysTwice,
}

/// What the registrar does with an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Take {
    /// Refuses it at the front.
    Refuses,
    /// Accepts it and confirms it in full.
    Confirms,
    /// Accepts it and confirms six tenths.
    Partly,
    /// Accepts it and rejects it in the batch.
    Rejects,
}

/// The whole play.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Script {
    /// The charge.
    pub pay: Pay,
    /// The money-fund purchase.
    pub buy: Take,
    /// The conversion. A registrar rejects it with its purchase, unless it `breaks`.
    pub convert: Take,
    /// Confirms a conversion although it rejected its purchase: what must never be.
    pub breaks: bool,
}

/// Money between the investor's account and the settlement account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Channel {
    charges: BTreeMap<PaymentNo, ChargeAnswered>,
    debits: Vec<(PaymentNo, Money)>,
    refunds: BTreeMap<PaymentNo, Money>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum ChargeAnswered {
    Paid { serial: &'static str, amount: Money, at: Timestamp },
    Declined,
}

impl Channel {
    /// Acts on a charge, once per number. Answers also what its day file says when it took the money
    /// twice: both debits.
    pub fn charge(&mut self, script: Pay, charge: &Charge) -> (ChargeAnswer, Vec<ChargeAnswer>) {
        let no = &charge.no;
        if self.charges.contains_key(no) {
            return (self.query(no), vec![]);
        }
        let in_time = instant("2026-02-13T10:00:05+08:00");
        let late = instant("2026-02-13T15:00:00.5+08:00");
        let gross = Money::from(charge.amount);
        let less = gross.minus(money("0.01")).unwrap_or_default();
        let taken = |amount, at| ChargeAnswered::Paid { serial: "CH-1", amount, at };
        let answered = match script {
            Pay::Pays | Pay::PaysTwice => taken(gross, in_time),
            Pay::PaysLess => taken(less, in_time),
            Pay::PaysLate => taken(gross, late),
            Pay::Declines => ChargeAnswered::Declined,
        };
        if let ChargeAnswered::Paid { amount, .. } = &answered {
            self.debits.push((no.clone(), *amount));
        }
        self.charges.insert(no.clone(), answered);
        if script != Pay::PaysTwice {
            return (self.query(no), vec![]);
        }
        self.debits.push((no.clone(), gross));
        (self.query(no), vec![self.query(no), paid(no, "CH-2", gross, in_time)])
    }

    /// How the charge stands.
    pub fn query(&self, no: &PaymentNo) -> ChargeAnswer {
        match self.charges.get(no) {
            None => ChargeAnswer::NotFound,
            Some(ChargeAnswered::Declined) => {
                ChargeAnswer::Declined(cause("51", "not enough money on the account"))
            }
            Some(ChargeAnswered::Paid { serial, amount, at }) => paid(no, serial, *amount, *at),
        }
    }

    /// Sends money back, once per number.
    ///
    /// # Panics
    /// If the same number asks for another amount.
    pub fn refund(&mut self, refund: &Refund) -> RefundAnswer {
        let sent = self.refunds.entry(refund.no.clone()).or_insert(refund.amount);
        assert_eq!(*sent, refund.amount, "a refund number names one refund");
        RefundAnswer::Refunded(format!("R-{}", refund.no).into())
    }

    /// All that was ever taken.
    pub fn taken(&self) -> Money {
        sum(self.debits.iter().map(|(_, amount)| *amount))
    }

    /// All that was ever sent back.
    pub fn returned(&self) -> Money {
        sum(self.refunds.values().copied())
    }

    /// Under how many numbers money was asked for.
    pub fn numbers(&self) -> usize {
        self.charges.len()
    }
}

fn paid(no: &PaymentNo, serial: &str, amount: Money, paid_at: Timestamp) -> ChargeAnswer {
    ChargeAnswer::Paid(Payment { no: no.clone(), serial: serial.into(), amount, paid_at })
}

/// Adds up.
///
/// # Panics
/// If the sum leaves the range of money.
pub fn sum(parts: impl Iterator<Item = Money>) -> Money {
    parts.fold(Money::ZERO, |sum, part| sum.plus(part).expect("a sum of money"))
}

/// The register of shares.
#[derive(Debug, Clone, Default)]
pub struct Registrar {
    applications: BTreeMap<Leg, Standing>,
}

#[derive(Debug, Clone)]
enum Standing {
    Accepted(Ask),
    Told(ApplicationAnswer),
}

impl Registrar {
    /// Takes an application, once per leg.
    pub fn submit(&mut self, script: Script, leg: Leg, taken: &Application) -> ApplicationAnswer {
        let script = match leg {
            Leg::MoneyFund => script.buy,
            Leg::Conversion => script.convert,
        };
        self.applications.entry(leg).or_insert_with(|| match script {
            Take::Refuses => Standing::Told(rejected()),
            Take::Confirms | Take::Partly | Take::Rejects => Standing::Accepted(taken.ask.clone()),
        });
        self.query(leg)
    }

    /// How that leg's application stands.
    pub fn query(&self, leg: Leg) -> ApplicationAnswer {
        match self.applications.get(&leg) {
            None => ApplicationAnswer::NotFound,
            Some(Standing::Accepted(_)) => ApplicationAnswer::Accepted(serial(leg).into()),
            Some(Standing::Told(answer)) => answer.clone(),
        }
    }

    /// Whether the next batch has anything to do.
    pub fn has_work(&self) -> bool {
        self.applications.values().any(|standing| matches!(standing, Standing::Accepted(_)))
    }

    /// Processes what was accepted. Answers the file's records, the purchase first.
    pub fn batch(&mut self, script: Script) -> Vec<(Leg, ApplicationAnswer)> {
        let mut records = Vec::new();
        for leg in [Leg::MoneyFund, Leg::Conversion] {
            let Some(Standing::Accepted(ask)) = self.applications.get(&leg) else { continue };
            let answer = match (leg, ask) {
                (Leg::MoneyFund, _) => buy(script.buy),
                (Leg::Conversion, Ask::Conversion { shares, .. }) => self.convert(script, *shares),
                (Leg::Conversion, Ask::Purchase { .. }) => panic!("a conversion of money"),
            };
            self.applications.insert(leg, Standing::Told(answer.clone()));
            records.push((leg, answer));
        }
        records
    }

    fn convert(&self, script: Script, asked: Shares) -> ApplicationAnswer {
        let registered = self.registered();
        let available = if script.breaks { asked } else { registered.min(asked) };
        match script.convert {
            Take::Refuses | Take::Rejects => rejected(),
            Take::Confirms | Take::Partly if available.is_zero() => rejected(),
            Take::Confirms => converted(available),
            Take::Partly => converted(shares("3600.00").min(available)),
        }
    }

    /// Per leg: unknown, accepted, or told.
    pub fn standings(&self) -> [u8; 2] {
        [Leg::MoneyFund, Leg::Conversion].map(|leg| match self.applications.get(&leg) {
            None => 0,
            Some(Standing::Accepted(_)) => 1,
            Some(Standing::Told(_)) => 2,
        })
    }

    /// Money-fund shares that it confirmed.
    pub fn registered(&self) -> Shares {
        self.numbers(|outcome| match outcome {
            Outcome::Purchase(told) => Some(told.shares),
            Outcome::Conversion(_) => None,
        })
    }

    /// Money-fund shares that it converted away.
    pub fn converted(&self) -> Shares {
        self.numbers(|outcome| match outcome {
            Outcome::Purchase(_) => None,
            Outcome::Conversion(told) => Some(told.shares_out),
        })
    }

    fn numbers(&self, of: impl Fn(&Outcome) -> Option<Shares>) -> Shares {
        let told = self.applications.values().find_map(|standing| match standing {
            Standing::Told(ApplicationAnswer::Confirmed(told)) => of(&told.outcome),
            Standing::Told(_) | Standing::Accepted(_) => None,
        });
        told.unwrap_or_default()
    }
}

const fn serial(leg: Leg) -> &'static str {
    match leg {
        Leg::MoneyFund => "TA-1",
        Leg::Conversion => "TA-2",
    }
}

fn rejected() -> ApplicationAnswer {
    ApplicationAnswer::Rejected(cause("0009", "the fund is closed"))
}

fn buy(script: Take) -> ApplicationAnswer {
    let told = |yuan, refund| {
        let told = bought(yuan, refund);
        ApplicationAnswer::Confirmed(Box::new(told))
    };
    match script {
        Take::Confirms => told("10000.00", "0.00"),
        Take::Partly => told("6000.00", "4000.00"),
        Take::Refuses | Take::Rejects => rejected(),
    }
}

fn converted(out: Shares) -> ApplicationAnswer {
    let numbers = converted_numbers(&out.to_string());
    let mut told = confirmation("TA-2", Outcome::Conversion(numbers));
    // The next day's batch for a conversion that was placed on the day of the confirmation.
    told.confirmed_on = day("2026-02-25").date();
    ApplicationAnswer::Confirmed(Box::new(told))
}

/// A registrar's numbers for a purchase, for tests that need wrong ones.
pub fn purchase_numbers(gross: &str, refund: &str, registered: &str) -> ApplicationAnswer {
    let numbers = PurchaseConfirmed {
        amount: money(gross),
        fee: Money::ZERO,
        refund: money(refund),
        nav: Nav::ONE,
        shares: shares(registered),
    };
    ApplicationAnswer::Confirmed(Box::new(confirmation("TA-1", Outcome::Purchase(numbers))))
}
