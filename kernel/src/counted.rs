//! A count and what is counted, as people read it.

use std::fmt::Display;

/// `1 mistake`, `2 mistakes`, `0 mistakes`: the count before `one` where it is 1, else before `many`.
pub fn counted<N: Copy + Display + PartialEq + From<u8>>(
    count: N,
    one: &str,
    many: &str,
) -> String {
    let what = if count == N::from(1) { one } else { many };
    format!("{count} {what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_written_in_the_singular_and_every_other_count_in_the_plural() {
        let said = [0_usize, 1, 2, 101].map(|count| counted(count, "date", "dates in a row"));

        assert_eq!(said, ["0 dates in a row", "1 date", "2 dates in a row", "101 dates in a row"]);
    }
}
