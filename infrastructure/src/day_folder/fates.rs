//! What happens to one order of the day, whatever chance says: the tables `[override.TRANSACTION]` of
//! `scenario.toml`.
//!
//! | order | its fates |
//! |---|---|
//! | `discount_purchase` | `charge`, `refund`, `payout`, `buy`, `cancel`; `conversion`, or `redemption` and `target` |
//! | `recharge` | `charge`, `refund`, `buy`, `cancel` |
//! | `purchase`, `subscription`, what a `plan` begins | `charge`, `refund`, `payout`, `buy`, `cancel`; by way of a wallet those of a `discount_purchase` |
//! | `withdraw`, `redemption` | `redemption`, `payout`, `cancel` |
//! | `fast_withdraw` | `advance`, `transfer`, `redemption` |
//! | `conversion` | `conversion`, `cancel` |
//!
//! A date of a plan that an earlier folder opened is `PLAN.yyyymmdd`: only the store that it is played into knows
//! whether there is such a plan.
//!
//! What goes to a registrar has a fate in its batch too: `buy_confirmation` and the like. `delay_s` and
//! `part_per_mille` are for any of them.

use super::{Kind, Order, PlanWord, scenario::part_of};
use crate::{
    catalogue::section::{Report, Section},
    sandbox::scenario::Override,
};
use fundflow_domain::{
    ids::{PlanId, TransactionId},
    modes::ConversionMode,
};
use std::collections::BTreeMap;

/// With any of the fates.
const ANY: [&str; 2] = ["delay_s", "part_per_mille"];
const PURCHASE: [&str; 6] = ["charge", "refund", "payout", "buy", "buy_confirmation", "cancel"];
const LEAVING: [&str; 4] = ["redemption", "redemption_confirmation", "payout", "cancel"];
const CONVERTED: [&str; 2] = ["conversion", "conversion_confirmation"];
const REDEEMED: [&str; 4] =
    ["redemption", "redemption_confirmation", "target", "target_confirmation"];

/// What an order is, and its fates.
type Fates = (&'static str, Vec<&'static str>);

pub(super) fn overrides(
    root: &mut Section<'_>,
    orders: Option<&[Order]>,
    report: &mut Report,
) -> BTreeMap<TransactionId, Override> {
    let mut good = BTreeMap::new();
    for (name, mut section) in root.named("override", report) {
        let before = report.found();
        let fates = read(&mut section, report);
        let transaction = match whose(name, orders) {
            Ok((transaction, known)) => {
                if let Some(known) = known {
                    unused(&section, &known, report);
                }
                Some(transaction)
            }
            Err(problem) => {
                report.note(&format!("override.{name}"), name, problem);
                None
            }
        };
        section.close(report);
        good.extend(transaction.filter(|_| report.found() == before).map(|it| (it, fates)));
    }
    good
}

fn read(of: &mut Section<'_>, report: &mut Report) -> Override {
    let part = of.value("part_per_mille", "1 to 999", report);
    Override {
        charge: of.word("charge", report),
        refund: of.word("refund", report),
        payout: of.word("payout", report),
        advance: of.word("advance", report),
        buy: of.word("buy", report),
        buy_confirmation: of.word("buy_confirmation", report),
        conversion: of.word("conversion", report),
        conversion_confirmation: of.word("conversion_confirmation", report),
        redemption: of.word("redemption", report),
        redemption_confirmation: of.word("redemption_confirmation", report),
        target: of.word("target", report),
        target_confirmation: of.word("target_confirmation", report),
        transfer: of.word("transfer", report),
        transfer_confirmation: of.word("transfer_confirmation", report),
        cancel: of.word("cancel", report),
        delay_s: of.value("delay_s", "seconds: 0 to 4294967295", report),
        part_per_mille: part.and_then(|part| part_of(of, part, report)),
    }
}

