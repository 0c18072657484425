//! Placeholder of the file batch.
