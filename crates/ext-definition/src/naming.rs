//! Names: what they may be, and how they change from one notation to another.
//!
//! A name is written in Rust's notation by the author and in kebab-case in WIT
//! (component model, `WIT.md`, "Identifiers"). Two names that differ in Rust and not in
//! kebab-case are one name.

/// Longest name of an element, in characters.
pub const MAX_LEN: usize = 50;

/// Splits a Rust name into its words, in lower case: at underscores and hyphens, before a
/// capital that follows a small letter or digit, and before the last capital of several.
pub fn words(name: &str) -> Vec<String> {
    let characters: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (index, &character) in characters.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| characters[before]);
        let after = characters.get(index + 1);
        let starts = character.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_ascii_digit()
                    || before.is_uppercase() && after.is_some_and(|after| after.is_lowercase())
            });
        if starts || character == '_' || character == '-' {
            words.push(String::new());
        }
        if character != '_'
            && character != '-'
            && let Some(word) = words.last_mut()
        {
            word.extend(character.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// `price_order`, `PriceOrder` → `price-order`.
pub fn kebab(name: &str) -> String {
    match is_plain(name) {
        true => name.replace('_', "-"),
        false => words(name).join("-"),
    }
}

/// Whether its words are what stands between its separators, as in nearly every name: those are
/// looked up in each call.
fn is_plain(name: &str) -> bool {
    let separates = |it: &u8| matches!(it, b'_' | b'-');
    let known = |it: u8| separates(&it) || it.is_ascii_lowercase() || it.is_ascii_digit();
    let bytes = name.as_bytes();
    bytes.iter().all(|it| known(*it))
        && bytes.first().is_some_and(|it| !separates(it))
        && bytes.last().is_some_and(|it| !separates(it))
        && !bytes.windows(2).any(|it| it.iter().all(separates))
}

/// `price-order`, `PriceOrder` → `price_order`.
pub fn snake(name: &str) -> String {
    words(name).join("_")
}

/// `price-order`, `price_order` → `PriceOrder`.
pub fn pascal(name: &str) -> String {
    let capital = |word: String| {
        let mut characters = word.chars();
        let first = characters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(characters.as_str().chars()).collect::<String>()
    };
    words(name).into_iter().map(capital).collect()
}

/// Why a name cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameError {
    /// Nothing at all.
    Empty,
    /// More than [`MAX_LEN`] characters.
    TooLong,
    /// It does not start with an ASCII letter.
    Start,
    /// Something else than ASCII letters, digits and underscores (or hyphens, where a
    /// package is named).
    Character(char),
    /// A package's name is not in kebab-case.
    NotKebab,
}

impl std::fmt::Display for NameError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Empty => formatter.write_str("it is empty"),
            Self::TooLong => write!(formatter, "it has more than {MAX_LEN} characters"),
            Self::Start => formatter.write_str("it must start with a letter from a to z"),
            Self::Character(character) => {
                write!(formatter, "`{character}` is neither an ASCII letter nor a digit nor `_`")
            }
            Self::NotKebab => formatter.write_str(
                "it must be lower-case words of ASCII letters and digits, joined by single hyphens",
            ),
        }
    }
}

impl std::error::Error for NameError {}

/// Checks the name of an action, parameter, type, field or case, in Rust's notation.
pub fn check_element(name: &str) -> Result<(), NameError> {
    let first = name.chars().next().ok_or(NameError::Empty)?;
    if !first.is_ascii_alphabetic() {
        return Err(NameError::Start);
    }
    if let Some(character) = name.chars().find(|it| !it.is_ascii_alphanumeric() && *it != '_') {
        return Err(NameError::Character(character));
    }
    if name.len() > MAX_LEN { Err(NameError::TooLong) } else { Ok(()) }
}

/// Checks a namespace's or a package's name: kebab-case.
pub fn check_package(name: &str) -> Result<(), NameError> {
    let first = name.chars().next().ok_or(NameError::Empty)?;
    if !first.is_ascii_lowercase() {
        return Err(if first.is_ascii_uppercase() {
            NameError::NotKebab
        } else {
            NameError::Start
        });
    }
    let plain = |word: &str| {
        !word.is_empty() && word.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit())
    };
    if !name.split('-').all(plain) {
        return Err(NameError::NotKebab);
    }
    if name.len() > MAX_LEN { Err(NameError::TooLong) } else { Ok(()) }
}

/// Rust's keywords that a name can be with `r#` before it (reference, "Keywords"; edition 2024).
pub const RUST_KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// A text as lines of a comment: nothing in it can end a line that the caller does not see,
/// and nothing hides text from readers (control and bidirectional formatting characters).
pub fn comment_lines(text: &str) -> impl Iterator<Item = String> {
    let hides = |it: &char| {
        it.is_control() && *it != '\t'
            || matches!(it, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            || matches!(it, '\u{2028}' | '\u{2029}')
    };
    text.lines().map(move |line| line.chars().filter(|it| !hides(it)).collect())
}

/// WIT's keywords, which an identifier escapes with `%` (`WIT.md`, "Keywords").
pub const WIT_KEYWORDS: &[&str] = &[
    "as",
    "async",
    "bool",
    "borrow",
    "char",
    "constructor",
    "enum",
    "error-context",
    "export",
    "f32",
    "f64",
    "flags",
    "from",
    "func",
    "future",
    "import",
    "include",
    "interface",
    "list",
    "map",
    "option",
    "own",
    "package",
    "record",
    "resource",
    "result",
    "s16",
    "s32",
    "s64",
    "s8",
    "static",
    "stream",
    "string",
    "tuple",
    "type",
    "u16",
    "u32",
    "u64",
    "u8",
    "use",
    "variant",
    "with",
    "world",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notations() {
        for (name, kebab_case, snake_case, pascal_case) in [
            ("price_order", "price-order", "price_order", "PriceOrder"),
            ("PriceOrder", "price-order", "price_order", "PriceOrder"),
            ("HTTPServer", "http-server", "http_server", "HttpServer"),
            ("line_2", "line-2", "line_2", "Line2"),
            ("Line2", "line2", "line2", "Line2"),
            ("Utf8Text", "utf8-text", "utf8_text", "Utf8Text"),
            ("a", "a", "a", "A"),
            ("X", "x", "x", "X"),
            ("trailing_", "trailing", "trailing", "Trailing"),
        ] {
            assert_eq!(kebab(name), kebab_case, "{name}");
            assert_eq!(snake(name), snake_case, "{name}");
            assert_eq!(pascal(name), pascal_case, "{name}");
        }
    }

    #[test]
    fn the_short_way_to_kebab_case_leads_there() {
        for name in [
            "", "_", "a", "a_b", "a-b", "a__b", "a_-b", "_a", "a_", "-a", "9_a", "a1_b2", "aB",
            "ä_b", "a b",
        ] {
            assert_eq!(kebab(name), words(name).join("-"), "{name:?}");
        }
    }

    #[test]
    fn comments_stay_comments() {
        let text = "a\rb\n\u{202e}c\0\u{2028}d\te";
        assert_eq!(comment_lines(text).collect::<Vec<_>>(), ["ab", "cd\te"]);
    }

    #[test]
    fn packages_are_kebab_case() {
        for good in ["acme", "order-2", "a1-b2"] {
            assert_eq!(check_package(good), Ok(()), "{good}");
        }
        for bad in ["", "Acme", "2nd", "a--b", "-a", "a-", "a_b", "ä"] {
            assert!(check_package(bad).is_err(), "{bad}");
        }
    }
}
