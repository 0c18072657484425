//! How a person's word becomes a command of each shipped saga; `None` where it takes no such word.

use crate::registry::Word;
use fundflow_sagas::{
    conversion, discount_purchase, fast_withdraw, parts::milestone::Scope, purchase, recharge,
    redemption, regular_plan, withdraw,
};

pub(crate) fn regular_plan(word: Word) -> Option<regular_plan::Command> {
    match word {
        Word::Plan(command) => Some(command),
        Word::Cancel { .. }
        | Word::Date { .. }
        | Word::Redirect { .. }
        | Word::CloseCase { .. } => None,
    }
}

pub(crate) fn discount_purchase(word: Word) -> Option<discount_purchase::Command> {
    use discount_purchase::Command as C;
    Some(match word {
        Word::Cancel { at, scope } => C::Cancel { at, scope },
        Word::Date { at, reason } => C::Date { at, reason },
        Word::Redirect { account, own_name, reason } => C::Redirect { account, own_name, reason },
        Word::CloseCase { case, closing } => C::CloseCase { case, closing },
        Word::Plan(_) => return None,
    })
}

pub(crate) fn recharge(word: Word) -> Option<recharge::Command> {
    use recharge::Command as C;
    Some(match word {
        Word::Cancel { at, scope: Scope::All } => C::Cancel { at },
        Word::Date { at, reason } => C::Date { at, reason },
        Word::Redirect { account, own_name, reason } => C::Redirect { account, own_name, reason },
        Word::CloseCase { case, closing } => C::CloseCase { case, closing },
        Word::Cancel { scope: Scope::Conversion, .. } | Word::Plan(_) => return None,
    })
}

pub(crate) fn withdraw(word: Word) -> Option<withdraw::Command> {
    use withdraw::Command as C;
    Some(match word {
        Word::Cancel { at, scope: Scope::All } => C::Cancel { at },
        Word::Redirect { account, own_name, reason } => C::Redirect { account, own_name, reason },
        Word::CloseCase { case, closing } => C::CloseCase { case, closing },
        Word::Cancel { scope: Scope::Conversion, .. } | Word::Date { .. } | Word::Plan(_) => {
            return None;
        }
    })
}

pub(crate) fn fast_withdraw(word: Word) -> Option<fast_withdraw::Command> {
    use fast_withdraw::Command as C;
    Some(match word {
        Word::Cancel { .. } => C::Cancel,
        Word::Redirect { account, own_name, reason } => C::Redirect { account, own_name, reason },
        Word::CloseCase { case, closing } => C::CloseCase { case, closing },
        Word::Date { .. } | Word::Plan(_) => return None,
    })
}

pub(crate) fn purchase(word: Word) -> Option<purchase::Command> {
    use purchase::Command as C;
    Some(match word {
        Word::Cancel { at, scope: Scope::All } => C::Cancel { at },
        Word::Date { at, reason } => C::Date { at, reason },
        Word::Redirect { account, own_name, reason } => C::Redirect { account, own_name, reason },
        Word::CloseCase { case, closing } => C::CloseCase { case, closing },
        Word::Cancel { scope: Scope::Conversion, .. } | Word::Plan(_) => return None,
    })
}

pub(crate) fn redemption(word: Word) -> Option<redemption::Command> {
    use redemption::Command as C;
    Some(match word {
        Word::Cancel { at, scope: Scope::All } => C::Cancel { at },
        Word::Redirect { account, own_name, reason } => C::Redirect { account, own_name, reason },
        Word::CloseCase { case, closing } => C::CloseCase { case, closing },
        Word::Cancel { scope: Scope::Conversion, .. } | Word::Date { .. } | Word::Plan(_) => {
            return None;
        }
    })
}

pub(crate) fn conversion(word: Word) -> Option<conversion::Command> {
    use conversion::Command as C;
    Some(match word {
        Word::Cancel { at, .. } => C::Cancel { at },
        Word::CloseCase { case, closing } => C::CloseCase { case, closing },
        Word::Date { .. } | Word::Redirect { .. } | Word::Plan(_) => return None,
    })
}