/// The transaction of that name, and its fates as far as the orders are known. What a plan begins has
/// the plan's name and a date.
fn whose(name: &str, orders: Option<&[Order]>) -> Result<(TransactionId, Option<Fates>), String> {
    let Ok(transaction) = name.parse::<TransactionId>() else {
        return Err("is no transaction; write 1 to 64 of A-Z a-z 0-9 . _ -".to_owned());
    };
    let Some(orders) = orders else { return Ok((transaction, None)) };
    let named = |wanted: &str| orders.iter().find(|order| order.transaction.as_str() == wanted);
    if let Some(order) = named(name) {
        return Ok((transaction, Some((order.kind.name(), fates_of(&order.kind)))));
    }
    let nobodys = "no good row of orders.csv has this transaction; check its spelling";
    let occurrence = PlanId::of_occurrence(&transaction);
    let plan = occurrence.and_then(|(plan, date)| Some((&named(plan.as_str())?.kind, plan, date)));
    match plan {
        Some((Kind::Plan(terms), plan, date)) if terms.names(date) || moves(orders, &plan) => {
            let begins = match terms.wallet_fund {
                Some(_) => ("discount_purchase", by_way_of_wallet(&[&CONVERTED, &REDEEMED])),
                None => ("purchase", PURCHASE.to_vec()),
            };
            Ok((transaction, Some(begins)))
        }
        Some((Kind::Plan(_), plan, date)) => Err(format!("plan {plan} does not invest on {date}")),
        // An earlier folder may have opened the plan: the store knows it.
        None if PlanId::of_occurrence(&transaction).is_some() => {
            let any = ("date of a plan", by_way_of_wallet(&[&CONVERTED, &REDEEMED]));
            Ok((transaction, Some(any)))
        }
        Some(_) | None => Err(nobodys.to_owned()),
    }
}

/// Whether somebody gives the plan other dates than its own row.
fn moves(orders: &[Order], plan: &PlanId) -> bool {
    orders.iter().any(|order| match &order.kind {
        Kind::PlanWord { of, word: PlanWord::Change(changes, _) } => {
            of.as_str() == plan.as_str() && changes.frequency.is_some()
        }
        _ => false,
    })
}

/// A fate of a call that is never made would silently not happen.
fn unused(section: &Section<'_>, (kind, fates): &Fates, report: &mut Report) {
    for key in section.asked().iter().filter(|key| !ANY.contains(key) && !fates.contains(key)) {
        let Some(value) = section.raw(key) else { continue };
        let has = match fates.as_slice() {
            [] => "nobody is called for it; remove it".to_owned(),
            fates => format!("its fates are {}", fates.join(", ")),
        };
        report.note(&section.path(key), &value.to_string(), format!("is none of a {kind}: {has}"));
    }
}

fn by_way_of_wallet(out: &[&[&'static str]]) -> Vec<&'static str> {
    [&PURCHASE[..], &out.concat()].concat()
}

fn fates_of(kind: &Kind) -> Vec<&'static str> {
    match kind {
        Kind::DiscountPurchase(it) => {
            let out: &[&[&str]] = match it.mode {
                Some(ConversionMode::RedeemToPurchase) => &[&REDEEMED],
                Some(_) => &[&CONVERTED],
                None => &[&CONVERTED, &REDEEMED],
            };
            by_way_of_wallet(out)
        }
        Kind::Recharge(_) => PURCHASE.into_iter().filter(|fate| *fate != "payout").collect(),
        Kind::Purchase(_) | Kind::Subscription(_) => PURCHASE.to_vec(),
        Kind::Withdraw(_) | Kind::Redemption(_) => LEAVING.to_vec(),
        Kind::FastWithdraw(_) => {
            let transfer = ["advance", "transfer", "transfer_confirmation"];
            [&transfer[..], &["redemption", "redemption_confirmation"]].concat()
        }
        Kind::Conversion(..) => [&CONVERTED[..], &["cancel"]].concat(),
        Kind::Plan(_) | Kind::PlanWord { .. } | Kind::Income(_) | Kind::Cancel { .. } => Vec::new(),
    }
}
