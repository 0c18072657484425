//! What a row of `orders.csv` asks for, by its `kind`.
//!
//! ```text
//! kind                            needs                                    may have
//! discount_purchase               investor wallet_fund target_fund amount  mode only_today warning_confirmed
//! recharge purchase subscription  investor fund amount                     account only_today warning_confirmed
//! withdraw                        investor fund                            shares on_huge account
//! fast_withdraw                   investor fund                            shares account
//! redemption                      investor fund                            shares lots on_huge account
//! conversion                      investor fund target_fund                shares lots on_huge (cancel only)
//! plan                            investor fund amount frequency start     see the module of plans
//! plan_change                     of                                       amount account frequency start
//! plan_pause plan_resume plan_end of
//! income                          fund day per_10_000                      publication
//! cancel                          of                                       scope
//! ```
//!
//! Whatever has an investor may name a distributor.
//!
//! 1. A column that a kind does not use must be empty: what stands there would be lost.
//! 2. Without shares, all of them are meant.

use super::{
    Investor, incomes,
    lots::{LOT, lots_of},
    orders::Known,
    plans::{self, PlanWord},
    table::{Fields, Row, Table},
};
use fundflow_domain::{
    application::{Designated, OnHuge},
    ids::{AccountRef, FundCode, InvestorId, TransactionId, VersionTag},
    modes::ConversionMode,
    money::{Amount, Shares},
    money_fund::Publication,
    plan::Terms as PlanTerms,
    suitability::SuitabilityRules,
    time::Timestamp,
};
use std::collections::BTreeMap;

pub(super) const AMOUNT: &str =
    "yuan: 0.01 to 99999999999999.99, at most 2 decimals, no exponent and no separators";
const SHARES: &str =
    "shares: 0.01 to 99999999999999.99, at most 2 decimals, or nothing for all of them";
const MODES: &str = "linked_same_day, next_day, redeem_to_purchase, held or nothing";
const KINDS: &str = "discount_purchase, recharge, withdraw, fast_withdraw, purchase, subscription, \
                     redemption, conversion, plan, plan_change, plan_pause, plan_resume, plan_end, \
                     income or cancel";
const ACCOUNT: &str = "1 to 40 of A-Z a-z 0-9 . _ -, or nothing for the investor's account";

/// Business of the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Money-market shares that become shares of another fund.
    DiscountPurchase(DiscountPurchase),
    /// Money into the wallet.
    Recharge(Buying),
    /// Wallet shares into money, on the day that the fund pays.
    Withdraw(Leaving),
    /// Wallet shares into money at once.
    FastWithdraw(Leaving),
    /// Shares of a fund.
    Purchase(Buying),
    /// Shares of a fund that is being raised.
    Subscription(Buying),
    /// Shares of a fund into money.
    Redemption(Leaving),
    /// Shares of a fund into those of another one.
    Conversion(Leaving, FundCode),
    /// A regular plan.
    Plan(Box<PlanTerms>),
    /// Something that an investor says to a plan.
    PlanWord {
        /// The plan's transaction.
        of: TransactionId,
        /// The investor's word on the plan.
        word: PlanWord,
    },
    /// The income of a natural day, for every wallet of a money fund.
    Income(Publication),
    /// An earlier order is taken back.
    Cancel {
        /// The transaction of the row that it takes back, in this folder or an earlier one.
        of: TransactionId,
        /// Part that is to be taken back.
        scope: CancelScope,
    },
}

/// A discount purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscountPurchase {
    /// Pays, and owns the shares.
    pub investor: InvestorId,
    /// The money-market fund.
    pub wallet_fund: FundCode,
    /// The fund that is wanted.
    pub target_fund: FundCode,
    /// Gross, in yuan.
    pub amount: Amount,
    /// Which way to convert; none: the engine's choice.
    pub mode: Option<ConversionMode>,
    /// Rather send the money back than move to a later T.
    pub only_today: bool,
    /// The risk warning that was confirmed.
    pub warning_confirmed: Option<VersionTag>,
}

/// Money that buys shares of one fund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buying {
    /// Pays, and owns the shares.
    pub investor: InvestorId,
    /// The fund that is wanted.
    pub fund: FundCode,
    /// Gross, in yuan.
    pub amount: Amount,
    /// Another account than the investor's usual one.
    pub account: Option<AccountRef>,
    /// Rather send the money back than move to a later T.
    pub only_today: bool,
    /// The risk warning that was confirmed.
    pub warning_confirmed: Option<VersionTag>,
}

/// Shares that leave a fund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaving {
    /// The investor who owns the shares.
    pub investor: InvestorId,
    /// The fund that is left.
    pub fund: FundCode,
    /// How many; none: all of them.
    pub shares: Option<Shares>,
    /// The lot that the investor chose; empty: in the fund's sequence.
    pub lots: Vec<Designated>,
    /// What becomes of a rest that a huge redemption leaves.
    pub on_huge: OnHuge,
    /// Another account than the investor's usual one.
    pub account: Option<AccountRef>,
}

