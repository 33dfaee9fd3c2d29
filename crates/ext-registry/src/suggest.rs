//! The name that somebody probably meant.

use crate::PackageName;

/// The candidate nearest to `wanted`, if one is near enough to be a slip.
pub(crate) fn nearest(
    wanted: &PackageName,
    candidates: impl IntoIterator<Item = PackageName>,
) -> Option<PackageName> {
    let text = wanted.to_string();
    candidates
        .into_iter()
        .map(|candidate| (score(wanted, &text, &candidate), candidate))
        .filter(|(score, _)| *score <= (text.len() / 3).max(1))
        .min()
        .map(|(_, candidate)| candidate)
}

/// The same name in another namespace is the commonest slip, and the namespaces may
/// have nothing in common: it counts as one edit.
fn score(wanted: &PackageName, text: &str, candidate: &PackageName) -> usize {
    if wanted.name() == candidate.name() {
        return 1;
    }
    distance(text.as_bytes(), candidate.to_string().as_bytes())
}

/// The Levenshtein distance of two ASCII texts.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised() {
        let known = ["acme:orders", "acme:pricing", "bolt:reports"];
        for (wanted, expected) in [
            ("acme:order", Some("acme:orders")),
            ("acme:odrers", Some("acme:orders")),
            ("acme:pricing", Some("acme:pricing")),
            ("globex:reports", Some("bolt:reports")),
            ("initech:payroll", None),
        ] {
            let known = known.map(|name| name.parse().unwrap());
            let found = nearest(&wanted.parse().unwrap(), known);
            assert_eq!(found.map(|name| name.to_string()).as_deref(), expected);
        }
    }
}
