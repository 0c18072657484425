//! Why a head or a bundle is not believed.

/// Why a head or a bundle is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct Refused {
    /// The line or the section, and the field.
    pub place: String,
    /// What is wrong there, and what is allowed.
    pub what: String,
}

impl Refused {
    pub(crate) fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }

    /// The same, of a part of something.
    pub(crate) fn within(self, whole: &str) -> Self {
        Self { place: format!("{whole}, {}", self.place), what: self.what }
    }
}

/// A value as it is quoted: never long, never with a character that a terminal obeys.
pub(crate) fn quoted(value: &str) -> String {
    let cut: String = value.chars().take(80).collect();
    format!("{cut:?}")
}
