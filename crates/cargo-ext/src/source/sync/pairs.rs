//! Which element of the definition is which of the source: by name, else by key.

use ext_definition::naming::kebab;

/// An element's name, and the one that it had before.
pub type Named<'a> = (&'a str, Option<&'a str>);

/// For each wanted element the existing one that it is. An element's key is its former name,
/// or else its name.
pub fn pairs(wanted: &[Named], existing: &[Named]) -> Vec<Option<usize>> {
    let mut free = vec![true; existing.len()];
    let mut find = |is: &dyn Fn(&Named) -> bool| {
        let index = (0..existing.len()).find(|&index| free[index] && is(&existing[index]))?;
        free[index] = false;
        Some(index)
    };
    let key = |(name, former): &Named| kebab(former.unwrap_or(name));
    let mut pairs: Vec<Option<usize>> =
        wanted.iter().map(|(name, _)| find(&|it| kebab(it.0) == kebab(name))).collect();
    for (pair, wanted) in pairs.iter_mut().zip(wanted).filter(|(pair, _)| pair.is_none()) {
        *pair = find(&|it| key(it) == key(wanted));
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
