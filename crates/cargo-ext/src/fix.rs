//! Mending sources: the changes that diagnostics are certain of.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ext_definition::code;
use ext_definition::diagnostic::{Diagnostic, Fix};
use ext_registry::fs::write_atomic;

use crate::shell::{Shell, count};
use crate::{snippet, vcs};

/// Mends the sources of one package.
pub struct Fixer<'a> {
    folder: &'a Path,
    allow_dirty: bool,
    /// Files that were changed here, and could be brought back before.
    changed: BTreeSet<PathBuf>,
}

impl<'a> Fixer<'a> {
    /// For the package in a folder.
    pub fn new(folder: &'a Path, allow_dirty: bool) -> Self {
        Self { folder, allow_dirty, changed: BTreeSet::new() }
    }

    /// Makes the changes; whether there were any.
    pub fn apply(&mut self, found: &[Diagnostic], shell: &Shell) -> Result<bool, Diagnostic> {
        let mut files: BTreeMap<PathBuf, Vec<&Fix>> = BTreeMap::new();
        for diagnostic in found {
            if let (Some(fix), Some(place)) = (&diagnostic.fix, diagnostic.places.first())
                && let Some(file) = snippet::file(Path::new(&place.file))
                // The source of dependencies is somebody else's.
                && file.starts_with(self.folder)
            {
                files.entry(file).or_default().push(fix);
            }
        }
        let is_dirty =
            |file: &&PathBuf| !self.allow_dirty && !self.changed.contains(*file) && !vcs::has(file);
        let dirty: Vec<String> =
            files.keys().filter(is_dirty).map(|file| file.display().to_string()).collect();
        if !dirty.is_empty() {
            let message =
                format!("git does not have these files as they are: {}", dirty.join(", "));
            let help = "commit them first, or give `--allow-dirty`; nothing was changed";
            return Err(Diagnostic::error(code::NOT_COMMITTED, message).help(help));
        }
        let any = !files.is_empty();
        for (file, fixes) in files {
            let unchanged = |error: &dyn std::fmt::Display| {
                let message = format!("{} cannot be changed: {error}", file.display());
                Diagnostic::error(code::FILE, message)
            };
            let text = std::fs::read_to_string(&file).map_err(|error| unchanged(&error))?;
            let (text, number) = fixed(&text, fixes);
            write_atomic(&file, text.as_bytes()).map_err(|error| unchanged(&error.message()))?;
            shell.status("Fixed", format!("{} ({})", file.display(), count(number, "change")));
            self.changed.insert(file);
        }
        Ok(any)
    }
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
