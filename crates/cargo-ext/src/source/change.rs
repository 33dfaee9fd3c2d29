//! Edits of several files: shown as a diff, backed up, written.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use ext_definition::code;
use ext_definition::diagnostic::{Diagnostic, Place};
use ext_registry::fs::write_atomic;

use crate::artifact::create_folder;
use crate::failure::Failure;
use crate::shell::Shell;
use crate::vcs;

/// A file as it is to be.
#[derive(Debug)]
pub struct Change {
    pub path: PathBuf,
    /// Nothing for a new file.
    pub old: Option<String>,
    pub new: String,
}

/// The files that change; those that would stay as they are are not among them.
#[derive(Debug, Default)]
pub struct Changes {
    list: Vec<Change>,
}

/// Whether files are kept as they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backups {
    /// Something is only added.
    None,
    /// Those that git does not have as they are.
    UnlessInGit,
}

impl Changes {
    pub fn add(&mut self, path: &Path, old: Option<String>, new: String) {
        if old.as_ref() != Some(&new) {
            self.list.push(Change { path: path.to_owned(), old, new });
        }
    }

    /// What a file is to be, if it changes.
    #[cfg(test)]
    pub fn new_text(&self, path: &Path) -> Option<&str> {
        self.list.iter().find(|it| it.path == path).map(|it| it.new.as_str())
    }

    /// What changes, as `diff -u` has it.
    pub fn diff(&self) -> String {
        let mut out = String::new();
        for Change { path, old, new } in &self.list {
            let name = shown(path);
            let from = if old.is_some() { format!("a/{name}") } else { "/dev/null".into() };
            let diff = similar::TextDiff::from_lines(old.as_deref().unwrap_or_default(), new);
            let to = format!("b/{name}");
            out.push_str(&diff.unified_diff().context_radius(3).header(&from, &to).to_string());
        }
        out
    }

    /// Writes every file, or none: nothing is written unless all of it is Rust, and what was
    /// written is taken back when a later file cannot be.
    pub fn write(&self, backups: Backups, shell: &Shell) -> Result<(), Failure> {
        for Change { path, new, .. } in &self.list {
            let is_rust = path.extension().is_some_and(|it| it == "rs");
            if is_rust && let Err(error) = syn::parse_file(new) {
                let message = format!("the edited file would be no Rust: {error}");
                let place = Place { file: shown(path), line: 0, column: 0 };
                return Err(Diagnostic::error(code::EDIT_REFUSED, message)
                    .at(Some(&place))
                    .help("nothing was changed; `--dry-run` shows the edits")
                    .into());
            }
        }
        for Change { path, old, .. } in &self.list {
            if let Some(old) = old
                && backups == Backups::UnlessInGit
                && !vcs::has(path)
            {
                let backup = free_backup(path);
                write_atomic(&backup, old.as_bytes())?;
                shell.note("Backup", shown(&backup));
            }
        }
        for (index, Change { path, new, .. }) in self.list.iter().enumerate() {
            let written = path
                .parent()
                .map_or(Ok(()), create_folder)
                .and_then(|()| Ok(write_atomic(path, new.as_bytes())?));
            if let Err(failure) = written {
                self.list[..index].iter().for_each(Change::take_back);
                return Err(failure);
            }
        }
        Ok(())
    }
}

impl Change {
    /// As far as it can be: the disk has just refused something.
    fn take_back(&self) {
        let _ = match &self.old {
            Some(old) => write_atomic(&self.path, old.as_bytes()).map_err(drop),
            None => std::fs::remove_file(&self.path).map_err(drop),
        };
    }
}

/// A path from the current folder on, if it is below.
pub fn shown(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let below = here.as_deref().and_then(|here| path.strip_prefix(here).ok());
    below.unwrap_or(path).display().to_string().replace('\\', "/")
}

/// `lib.rs.orig`, `lib.rs.orig.2`, …: none that is there.
fn free_backup(path: &Path) -> PathBuf {
    let named = |number: usize| {
        let mut name: OsString = path.as_os_str().to_owned();
        name.push(".orig");
        if number > 1 {
            name.push(format!(".{number}"));
        }
        PathBuf::from(name)
    };
    let is_free = |path: &PathBuf| path.symlink_metadata().is_err();
    (1..1000).map(named).find(is_free).unwrap_or_else(|| named(1000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Color, Common, MessageFormat};

    fn shell() -> Shell {
        Shell::new(&Common {
            quiet: true,
            verbose: false,
            color: Color::Never,
            message_format: MessageFormat::Human,
            registry: None,
        })
    }

    #[test]
    fn files_are_backed_up_and_no_backup_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lib.rs");
        for text in ["fn a() {}\n", "fn b() {}\n", "fn c() {}\n"] {
            let old = std::fs::read_to_string(&path).ok();
            let mut changes = Changes::default();
            changes.add(&path, old, text.to_owned());
            changes.write(Backups::UnlessInGit, &shell()).unwrap();
        }
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(read("lib.rs"), "fn c() {}\n");
        assert_eq!(read("lib.rs.orig"), "fn a() {}\n");
        assert_eq!(read("lib.rs.orig.2"), "fn b() {}\n");
    }

    #[test]
    fn what_is_no_rust_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lib.rs");
        let mut changes = Changes::default();
        changes.add(&path, None, "fn a( {}".into());
        let failure = changes.write(Backups::None, &shell()).unwrap_err();
        assert_eq!(failure.diagnostics[0].code, code::EDIT_REFUSED);
        assert!(!path.exists());
    }

    #[test]
    fn a_diff_is_unified() {
        let mut changes = Changes::default();
        changes.add(Path::new("x.rs"), Some("a\nb\n".into()), "a\nc\n".into());
        changes.add(Path::new("same.rs"), Some("a".into()), "a".into());
        assert_eq!(changes.diff(), "--- a/x.rs\n+++ b/x.rs\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n");
    }
}
