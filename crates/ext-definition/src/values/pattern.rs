//! Patterns: regular expressions of strangers, which are bounded in what they take to be
//! compiled and kept.

use regex::{Regex, RegexBuilder};

/// Longest pattern, in bytes: a few of them may stand for large classes of characters.
const MAX_LENGTH: usize = 1024;

/// What patterns are allowed to be when they are compiled, in bytes, smallest first: most fit
/// the first. The last is the crate's own limit; how large `\w{1,50}` is depends on features
/// that other crates of a program ask for.
const COMPILED: [usize; 3] = [16 << 10, 1 << 20, 10 << 20];

/// All patterns of a definition together, compiled.
const MAX_TOGETHER: usize = 64 << 20;

/// A pattern that is matched as a whole.
///
/// # Errors
/// What is wrong with it.
pub fn pattern(pattern: &str) -> Result<Regex, String> {
    Compiler::default().compile(pattern)
}

/// Compiles the patterns of one definition.
pub struct Compiler {
    left: usize,
}

impl Default for Compiler {
    fn default() -> Self {
        Self { left: MAX_TOGETHER }
    }
}

impl Compiler {
    /// A pattern that is matched as a whole, or what is wrong with it.
    pub fn compile(&mut self, pattern: &str) -> Result<Regex, String> {
        if pattern.len() > MAX_LENGTH {
            return Err(format!("it has more than {MAX_LENGTH} bytes"));
        }
        if self.left < COMPILED[0] {
            return Err("the patterns of the definition are too large together".into());
        }
        // By itself first: `a)|(b` is none, whatever stands around it. It is only parsed.
        if let Err(error @ regex::Error::Syntax(_)) = sized(pattern, 0) {
            return Err(reason(&error));
        }
        let whole = format!("^(?:{pattern})$");
        // How large it became cannot be asked: it is what it was allowed to be.
        let mut refused = String::new();
        for size in COMPILED {
            match sized(&whole, size) {
                Ok(compiled) => {
                    self.left = self.left.saturating_sub(size);
                    return Ok(compiled);
                }
                Err(error) => refused = reason(&error),
            }
        }
        Err(refused)
    }
}

fn sized(pattern: &str, limit: usize) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).size_limit(limit).dfa_size_limit(1 << 20).build()
}

/// The first lines of a message show the pattern, the last says what is wrong.
fn reason(error: &regex::Error) -> String {
    let error = error.to_string();
    let reason = error.lines().last().unwrap_or_default();
    reason.strip_prefix("error: ").unwrap_or(reason).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_a_whole() {
        let found = pattern("a|b").unwrap();
        assert!(found.is_match("a") && found.is_match("b"));
        assert!(!found.is_match("ab") && !found.is_match("a\n"));
        assert!(pattern("a)|(?:b").is_err());
    }

    #[test]
    fn patterns_are_bounded() {
        for hostile in [
            "a{1000}{1000}{1000}".to_owned(),
            "\\pL{1000}{1000}".to_owned(),
            "(".repeat(1000),
            format!("{}{}", "(".repeat(500), ")".repeat(500)),
            "a".repeat(MAX_LENGTH + 1),
        ] {
            assert!(pattern(&hostile).is_err(), "{hostile}");
        }
    }

    #[test]
    fn many_large_patterns_are_refused() {
        let mut compiler = Compiler::default();
        let large = |it: usize| compiler.compile(&format!("\\w{{30}}{it}")).is_ok();
        let compiled = (0..200).map(large).take_while(|it| *it).count();
        assert!((5..=64).contains(&compiled), "{compiled}");
    }
}
