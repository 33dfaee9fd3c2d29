//! Notations of names, as serde's `rename_all` has them.

/// A notation.
#[derive(Clone, Copy)]
pub enum Style {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl Style {
    /// The names of all.
    pub const NAMES: [&str; 8] = [
        "lowercase",
        "UPPERCASE",
        "PascalCase",
        "camelCase",
        "snake_case",
        "SCREAMING_SNAKE_CASE",
        "kebab-case",
        "SCREAMING-KEBAB-CASE",
    ];

    pub fn of(name: &str) -> Option<Self> {
        Some(match name {
            "lowercase" => Self::Lower,
            "UPPERCASE" => Self::Upper,
            "PascalCase" => Self::Pascal,
            "camelCase" => Self::Camel,
            "snake_case" => Self::Snake,
            "SCREAMING_SNAKE_CASE" => Self::ScreamingSnake,
            "kebab-case" => Self::Kebab,
            "SCREAMING-KEBAB-CASE" => Self::ScreamingKebab,
            _ => return None,
        })
    }

    /// A Rust name, snake case or Pascal case, in this notation.
    pub fn apply(self, name: &str) -> String {
        let words = words(name);
        let capital = |word: &String| {
            let (first, rest) = word.split_at(1);
            first.to_ascii_uppercase() + rest
        };
        match self {
            Self::Lower => words.concat(),
            Self::Upper => words.concat().to_ascii_uppercase(),
            Self::Pascal => words.iter().map(capital).collect(),
            Self::Camel => {
                let (first, rest) = words.split_at(1);
                first.concat() + &rest.iter().map(capital).collect::<String>()
            }
            Self::Snake => words.join("_"),
            Self::ScreamingSnake => words.join("_").to_ascii_uppercase(),
            Self::Kebab => words.join("-"),
            Self::ScreamingKebab => words.join("-").to_ascii_uppercase(),
        }
    }
}

/// The words of a name, in lower case. Names that are not ASCII are one word: they are
/// refused later, by their characters.
fn words(name: &str) -> Vec<String> {
    if !name.is_ascii() {
        return vec![name.to_owned()];
    }
    let mut words = vec![String::new()];
    for character in name.chars() {
        let starts = character == '_'
            || character.is_ascii_uppercase() && words.last().is_some_and(|it| !it.is_empty());
        if starts {
            words.push(String::new());
        }
        if character != '_'
            && let Some(word) = words.last_mut()
        {
            word.push(character.to_ascii_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    if words.is_empty() { vec![name.to_owned()] } else { words }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notations() {
        for (style, field, case) in [
            ("lowercase", "unitprice", "unknowncurrency"),
            ("UPPERCASE", "UNITPRICE", "UNKNOWNCURRENCY"),
            ("PascalCase", "UnitPrice", "UnknownCurrency"),
            ("camelCase", "unitPrice", "unknownCurrency"),
            ("snake_case", "unit_price", "unknown_currency"),
            ("SCREAMING_SNAKE_CASE", "UNIT_PRICE", "UNKNOWN_CURRENCY"),
            ("kebab-case", "unit-price", "unknown-currency"),
            ("SCREAMING-KEBAB-CASE", "UNIT-PRICE", "UNKNOWN-CURRENCY"),
        ] {
            let style = Style::of(style).unwrap();
            assert_eq!(style.apply("unit_price"), field);
            assert_eq!(style.apply("UnknownCurrency"), case);
        }
    }
}
