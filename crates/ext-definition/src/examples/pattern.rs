//! A text for a pattern, if the pattern is plain: characters and classes of characters, each
//! so many times. Anything beyond that (groups, alternatives, anchors, classes of Unicode) is
//! left to people.

use std::iter::Peekable;
use std::str::Chars;

/// Longest text that is made.
const MAX: usize = 200;

/// A text that the whole pattern matches, if one can be told.
pub fn matching(pattern: &str) -> Option<String> {
    let mut rest = pattern.chars().peekable();
    let mut text = String::new();
    while let Some(character) = rest.next() {
        let atom = match character {
            '[' => class(&mut rest)?,
            '\\' => escaped(rest.next()?)?,
            '.' => 'a',
            '(' | ')' | '|' | '^' | '$' | '*' | '+' | '?' | '{' | '}' | ']' => return None,
            plain => plain,
        };
        let count = count(&mut rest)?;
        if text.chars().count() + count > MAX {
            return None;
        }
        text.extend(std::iter::repeat_n(atom, count));
    }
    Some(text)
}

/// What a backslash and a character stand for.
fn escaped(character: char) -> Option<char> {
    match character {
        'd' => Some('1'),
        'w' => Some('a'),
        's' => Some(' '),
        plain if plain.is_ascii_punctuation() => Some(plain),
        _ => None,
    }
}

/// The first character of a class, behind its opening bracket.
fn class(rest: &mut Peekable<Chars<'_>>) -> Option<char> {
    let first = match rest.next()? {
        // Classes that exclude, and classes in classes.
        '^' | '[' | ']' | '-' | '&' | '~' => return None,
        '\\' => escaped(rest.next()?)?,
        plain => plain,
    };
    loop {
        match rest.next()? {
            ']' => return Some(first),
            '[' | '&' | '~' => return None,
            '\\' => {
                escaped(rest.next()?)?;
            }
            '-' if rest.peek() == Some(&'-') => return None,
            _ => {}
        }
    }
}

/// How often the atom stands there: once, or the least that is allowed, and at least once
/// where nothing is allowed too.
fn count(rest: &mut Peekable<Chars<'_>>) -> Option<usize> {
    let count = match rest.peek() {
        Some('*' | '+' | '?') => {
            rest.next();
            1
        }
        Some('{') => {
            rest.next();
            let counts: String = rest.by_ref().take_while(|it| *it != '}').collect();
            let (least, most) = counts.split_once(',').unwrap_or((&counts, &counts));
            let least: usize = least.parse().ok()?;
            match most {
                "" => least.max(1),
                most => least.max(1).min(most.parse().ok()?),
            }
        }
        _ => return Some(1),
    };
    // Lazy, or a count of a count.
    match rest.peek() {
        Some('*' | '+' | '?' | '{') => None,
        _ => Some(count),
    }
}
