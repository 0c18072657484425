//! Given/when/then for the order.
