//! How a person's word becomes a command of each shipped saga.

use crate::registry::Word;
use fundflow_sagas::discount_purchase;

pub(crate) fn discount_purchase(word: Word) -> Option<discount_purchase::Command> {
    use discount_purchase::Command as C;
    Some(match word {
        Word::Cancel { at, scope } => C::Cancel { at, scope },
        Word::Date { at, reason } => C::Date { at, reason },
        Word::Redirect { account, own_name, reason } => C::Redirect { account, own_name, reason },
        Word::CloseCase { case, closing } => C::CloseCase { case, closing },
    })
}
