//! Mending sources: the changes that diagnostics are certain of.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ext_definition::code;
use ext_definition::diagnostic::{Diagnostic, Fix};
use ext_registry::fs::write_atomic;

use crate::artifact::read;
use crate::failure::Failure;
use crate::shell::{Shell, count};
use crate::{snippet, vcs};

/// Makes the changes; how many they were.
pub fn apply(
    found: &[Diagnostic],
    package: &Path,
    allow_dirty: bool,
    shell: &Shell,
) -> Result<usize, Failure> {
    let mut files: BTreeMap<PathBuf, Vec<&Fix>> = BTreeMap::new();
    for diagnostic in found {
        if let (Some(fix), Some(place)) = (&diagnostic.fix, diagnostic.places.first())
            && let Some(file) = snippet::file(Path::new(&place.file))
            // The source of dependencies is somebody else's.
            && file.starts_with(package)
        {
            files.entry(file).or_default().push(fix);
        }
    }
    let dirty: Vec<&PathBuf> =
        files.keys().filter(|file| !allow_dirty && !vcs::has(file)).collect();
    if !dirty.is_empty() {
        let names: Vec<String> = dirty.iter().map(|file| file.display().to_string()).collect();
        let message = format!("git does not have these files as they are: {}", names.join(", "));
        let help = "commit them first, or give `--allow-dirty`; nothing was changed";
        return Err(Failure::input(Diagnostic::error(code::NOT_COMMITTED, message).help(help)));
    }
    let mut made = 0;
    for (file, fixes) in files {
        let text = String::from_utf8_lossy(&read(&file)?).into_owned();
        let (text, number) = fixed(&text, fixes);
        write_atomic(&file, text.as_bytes())?;
        shell.status("Fixed", format!("{} ({})", file.display(), count(number, "change")));
        made += number;
    }
    Ok(made)
}

/// The text with the changes, and how many there were: one for each place.
fn fixed(text: &str, mut fixes: Vec<&Fix>) -> (String, usize) {
    fixes.sort_by_key(|fix| (fix.line, fix.column));
    fixes.dedup_by_key(|fix| (fix.line, fix.column));
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    // From the end, so that columns before stay what they are.
    for fix in fixes.iter().rev() {
        let line = fix.line as usize;
        while lines.len() < line {
            lines.push(String::new());
        }
        let Some(line) = line.checked_sub(1).and_then(|line| lines.get_mut(line)) else { continue };
        let byte = |column: usize| line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
        let start = (fix.column as usize).saturating_sub(1);
        let range = byte(start)..byte(start + fix.length as usize);
        line.replace_range(range, &fix.text);
    }
    (lines.concat(), fixes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_keep_everything_else() {
        let fix =
            |line, column, length, text: &str| Fix { line, column, length, text: text.into() };
        let fixes =
            [fix(2, 3, 1, "xyz"), fix(1, 1, 0, "[new]\n"), fix(2, 1, 1, "A"), fix(2, 1, 1, "A")];
        let (text, number) = fixed("one\r\nä b\nend", fixes.iter().collect());
        assert_eq!((text.as_str(), number), ("[new]\none\r\nA xyz\nend", 3));
        assert_eq!(fixed("a", vec![&fix(9, 9, 9, "!")]).0, "a!");
    }
}
