//! When something was taken back: said by whoever asks, and bounded by what we know.

use super::NotTakenBack;
use crate::parts::application::FundSaga;
use fundflow_domain::time::Timestamp;
use fundflow_runtime::saga::View;

/// When it was asked; and when that was heard, where it was later and counts.
pub fn asked(at: Timestamp, heard_at: Timestamp) -> String {
    if heard_at <= at {
        return format!("asked at {at}");
    }
    format!("asked at {at}, and heard only at {heard_at}, which counts")
}

/// The instant at which it was taken back, as it is stored: between the request and now.
///
/// # Errors
/// [`NotTakenBack::BeforeAsked`].
pub fn when<S: FundSaga>(
    view: &View<'_, S>,
    at: Timestamp,
    now: Timestamp,
) -> Result<Timestamp, NotTakenBack> {
    let requested_at = S::requested_at(&view.open.promise);
    if at < requested_at.min(now) {
        return Err(NotTakenBack::BeforeAsked { at, requested_at });
    }
    Ok(at.min(now))
}
