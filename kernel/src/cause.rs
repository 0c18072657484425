//! Why something did not happen, in the words of whoever says so.

use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc};

/// A reason with a code that programs compare and a sentence that people read.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cause {
    /// The counterparty's or our own code; stable.
    pub code: Arc<str>,
    /// The same for a person; may change.
    pub text: Arc<str>,
}

impl Cause {
    /// Code for programs, text for people.
    pub fn new(code: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self { code: code.into(), text: text.into() }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} ({})", self.text, self.code)
    }
}
