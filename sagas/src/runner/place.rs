//! A request: decided once, and answered the same way for ever.

use super::{ActionError, Reply, Runner, decide::Voice, wallet_of};
use crate::{
    discount_purchase::{LINKED, table_for},
    step::Table,
};
use fundflow_domain::{
    admission::{self, Admission, admit},
    discount_purchase::{self as purchase, Request},
    ids::{FundCode, TransactionId, VersionTag, WalletId},
    modes::ConversionMode,
    time::Timestamp,
};
use fundflow_kernel::{envelope::Actor, loaded::DecideError};
use std::sync::Arc;

impl Runner {
    /// Decides the request. A repeat is answered from what is known, whatever the rules say today.
    pub(super) fn place(
        &mut self,
        transaction: &TransactionId,
        request: Box<Request>,
        mut admission: Result<Box<Admission>, FundCode>,
        trace_parent: Option<Arc<str>>,
        now: Timestamp,
    ) -> Reply {
        if let Ok(admission) = &mut admission {
            self.fill_in_use(admission);
        }
        let known = self.sagas.get(transaction).is_some_and(|saga| saga.known().is_some());
        let table = match &admission {
            // A repeat, or a refusal that needs no table.
            Ok(_) | Err(_) if known => tag(&LINKED),
            Err(_) => tag(&LINKED),
            Ok(admission) => match admit(admission) {
                Ok(admitted) => table_for(admitted.mode).and_then(tag),
                Err(_) => tag(&LINKED),
            },
        };
        let wallet = wallet_of(&request);
        let Some(table) = table else {
            // The rules admit a mode that is another saga's.
            self.refused(transaction, &wallet);
            return Reply::Refused(mode_not_run(request.mode).into());
        };
        let actor = Actor::Investor(request.investor.clone().into());
        let occurred_at = admission.as_ref().map_or(now, |admission| admission.at);
        let day = self.calendar.t_of(occurred_at).ok();
        let cause = "request";
        let voice = Voice { actor, cause, occurred_at, trace_parent, day };
        let command = purchase::Command::Place(request, admission, table);
        match self.decide_purchase(transaction, &command, &voice, now) {
            Ok(events) => {
                if events > 0 {
                    self.add_use(transaction);
                }
                self.placed(transaction)
            }
            Err(DecideError::Refused(refusal)) => {
                self.refused(transaction, &wallet);
                Reply::Refused(refusal)
            }
            Err(error) => self.defect(transaction, &error.to_string()),
        }
    }

    /// Nothing was stored, so nothing that was loaded for the decision needs to stay; unless the
    /// transaction ID is a known purchase's, which goes on as if nobody had asked.
    fn refused(&mut self, transaction: &TransactionId, wallet: &WalletId) {
        if self.sagas.get(transaction).is_some_and(|saga| saga.known().is_some()) {
            return;
        }
        self.out.finished.push(transaction.clone());
        if self.wallets.get(wallet).is_some_and(|cell| cell.open == 0) {
            self.wallets.remove(wallet);
        }
    }

    fn placed(&mut self, transaction: &TransactionId) -> Reply {
        let found = self.sagas.get(transaction).and_then(|saga| {
            let ending = saga.purchase.state.ending();
            Some(Reply::Placed { admitted: saga.known()?.admitted.clone(), ending })
        });
        found.unwrap_or_else(|| self.defect(transaction, "a placed purchase is not in memory"))
    }

    fn defect(&mut self, transaction: &TransactionId, what: &str) -> Reply {
        self.alert(transaction, format!("defect: {what}"));
        Reply::NotActed(ActionError::Defect(what.to_owned()))
    }
}

fn tag(table: &Table) -> Option<VersionTag> {
    VersionTag::new(table.version).ok()
}

fn mode_not_run(asked: Option<ConversionMode>) -> admission::Refusal {
    let possible = vec![ConversionMode::LinkedSameDay, ConversionMode::NextDay];
    admission::Refusal::ModeUnavailable { asked, possible }
}
