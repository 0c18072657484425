//! What must be true of a saga at any time, read off a look at it.

use crate::log::Log;
use fundflow_runtime::{grounds::Groundless, liveness::Wait, look::Look, message::SagaId};

/// Whether somebody else answers for what a saga that is over has left open, by what is durable.
pub type Excuse = fn(&Log, &SagaId) -> bool;

/// Checks that whoever is unfinished waits for an answer, a word, a timer or a person.
///
/// # Errors
/// If it is forgotten.
pub fn waits_for_somebody(look: &Look) -> Result<(), String> {
    let forgotten = look.waits.iter().find(|wait| !wait.is_alive());
    match forgotten {
        Some(wait) => Err(format!("it is forgotten: {wait:?}")),
        None if look.ending.is_none() && look.waits.is_empty() => {
            Err("it is not over, and waits for nobody".into())
        }
        None => Ok(()),
    }
}

/// Checks that what was decided follows from what precedes it.
///
/// # Errors
/// In words, the first that does not.
pub fn is_grounded(look: &Look) -> Result<(), String> {
    if let Some(Groundless { stream, version, why, .. }) = look.groundless.first() {
        return Err(format!("{stream} version {version}: {why}"));
    }
    look.not_there.first().map_or(Ok(()), |what| Err(what.clone()))
}

/// Checks that whatever is over and owes nothing has no open end but those given up.
///
/// # Errors
/// In words, what is open.
pub fn nothing_is_open_at_the_end(look: &Look) -> Result<(), String> {
    if look.finished { is_given_up(look) } else { Ok(()) }
}

/// Checks that nothing of what ended is open but what a person has taken over.
///
/// # Errors
/// In words, what is open.
pub fn is_given_up(look: &Look) -> Result<(), String> {
    let open = look.open_ends.iter().find(|end| !look.given_up.contains(&end.name));
    let ending = look.ending.unwrap_or_default();
    open.map_or(Ok(()), |end| Err(format!("{ending}, and {} ({}) is open", end.name, end.worth)))
}

/// Whether all that it waits for is what others bring into its streams.
pub fn waits_for_others(look: &Look) -> bool {
    let others = |wait: &Wait| matches!(wait, Wait::Others { .. });
    !look.waits.is_empty() && look.waits.iter().all(others)
}

/// Checks that a saga ended once. What comes due after its end may still be handed to a person, under
/// the name of an abandonment; the first ending stands.
///
/// # Errors
/// With all that ended it.
pub fn ends_once<'a>(endings: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let endings: Vec<&str> = endings.collect();
    let again = endings.iter().skip(1).any(|name| !name.ends_with(ABANDONED));
    if again { Err(format!("it ended more than once: {endings:?}")) } else { Ok(()) }
}

const ABANDONED: &str = ".abandoned";

/// Codes under which whoever is parked has met what no row of its table should meet.
const STUMBLED: [&str; 6] = ["no_progress", "unknown", "circle", "no_end", "defect", "guarded"];

/// Checks that whoever is parked is so for somebody's word, and not for a defect of ours.
///
/// # Errors
/// Where it stands, and why.
pub fn is_no_defect(look: &Look) -> Result<(), String> {
    match look.parked.as_ref().filter(|(_, cause)| STUMBLED.contains(&&*cause.code)) {
        Some((row, cause)) => Err(format!("it is parked at {row} by a defect: {cause}")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::ends_once;

    #[test]
    fn what_comes_due_after_the_end_is_handed_over_and_no_second_end() {
        let of = |endings: &[&'static str]| ends_once(endings.iter().copied());
        assert_eq!(of(&[]), Ok(()));
        assert_eq!(of(&["recharge.completed"]), Ok(()));
        assert_eq!(of(&["recharge.rolled_back", "recharge.abandoned"]), Ok(()));
        assert_eq!(of(&["recharge.abandoned", "recharge.abandoned"]), Ok(()));
        for endings in [
            ["recharge.rolled_back", "recharge.completed"],
            ["recharge.completed", "recharge.completed"],
            ["recharge.abandoned", "recharge.completed"],
        ] {
            assert_eq!(of(&endings), Err(format!("it ended more than once: {endings:?}")));
        }
    }
}