/// How much of an order is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CancelScope {
    /// The whole purchase.
    #[default]
    All,
    /// Only the conversion; the money stays in the wallet.
    Conversion,
}

/// Reads the columns of one row, for whatever kind it is.
pub(super) struct Reader<'a> {
    pub(super) fields: Fields<'a>,
    pub(super) known: &'a Known<'a>,
    pub(super) investors: &'a BTreeMap<InvestorId, Investor>,
    listed: String,
}

const ANY: [&str; 3] = ["transaction", "time", "kind"];
impl<'a> Reader<'a> {
    pub(super) fn of(
        table: &'a Table,
        row: &'a Row,
        known: &'a Known<'a>,
        investors: &'a BTreeMap<InvestorId, Investor>,
    ) -> Self {
        let listed = super::funds_listed_on(known.catalogue, known.trade_date);
        Self { fields: Fields::of(table, row), known, investors, listed }
    }

    /// What the row asks for, under that name at that instant; a file without the column has discount
    /// purchases only.
    pub(super) fn kind(
        &mut self,
        asked: (Option<&TransactionId>, Option<Timestamp>),
    ) -> Option<Kind> {
        let named = self.fields.text("kind");
        match named {
            "" | "discount_purchase" => self.discount_purchase().map(Kind::DiscountPurchase),
            "recharge" => self.buying(named).map(Kind::Recharge),
            "purchase" => self.buying(named).map(Kind::Purchase),
            "subscription" => self.buying(named).map(Kind::Subscription),
            "withdraw" => {
                self.leaving(named, &["shares", "on_huge", "account"]).map(Kind::Withdraw)
            }
            "fast_withdraw" => self.leaving(named, &["shares", "account"]).map(Kind::FastWithdraw),
            "redemption" => {
                self.leaving(named, &["shares", "lots", "on_huge", "account"]).map(Kind::Redemption)
            }
            "conversion" => {
                let used = ["target_fund", "shares", "lots", "on_huge"];
                let (out, target) = (self.leaving(named, &used), self.fund("target_fund"));
                Some(Kind::Conversion(out?, target?))
            }
            "plan" => plans::terms(self).map(|terms| Kind::Plan(Box::new(terms))),
            "plan_change" | "plan_pause" | "plan_resume" | "plan_end" => {
                plans::word(self, named, asked.1)
            }
            incomes::INCOME => incomes::income(self, asked).map(Kind::Income),
            "cancel" => self.cancel(),
            _ => {
                self.fields.note("kind", format!("write {KINDS}"));
                None
            }
        }
    }

    fn discount_purchase(&mut self) -> Option<DiscountPurchase> {
        let may = ["mode", "only_today", "warning_confirmed"];
        let needs = ["investor", "wallet_fund", "target_fund", "amount"];
        self.only(self.fields.text("kind"), &[&needs, &may[..]].concat());
        let investor = self.investor();
        let (wallet_fund, target_fund) = (self.fund("wallet_fund"), self.fund("target_fund"));
        let amount = self.amount();
        let mode = self.fields.optional("mode", MODES, mode_of);
        let only_today = self.fields.flag("only_today", false);
        let warning_confirmed = self.warning();
        Some(DiscountPurchase {
            investor: investor?,
            wallet_fund: wallet_fund?,
            target_fund: target_fund?,
            amount: amount?,
            mode,
            only_today: only_today?,
            warning_confirmed,
        })
    }

    fn buying(&mut self, kind: &str) -> Option<Buying> {
        let used = ["investor", "fund", "amount", "account", "only_today", "warning_confirmed"];
        self.only(kind, &used);
        let (investor, fund, amount) = (self.investor(), self.fund("fund"), self.amount());
        let account = self.account();
        let only_today = self.fields.flag("only_today", false);
        let warning_confirmed = self.warning();
        Some(Buying {
            investor: investor?,
            fund: fund?,
            amount: amount?,
            account,
            only_today: only_today?,
            warning_confirmed,
        })
    }

    fn leaving(&mut self, kind: &str, may: &[&str]) -> Option<Leaving> {
        self.only(kind, &[&["investor", "fund"], may].concat());
        let (investor, fund) = (self.investor(), self.fund("fund"));
        let some = |text: &str| text.parse().ok().filter(|shares: &Shares| !shares.is_zero());
        let shares = self.fields.figure_if_any("shares", SHARES, some);
        // What stands in a column that the kind does not use is noted already.
        let uses = |column| may.contains(&column);
        let lots =
            if uses("lots") { self.fields.figure("lots", LOT, lots_of) } else { Some(Vec::new()) };
        let on_huge = if uses("on_huge") { self.on_huge(kind) } else { Some(OnHuge::CarryOver) };
        let account = self.account();
        Some(Leaving {
            investor: investor?,
            fund: fund?,
            shares,
            lots: lots?,
            on_huge: on_huge?,
            account,
        })
    }

