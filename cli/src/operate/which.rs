//! Which sagas an order is about: those that are named, or all that are stuck at one row or for one reason.
//!
//! Who is stuck so may change from one minute to the next. So a choice only looks; its answer names the
//! sagas with their versions, and those are what is ordered.

use super::plan;
use crate::reading::{Failure, complain, one_of};
use clap::Args;
use fundflow_application::desk::{self, Page, SagaList, Standing};
use fundflow_domain::ids::{IdError, TransactionId};
use fundflow_infrastructure::sqlite::SqliteStore;
use std::{collections::BTreeSet, str::FromStr};

/// The sagas by name, or by what keeps them.
#[derive(Debug, Args)]
pub(super) struct WhichArgs {
    /// Transaction IDs; with @VERSION, as a look prints it, only if it has not moved since
    #[arg(
        value_name = "TX[@VERSION]",
        required_unless_present_any = ["at_row", "code"],
        conflicts_with_all = ["at_row", "code"]
    )]
    pub(super) targets: Vec<Target>,
    #[command(flatten)]
    pub(super) parked: ParkedArgs,
}

/// A saga, and how it was when somebody looked.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) transaction: TransactionId,
    pub(super) version: Option<u64>,
}

/// What keeps sagas that wait for an operator.
#[derive(Debug, Clone, Args)]
pub(crate) struct ParkedArgs {
    /// Only those that wait for an operator at this row, as in `pay`
    #[arg(id = "at_row", long = "parked-at", value_name = "ROW")]
    pub(crate) at: Option<String>,
    /// Only those that wait for an operator for this reason, by its code, as in `timeout`
    #[arg(long, value_name = "CODE")]
    pub(crate) code: Option<String>,
}

impl ParkedArgs {
    pub(super) const fn is_given(&self) -> bool {
        self.at.is_some() || self.code.is_some()
    }

    /// A row that no saga has is a slip. Nobody may wait at one that there is, and a counterparty may have codes
    /// of its own: then the list is empty, and a note says for what others wait.
    ///
    /// # Errors
    /// [`Failure::Typed`], with the rows that there are.
    pub(crate) fn check(&self, sagas: &desk::Registry, all: &SagaList) -> Result<(), Failure> {
        let parked = || all.rows().chain(all.foreign()).filter_map(|row| row.parked.as_ref());
        let waits_at: BTreeSet<&str> = parked().map(|it| &*it.row).collect();
        if let Some(wanted) = self.at.as_deref() {
            let rows: BTreeSet<&str> = sagas.kinds().flat_map(|kind| kind.places()).collect();
            if !rows.contains(wanted) && !waits_at.contains(wanted) {
                let known = one_of(if waits_at.is_empty() { &rows } else { &waits_at });
                return Err(Failure::Typed(format!("no saga here has a row {wanted:?}; {known}")));
            }
        }
        let codes: BTreeSet<&str> = parked().map(|it| &*it.cause.code).collect();
        if let Some(wanted) = self.code.as_deref().filter(|it| !codes.contains(it)) {
            let known =
                if codes.is_empty() { "nor for any other".to_owned() } else { one_of(&codes) };
            complain(&format!("nobody waits for an operator for the reason {wanted:?}; {known}\n"));
        }
        Ok(())
    }
}

/// Those that the order names, or those that are stuck as it says.
pub(super) async fn targets(
    desk: &plan::Desk<'_>,
    store: &SqliteStore,
) -> Result<Vec<Target>, Failure> {
    let Some(parked) = &desk.order.parked else { return Ok(desk.order.targets.clone()) };
    if desk.order.apply {
        let what =
            "with --apply name the sagas, as a look prints them: others may have got stuck since";
        return Err(Failure::Typed(what.to_owned()));
    }
    let mut all = SagaList::of(store, desk.sagas.desk.clone()).await?;
    parked.check(&desk.sagas.desk, &all)?;
    let filter = desk::Filter {
        kind: desk.order.kind.clone(),
        standing: Some(Standing::Parked),
        parked_at: parked.at.clone(),
        code: parked.code.clone(),
        ..desk::Filter::default()
    };
    let found = all.page(store, &filter, &Page::default()).await?;
    if found.rows.is_empty() {
        let what = "nobody waits for an operator so; `fundflow saga ls --stuck` lists who does";
        return Err(Failure::NotFound(what.to_owned()));
    }
    let target =
        |listed: desk::Listed| Target { transaction: listed.row.transaction, version: None };
    Ok(found.rows.into_iter().map(target).collect())
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (transaction, version) = versioned(text)?;
        Ok(Self { transaction, version })
    }
}

/// `NAME` or `NAME@VERSION`.
pub(crate) fn versioned<T: FromStr<Err = IdError>>(text: &str) -> Result<(T, Option<u64>), String> {
    let named = |text: &str| text.parse::<T>().map_err(|error| error.to_string());
    let Some((name, version)) = text.rsplit_once('@') else { return Ok((named(text)?, None)) };
    let version = fundflow_kernel::written::whole(version).ok_or_else(|| {
        format!("{version:?} is no version; take the whole number that a look prints")
    })?;
    Ok((named(name)?, Some(version)))
}
