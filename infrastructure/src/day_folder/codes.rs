//! Codes of `day.toml` that stand alone under one key, or in a list under another.

use super::settings::CODE;
use crate::catalogue::section::{Report, Section};

/// Who may be one or several: the key of one, that of a list, an example of it, and who it is where neither is there.
pub(super) struct Who {
    pub(super) one: &'static str,
    pub(super) several: &'static str,
    pub(super) list: &'static str,
    pub(super) usual: &'static str,
}

/// The codes under either key, and which key has them.
pub(super) fn codes(
    root: &mut Section<'_>,
    who: &Who,
    report: &mut Report,
) -> Option<(&'static str, Vec<String>)> {
    let one = root.value::<String>(who.one, CODE, report);
    let several = root.value::<Vec<String>>(who.several, who.list, report);
    let (key, codes) = match (one, several) {
        (Some(one), Some(_)) => {
            let both = format!("write {} or {}, not both", who.one, who.several);
            report.note(who.one, &one, both);
            return None;
        }
        (Some(one), None) => (who.one, vec![one]),
        (None, Some(several)) => (who.several, several),
        (None, None) => (who.one, vec![who.usual.to_owned()]),
    };
    let twice = (1..)
        .zip(&codes)
        .any(|(next, code)| codes.get(next..).is_some_and(|later| later.contains(code)));
    if codes.is_empty() || twice {
        report.note(key, &codes.join(" "), format!("write {}", who.list));
        return None;
    }
    Some((key, codes))
}
