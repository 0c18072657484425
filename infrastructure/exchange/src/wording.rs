//! Sentences for fields that have too little room for them.

use crate::gb18030::encoded_len;
use std::borrow::Cow;

/// Stands for the words that are left out.
const MORE: &str = "...";

/// The text, without what a field cannot hold at its ends; where it takes more than `width` bytes, as many
/// whole words of it as fit, and three dots. Never ends with a space, which a field would lose.
pub fn fitting(text: &str, width: usize) -> Cow<'_, str> {
    let text = text.trim();
    if encoded_len(text) <= width {
        return Cow::Borrowed(text);
    }
    let room = width.saturating_sub(MORE.len());
    let mut end = 0;
    let mut words_end = None;
    for (at, character) in text.char_indices() {
        if character == ' ' {
            words_end = Some(at);
        }
        let next = at + character.len_utf8();
        if text.get(..next).is_none_or(|part| encoded_len(part) > room) {
            break;
        }
        end = next;
    }
    // One word that is longer than the field is cut in the word.
    let cut = text.get(..words_end.unwrap_or(end)).unwrap_or_default();
    Cow::Owned(format!("{}{MORE}", cut.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_stays_as_it_is() {
        for text in ["", "a cause", "申购金额低于最低限额"] {
            assert_eq!(fitting(text, 20), text);
        }
        assert_eq!(fitting(" trimmed ", 20), "trimmed");
    }

    #[test]
    fn what_is_longer_keeps_whole_words_and_never_ends_with_a_space() {
        let text = "shares computed from 99999999998999.99 + 0.00 at 0.74210000 do not fit";
        for width in 3..text.len() {
            let cut = fitting(text, width);
            assert!(cut.len() <= width, "{width}: {cut}");
            assert!(cut.ends_with("...") && !cut.contains(" ..."), "{width}: {cut}");
        }
        let whole = "shares computed from 99999999998999.99 + 0.00 at...";
        assert_eq!(fitting(text, 60), whole);
    }

    #[test]
    fn bytes_count_and_not_characters() {
        assert_eq!(fitting("申购金额低于最低限额", 13), "申购金额低...");
    }
}
