//! Bytes as a row of choices, for inputs that are made and not parsed.

/// What is left of the bytes; zeros behind their end.
pub struct Choices<'a>(pub &'a [u8]);

impl Choices<'_> {
    pub fn byte(&mut self) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => 0,
        }
    }

    /// Below `limit`, which is at most 256.
    pub fn below(&mut self, limit: usize) -> usize {
        usize::from(self.byte()) % limit
    }

    pub fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// True once in `times`.
    pub fn rarely(&mut self, times: usize) -> bool {
        !self.0.is_empty() && self.below(times) == times - 1
    }

    pub fn number(&mut self) -> u64 {
        let width = self.of(&[1, 2, 4, 8]);
        (0..width).fold(0, |number, _| number << 8 | u64::from(self.byte()))
    }

    /// A few characters, as the bytes say.
    pub fn text(&mut self) -> String {
        let length = self.below(24).min(self.0.len());
        let (text, rest) = self.0.split_at(length);
        self.0 = rest;
        String::from_utf8_lossy(text).into_owned()
    }
}
