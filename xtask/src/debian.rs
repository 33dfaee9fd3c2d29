//! What Debian's package manager does for us: install packages, and fetch one package of
//! another suite without telling the system about that suite.

use std::fs;
use std::io::{IsTerminal, stdin};
use std::path::{Path, PathBuf};

use crate::cache;
use crate::run::{self, Failure, Result, Run};
use crate::say;

/// The keys that Debian's archive is signed with, wherever the package with them is installed.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Whether this is a system with Debian's package manager.
pub fn is_here() -> bool {
    run::find("apt-get").is_some() && run::find("dpkg").is_some()
}

/// Installs those of the packages that are missing; none is removed for it.
pub fn install(packages: &[&str]) -> Result {
    let missing: Vec<&str> =
        packages.iter().copied().filter(|package| !is_installed(package)).collect();
    if missing.is_empty() { Ok(()) } else { upgrade(&missing) }
}

/// Installs the packages in the newest version that the system's suites have.
pub fn upgrade(packages: &[&str]) -> Result {
    if let Err(failure) = update() {
        // Often only a source that has nothing to do with us: let the installation decide.
        say::line(&format!("going on with the package lists as they are: {failure}"));
    }
    as_root()?
        .args(["apt-get", "install", "-y", "--no-install-recommends", "--no-remove"])
        // Someone else's installation may be under way: rather wait than fail.
        .args(["-o", "DPkg::Lock::Timeout=600"])
        .args(packages)
        .stage(&format!("apt-get install {}", packages.join(" ")))
}

fn update() -> Result {
    as_root()?.args(["apt-get", "update", "-o", "DPkg::Lock::Timeout=600"]).stage("apt-get update")
}

fn is_installed(package: &str) -> bool {
    let status =
        Run::new("dpkg-query").args(["--show", "--showformat", "${Status}", package]).capture();
    status.is_ok_and(|status| status == "install ok installed")
}

fn is_root() -> Result<bool> {
    Ok(Run::new("id").arg("-u").capture()?.trim() == "0")
}

/// `env` for root, into which the command goes as arguments.
fn as_root() -> Result<Run> {
    let settings = ["DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8"];
    if is_root()? {
        return Ok(Run::new("env").args(settings));
    }
    let advice = "run this as root, or install sudo and allow it to you";
    if run::find("sudo").is_none() {
        return Err(
            Failure::new("installing packages needs root, and there is no sudo").advice(advice)
        );
    }
    // The password is asked for here: the command itself runs with its output in a log.
    let asked = Run::new("sudo").arg(if stdin().is_terminal() { "-v" } else { "-nv" });
    asked.show().map_err(|failure| failure.advice(advice))?;
    Ok(Run::new("sudo").args(["-n", "env"]).args(settings))
}

/// Fetches one package of a suite that the system may not know into `folder` (emptied first)
/// and unpacks it into the folder that is handed back. Lists, cache and sources are private to `folder`.
pub fn unpack(package: &str, suite: &str, folder: &Path) -> Result<PathBuf> {
    let mirror = match mirror()? {
        Some(mirror) => mirror,
        None => {
            // An image without package lists does not know yet what its sources are.
            update()?;
            mirror()?.ok_or_else(|| {
                Failure::new("none of this system's package sources is the main archive of Debian")
                    .advice("add Debian's main archive to /etc/apt/sources.list.d")
            })?
        }
    };
    cache::remove(folder)?;
    for part in ["lists/partial", "cache/archives/partial", "package"] {
        cache::create(&folder.join(part))?;
    }
    let signed =
        if Path::new(KEYRING).exists() { format!(" signed-by={KEYRING}") } else { String::new() };
    let sources = folder.join("sources.list");
    cache::write(
        &sources,
        &format!("deb [target=Packages lang=none{signed}] {mirror} {suite} main\n"),
    )?;

    let mut options: Vec<String> = Vec::new();
    let paths =
        [("Etc::SourceList", "sources.list"), ("State::Lists", "lists"), ("Cache", "cache")];
    for (name, part) in paths {
        options.extend(["-o".into(), format!("Dir::{name}={}", folder.join(part).display())]);
    }
    // The system's other sources and its preferences among suites stay out of it.
    for name in ["Dir::Etc::SourceParts", "Dir::Etc::Preferences", "Dir::Etc::PreferencesParts"] {
        options.extend(["-o".into(), format!("{name}=/dev/null")]);
    }
    options.extend(["-o".into(), "APT::Default-Release=".into()]);
    if is_root()? {
        // The user that apt downloads as cannot look into root's folders.
        options.extend(["-o".into(), "APT::Sandbox::User=root".into()]);
    }
    let apt = |verb: &[&str]| Run::new("apt-get").args(&options).args(verb).dir(folder);
    apt(&["update", "-o", "APT::Update::Error-Mode=any"])
        .stage(&format!("read the package list of {suite}"))
        .map_err(|failure| {
            failure.advice("is debian-archive-keyring up to date, and the mirror reachable?")
        })?;
    apt(&["download", package]).stage(&format!("download {package} of {suite}"))?;

    let entries = fs::read_dir(folder).map_err(|e| Failure::file("read", folder, e))?;
    let file = entries
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|e| e == "deb"));
    let file =
        file.ok_or_else(|| Failure::new(format!("apt-get downloaded no file for {package}")))?;
    let unpacked = folder.join("package");
    Run::new("dpkg").arg("-x").arg(file).arg(&unpacked).capture()?;
    Ok(unpacked)
}

/// The mirror of Debian's main archive that this system uses. Whoever runs the machine chose
/// it; no address stands here.
fn mirror() -> Result<Option<String>> {
    let format = "$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)";
    let targets = Run::new("apt-get")
        .args(["indextargets", "--format", format, "Created-By: Packages"])
        .capture()?;
    Ok(main_archive(&targets).map(str::to_owned))
}

/// The first address whose line says main archive: updates, security and backports live in
/// suites with a dash in their names, and partly on other mirrors.
fn main_archive(targets: &str) -> Option<&str> {
    targets.lines().find_map(|line| match line.split(' ').collect::<Vec<_>>()[..] {
        [address, release, "main", "Debian"] if !release.contains('-') => Some(address),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::main_archive;

    #[test]
    fn the_main_archive_is_told_from_other_sources() {
        let cases = [
            ("", None),
            ("http://a/debian/ bookworm main $(ORIGIN)", None),
            (
                "http://s/debian-security/ bookworm-security main Debian\nhttp://a/debian/ bookworm main Debian",
                Some("http://a/debian/"),
            ),
            ("http://u/ubuntu/ noble main Ubuntu", None),
            (
                "http://a/debian/ bookworm contrib Debian\nhttp://b/debian/ trixie main Debian",
                Some("http://b/debian/"),
            ),
        ];
        for (targets, expected) in cases {
            assert_eq!(main_archive(targets), expected, "{targets}");
        }
    }
}
