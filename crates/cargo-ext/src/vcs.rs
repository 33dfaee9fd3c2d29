//! Whether version control could bring a file back.

use std::path::Path;
use std::process::{Command, Stdio};

/// Whether git has the file as it is.
pub fn has(file: &Path) -> bool {
    let (Some(folder), Some(name)) = (file.parent(), file.file_name()) else { return false };
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args(arguments).arg("--").arg(name).current_dir(folder);
        command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()
    };
    let is_tracked =
        git(&["ls-files", "--error-unmatch"]).is_some_and(|output| output.status.success());
    is_tracked
        && git(&["status", "--porcelain"])
            .is_some_and(|output| output.status.success() && output.stdout.is_empty())
}
