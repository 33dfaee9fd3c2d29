//! Which element of the definition is which of the source: by name, else by key.

use std::collections::HashMap;

use ext_definition::naming::kebab;

/// An element's name, and the one that it had before.
pub type Named<'a> = (&'a str, Option<&'a str>);

/// For each wanted element the existing one that it is. An element's key is its former name,
/// or else its name.
pub fn pairs(wanted: &[Named], existing: &[Named]) -> Vec<Option<usize>> {
    let name = |(name, _): &Named| kebab(name);
    let key = |(name, former): &Named| kebab(former.unwrap_or(name));
    let mut pairs = vec![None; wanted.len()];
    let mut free = vec![true; existing.len()];
    for of in [&name as &dyn Fn(&Named) -> String, &key] {
        // Of two with one key the first.
        let mut known = HashMap::new();
        for index in (0..existing.len()).rev().filter(|&it| free[it]) {
            known.insert(of(&existing[index]), index);
        }
        for (pair, wanted) in pairs.iter_mut().zip(wanted).filter(|(pair, _)| pair.is_none()) {
            *pair = known.remove(&of(wanted));
            if let Some(index) = *pair {
                free[index] = false;
            }
        }
    }
    pairs
}

/// Whether a name has changed, and not its notation alone.
pub fn is_renamed(wanted: &str, existing: &str) -> bool {
    kebab(wanted) != kebab(existing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_follow_renames() {
        let existing = [("price", None), ("total", Some("sum")), ("URLOf", None)];
        for (wanted, expected) in [
            (("price", None), Some(0)),
            (("quote", Some("price")), Some(0)),
            (("grand_total", Some("sum")), Some(1)),
            (("sum", None), Some(1)),
            (("UrlOf", None), Some(2)),
            (("quote", None), None),
        ] {
            assert_eq!(pairs(&[wanted], &existing), [expected], "{wanted:?}");
        }
        // A name wins over a key.
        assert_eq!(pairs(&[("a", Some("price")), ("price", None)], &existing), [None, Some(0)]);
    }
}
