//! What would be admitted instead of what was refused, and why nothing would.

use super::Refusal;
use crate::{
    modes::ConversionMode,
    money::{Amount, Money},
};
use serde::{Deserialize, Serialize};

/// Why a mode would not be admitted either.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhyNot {
    /// The way of conversion that was tried.
    pub mode: ConversionMode,
    /// The first reason against it, as a sentence.
    pub why: String,
}

/// What became of each of the other modes, decided as if it were asked for.
pub type Tried = Vec<(ConversionMode, Result<(), String>)>;

/// What a refusal says against a mode. One that only says that the mode does not work for the two funds, or
/// that the wallet has too little, would name modes itself: it is no reason of its own.
pub fn against(refusal: &Refusal) -> String {
    if refusal.offers().is_some() { String::new() } else { refusal.to_string() }
}

pub(super) fn listed(possible: &[ConversionMode], why_none: &[WhyNot]) -> String {
    let names = |modes: &[ConversionMode]| {
        let names: Vec<&str> = modes.iter().map(|mode| mode.name()).collect();
        names.join(", ")
    };
    if !possible.is_empty() {
        return names(possible);
    }
    let mut reasons: Vec<(&str, Vec<ConversionMode>)> = Vec::new();
    for WhyNot { mode, why } in why_none {
        match reasons.iter_mut().find(|(reason, _)| reason == why) {
            Some((_, modes)) => modes.push(*mode),
            None => reasons.push((why, vec![*mode])),
        }
    }
    let reasons: Vec<_> =
        reasons.into_iter().map(|(why, modes)| format!("{}: {why}", names(&modes))).collect();
    if reasons.is_empty() { "none".to_owned() } else { format!("none ({})", reasons.join("; ")) }
}

pub(super) fn unavailable(
    asked: Option<ConversionMode>,
    possible: &[ConversionMode],
    why_none: &[WhyNot],
) -> String {
    let ways = listed(possible, why_none);
    match asked {
        Some(mode) => {
            format!("conversion mode {} is not possible here; possible: {ways}", mode.name())
        }
        None => format!("no conversion mode is possible here; possible: {ways}"),
    }
}

impl Refusal {
    /// Names the modes that passed, where it names any; where none did, why.
    #[must_use]
    pub fn offering(mut self, tried: impl FnOnce() -> Tried) -> Self {
        if let Self::ModeUnavailable { possible, why_none, .. }
        | Self::NotEnoughHeld { possible, why_none, .. } = &mut self
        {
            (*possible, *why_none) = (Vec::new(), Vec::new());
            for (mode, outcome) in tried() {
                match outcome {
                    Ok(()) => possible.push(mode),
                    Err(why) if why.is_empty() => {}
                    Err(why) => why_none.push(WhyNot { mode, why }),
                }
            }
            if !possible.is_empty() {
                why_none.clear();
            }
        }
        self
    }

    /// Says that an amount would fit only where that passes.
    #[must_use]
    pub fn fitting(mut self, step: Option<Amount>, passes: impl FnOnce(Amount) -> bool) -> Self {
        if let Self::AboveDayMaximum { room, .. } = &mut self {
            let left = Amount::new(room.decimal()).ok();
            let left = left.and_then(|left| match step {
                Some(step) => left.floored_to(step),
                None => Some(left),
            });
            *room = left.filter(|left| passes(*left)).map_or(Money::ZERO, Money::from);
        } else if let Self::FeeEatsAmount(eats) = &mut self {
            eats.least = eats.least.filter(|least| passes(*least));
        }
        self
    }

    /// The modes that it says would be admitted; `None` for one that names none.
    pub fn offers(&self) -> Option<&[ConversionMode]> {
        if let Self::ModeUnavailable { possible, .. } | Self::NotEnoughHeld { possible, .. } = self
        {
            return Some(possible);
        }
        None
    }
}
