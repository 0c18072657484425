//! How a number is written: in one way.

/// Digits, and after a point at least one and no more than the quantity has: nothing that people would read in
/// two ways, no separators, and no sign but a minus.
pub(super) fn is_plain(text: &str, decimals: u32) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    match text.split_once('.') {
        None => digits(text),
        Some((whole, part)) => {
            digits(whole)
                && digits(part)
                && u32::try_from(part.len()).is_ok_and(|it| it <= decimals)
        }
    }
}
