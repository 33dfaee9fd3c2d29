//! Greetings.

use ext_runtime::prelude::*;

/// Greets somebody.
#[ext_action]
pub fn greet(
    /// Whom to greet.
    name: String,
) -> String {
    format!("Hello, {name}!")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greets_by_name() {
        assert_eq!(greet("World".into()), "Hello, World!");
    }
}
