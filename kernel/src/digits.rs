//! Numbers of a fixed shape as text, without the machinery of formatting: an event holds a dozen dates
//! and amounts.

/// A short text on the stack, written from the left. Longer ones are not what it is for: what does not
/// fit is cut.
#[derive(Debug, Clone, Copy)]
pub struct Text<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> Default for Text<N> {
    fn default() -> Self {
        Self { bytes: [0; N], len: 0 }
    }
}

impl<const N: usize> Text<N> {
    /// Appends one ASCII character.
    pub const fn push(&mut self, byte: u8) {
        debug_assert!(byte.is_ascii() && self.len < N);
        if self.len < N {
            self.bytes[self.len] = byte;
            self.len += 1;
        }
    }

    /// The last so many digits of a number, with zeros in front.
    pub const fn push_digits(&mut self, number: u64, count: usize) {
        let (start, mut rest, mut at) = (self.len, number, count);
        while at > 0 {
            at -= 1;
            if start + at < N {
                self.bytes[start + at] = b'0' + (rest % 10) as u8;
            }
            rest /= 10;
        }
        self.len = if start + count < N { start + count } else { N };
    }

    /// All digits of a number.
    pub const fn push_number(&mut self, number: u64) {
        let mut count = 1;
        let mut rest = number / 10;
        while rest > 0 {
            count += 1;
            rest /= 10;
        }
        self.push_digits(number, count);
    }

    /// The digits as they were written.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.len]).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn digits_are_as_formatting_writes_them() {
        for number in [0, 7, 10, 99, 100, 20_260_213, u64::MAX] {
            let mut text = Text::<40>::default();
            text.push_number(number);
            text.push(b'.');
            text.push_digits(number, 4);

            assert_eq!(text.as_str(), format!("{number}.{:04}", number % 10_000));
        }
    }
}