    /// A registrar carries no conversion over. Nothing has one name for every kind, by which a row that was refused
    /// stays known.
    fn on_huge(&mut self, kind: &str) -> Option<OnHuge> {
        let (allowed, carries) = match kind {
            "conversion" => {
                ("cancel or nothing, since the rest of a conversion is always cancelled", false)
            }
            _ => ("carry_over, cancel or nothing", true),
        };
        self.fields.parse("on_huge", allowed, |text| match text {
            "" => Some(OnHuge::CarryOver),
            "carry_over" if carries => Some(OnHuge::CarryOver),
            "cancel" => Some(OnHuge::Cancel),
            _ => None,
        })
    }

    fn cancel(&mut self) -> Option<Kind> {
        self.only("cancel", &["of", "scope"]);
        let of =
            self.fields.parse("of", "the transaction that is taken back", |text| text.parse().ok());
        let scope = self.fields.parse("scope", "all, conversion or nothing", |text| match text {
            "" | "all" => Some(CancelScope::All),
            "conversion" => Some(CancelScope::Conversion),
            _ => None,
        });
        Some(Kind::Cancel { of: of?, scope: scope? })
    }

    /// Notes every column with something in it that a kind does not use; what has an investor may name a distributor.
    pub(super) fn only(&mut self, kind: &str, used: &[&str]) {
        let kind = if kind.is_empty() { "discount_purchase" } else { kind };
        for column in super::orders::OF_KINDS.optional {
            let through = *column == "distributor" && used.contains(&"investor");
            let free = ANY.contains(column) || *column == "note" || used.contains(column);
            let free = free || through;
            if !free && !self.fields.text(column).is_empty() {
                let a = if kind == incomes::INCOME { "an" } else { "a" };
                self.fields.note(column, format!("{a} {kind} does not use it; leave it empty"));
            }
        }
    }

    pub(super) fn investor(&mut self) -> Option<InvestorId> {
        let investors = self.investors;
        self.fields.parse("investor", "an investor of investors.csv", |text| {
            text.parse().ok().filter(|id| investors.contains_key(id))
        })
    }

    pub(super) fn fund(&mut self, column: &str) -> Option<FundCode> {
        let (known, listed) = (self.known, self.listed.clone());
        self.fields.parse(column, &listed, |text| {
            let is_listed = |code: &_| super::is_listed(known.catalogue, *code, known.trade_date);
            text.parse().ok().filter(is_listed)
        })
    }

    pub(super) fn amount(&mut self) -> Option<Amount> {
        self.fields.figure("amount", AMOUNT, |text| text.parse().ok())
    }

    pub(super) fn account(&mut self) -> Option<AccountRef> {
        if self.fields.text("account").is_empty() {
            None
        } else {
            self.fields.token("account", ACCOUNT)
        }
    }

    fn warning(&mut self) -> Option<VersionTag> {
        let warning = SuitabilityRules::standard().warning;
        let tag = format!("{warning}, or nothing");
        let current = |tag: &VersionTag| *tag == warning;
        self.fields.optional("warning_confirmed", &tag, |text| text.parse().ok().filter(current))
    }
}

fn mode_of(text: &str) -> Option<ConversionMode> {
    match text {
        "held" => Some(ConversionMode::Held),
        "linked_same_day" => Some(ConversionMode::LinkedSameDay),
        "next_day" => Some(ConversionMode::NextDay),
        "redeem_to_purchase" => Some(ConversionMode::RedeemToPurchase),
        _ => None,
    }
}

impl Kind {
    /// As the column names it.
    pub const fn name(&self) -> &'static str {
        match self {
            Kind::DiscountPurchase(_) => "discount_purchase",
            Kind::Recharge(_) => "recharge",
            Kind::Withdraw(_) => "withdraw",
            Kind::FastWithdraw(_) => "fast_withdraw",
            Kind::Purchase(_) => "purchase",
            Kind::Subscription(_) => "subscription",
            Kind::Redemption(_) => "redemption",
            Kind::Conversion(..) => "conversion",
            Kind::Plan(_) => "plan",
            Kind::PlanWord { word, .. } => word.name(),
            Kind::Income(_) => incomes::INCOME,
            Kind::Cancel { .. } => "cancel",
        }
    }

    /// Whose order it is; `None` for a cancellation and a word to a plan, which are that one's, and for
    /// an income, which is everybody's.
    pub const fn investor(&self) -> Option<&InvestorId> {
        match self {
            Kind::DiscountPurchase(it) => Some(&it.investor),
            Kind::Recharge(it) | Kind::Purchase(it) | Kind::Subscription(it) => Some(&it.investor),
            Kind::Withdraw(it)
            | Kind::FastWithdraw(it)
            | Kind::Redemption(it)
            | Kind::Conversion(it, _) => Some(&it.investor),
            Kind::Plan(terms) => Some(&terms.investor),
            Kind::Income(_) | Kind::Cancel { .. } | Kind::PlanWord { .. } => None,
        }
    }
}
