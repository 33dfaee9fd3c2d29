//! Whether version control could bring a file back.

use std::path::Path;
use std::process::{Command, Stdio};

/// Whether git has the file as it is.
pub fn has(file: &Path) -> bool {
    let Some(folder) = file.parent() else { return false };
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.arg("-C").arg(folder).args(arguments).arg("--").arg(file);
        command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()
    };
    let tracked = git(&["ls-files", "--error-unmatch"]).is_some_and(|it| it.status.success());
    tracked
        && git(&["status", "--porcelain"])
            .is_some_and(|it| it.status.success() && it.stdout.is_empty())
}
