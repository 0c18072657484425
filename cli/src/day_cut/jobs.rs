//! Whoever does the jobs of day-cuts on a store of this command: the library's, on the house and the folders of that
//! store, reconciled as `fundflow recon run --apply` does it.

use crate::{
    house::Terms,
    reading::{Failure, Place as Named},
    recon_command::run::of_running,
};
use chrono::NaiveDate;
use fundflow_closing::{Jobs, Place, Reconciled, Reconciles, Reconciling};
use fundflow_domain::orders::Cause;
use fundflow_infrastructure::sqlite::SqliteStore;
use fundflow_kernel::store::EventStore;
use fundflow_reconciliation::coverage::Covered;
use fundflow_sagas::house::House;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::{runtime::Handle, task::spawn_blocking};

/// Those below the directory of a store.
pub(crate) fn place(base: &Path, terms: &Terms, house: House) -> Result<Place, Failure> {
    let registrars = terms.registrars()?.into();
    Ok(Place { base: base.to_owned(), house, registrars, funds: terms.funds().collect() })
}

/// The jobs on that store; `on_disk`: the same one, where its streams can be listed and its log has a tree.
pub(crate) fn jobs<S: EventStore>(
    store: Arc<S>,
    on_disk: Option<Arc<SqliteStore>>,
    place: Place,
) -> Jobs<S> {
    let base = place.base.clone();
    let jobs = Jobs::of(store, on_disk.clone(), place);
    match on_disk {
        Some(store) => jobs.reconciled_by(Arc::new(ByCommand { store, base })),
        None => jobs,
    }
}

/// The reconciliation of this command, beside an engine on the same store.
struct ByCommand {
    store: Arc<SqliteStore>,
    base: PathBuf,
}

impl Reconciles for ByCommand {
    fn reconcile(&self, t: NaiveDate) -> Reconciling<'_> {
        let (store, base) = (self.store.clone(), self.base.clone());
        Box::pin(async move {
            let runtime = Handle::current();
            // Tables of its own are read while it waits for the store: no task may be moved to another thread then.
            let found = spawn_blocking(move || {
                let place = Named { store: &base, folder: None };
                runtime.block_on(of_running(&store, place, t))
            });
            let found = found.await.map_err(|error| failed(&error.to_string()))?;
            let found = found.map_err(|failure| failed(&failure.to_string()))?;
            let whole = found.coverage.whole();
            let lacks = found.coverage.sources.iter().filter_map(|(source, both)| {
                let loose = |it: Covered| it.all.saturating_sub(it.joined + it.by_case);
                let (records, events) = (loose(both.records), loose(both.events));
                let is_loose = records + events > 0;
                let loose = || format!("{source}: {records} records and {events} events are loose");
                let absent = || format!("{source}: a file is missing");
                if both.absent { Some(absent()) } else { is_loose.then(loose) }
            });
            Ok(Reconciled {
                records: whole.records.all,
                events: whole.events.all,
                is_complete: found.coverage.is_complete(),
                lacks: lacks.collect(),
            })
        })
    }
}

fn failed(what: &str) -> Cause {
    Cause::new("not_reconciled", what)
}
