//! Names that the house gives itself are nobody else's, whichever saga is asked for under them: what is to be
//! begun under such a name later would find it taken.

use super::Runner;
use crate::{
    message::{Input, SagaId, What},
    saga::NameForm,
};

impl Runner {
    /// Keeps names of those forms from callers.
    pub(super) fn reserve(&mut self, forms: &[NameForm]) {
        for form in forms {
            // Kinds of one business reserve the same.
            if self.reserved.iter().all(|known| known.of != form.of) {
                self.reserved.push(*form);
            }
        }
    }

    /// Refuses a first request whose name the house itself gives. Returns whether it did.
    pub(super) fn refuse_reserved(&mut self, input: &Input, saga: &SagaId) -> bool {
        let What::Request { request, .. } = &input.what else { return false };
        let Some(form) = NameForm::among(&self.reserved, &saga.transaction) else { return false };
        let refused = self.sagas.get(saga).and_then(|slot| slot.saga.reserved(request, form));
        let Some(reply) = refused else { return false };
        self.reply(input.ticket, reply);
        // Nothing was stored, so nothing that was read for the decision needs to stay.
        self.out.finished.push(saga.clone());
        true
    }
}
