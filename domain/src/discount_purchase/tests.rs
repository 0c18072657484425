//! Given/when/then for the purchase.
