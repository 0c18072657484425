//! Given/when/then for the wallet.
