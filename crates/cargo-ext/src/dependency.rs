//! Names the dependency that stopped a build for WebAssembly, and what to use instead.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use cargo_metadata::diagnostic::DiagnosticLevel;
use cargo_metadata::{
    DependencyKind, Message, Metadata, MetadataCommand, Package, PackageId, TargetKind,
};
use ext_definition::code;
use ext_definition::diagnostic::Diagnostic;

use crate::cli::Building;
use crate::toolchain::{TARGET, Toolchain};

/// `crate | reason | alternative`, a line each.
const ALTERNATIVES: &str = include_str!("alternatives.txt");

/// What a build said about the packages other than the one that is built.
#[derive(Default)]
pub struct Progress {
    /// The first package that rustc found an error in.
    with_error: Option<PackageId>,
    /// Packages whose build script was compiled.
    with_script: BTreeSet<PackageId>,
    /// Packages whose build script ended well.
    script_ended: BTreeSet<PackageId>,
}

impl Progress {
    /// Takes note of a message of cargo.
    pub fn observe(&mut self, message: &Message) {
        match message {
            Message::CompilerMessage(it) if it.message.level == DiagnosticLevel::Error => {
                self.with_error.get_or_insert_with(|| it.package_id.clone());
            }
            Message::CompilerArtifact(it) if it.target.kind.contains(&TargetKind::CustomBuild) => {
                self.with_script.insert(it.package_id.clone());
            }
            Message::BuildScriptExecuted(it) => {
                self.script_ended.insert(it.package_id.clone());
            }
            _ => {}
        }
    }

    /// The dependency that stopped the build of `package`, as an error.
    ///
    /// cargo reports the failure of a build script as text alone. The script is found as one
    /// that was compiled and did not end well; of several, one with a known alternative counts
    /// first, since cargo stops others before they begin.
    pub fn culprit(
        &self,
        package: &Package,
        building: &Building,
        toolchain: &Toolchain,
    ) -> Option<Diagnostic> {
        if self.with_error.as_ref() == Some(&package.id) {
            return None;
        }
        let metadata = metadata(package, building, toolchain)?;
        let named = |id: &PackageId| metadata.packages.iter().find(|it| it.id == *id);
        let culprit = match &self.with_error {
            // The author's own crate: rustc's message is what helps.
            Some(id) => named(id).filter(|it| it.source.is_some())?,
            None => {
                let stopped = self.with_script.difference(&self.script_ended).filter_map(named);
                stopped
                    .filter(|it| it.id != package.id)
                    .max_by_key(|it| alternative(&it.name).is_some())?
            }
        };
        let message =
            format!("`{} v{}` does not build for {TARGET}", culprit.name, culprit.version);
        let path = path(&metadata, &package.id, &culprit.id)?;
        let names = path.iter().filter_map(|it| named(it)).map(|it| it.name.as_str());
        let path = names.collect::<Vec<_>>().join(" → ");
        let help = match alternative(&culprit.name) {
            Some((why, instead)) => {
                format!("{path} needs it, and {why}; use instead: {instead}")
            }
            None => format!(
                "{path} needs it; its messages above say why. A crate that compiles C code or opens \
                 sockets does not build: look for one in Rust, or turn off the feature that needs it"
            ),
        };
        Some(Diagnostic::error(code::DEPENDENCY, message).help(help))
    }
}

/// Why a crate does not build, and what to use instead.
fn alternative(name: &str) -> Option<(&'static str, &'static str)> {
    ALTERNATIVES.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let mut cells = line.split(" | ");
        (cells.next() == Some(name)).then(|| Some((cells.next()?, cells.next()?)))?
    })
}

/// The dependency tree that was built.
fn metadata(package: &Package, building: &Building, toolchain: &Toolchain) -> Option<Metadata> {
    let mut command = MetadataCommand::new();
    command.cargo_path(toolchain.cargo().get_program());
    command.manifest_path(&package.manifest_path);
    // The lock file is there: the build has just used it.
    let mut options = vec!["--offline".to_owned(), format!("--filter-platform={TARGET}")];
    options.extend(building.features.iter().map(|it| format!("--features={it}")));
    options.extend(building.all_features.then(|| "--all-features".to_owned()));
    options.extend(building.no_default_features.then(|| "--no-default-features".to_owned()));
    command.other_options(options);
    command.exec().ok()
}

/// The shortest way from one package to another over dependencies that are built.
fn path<'a>(
    metadata: &'a Metadata,
    from: &'a PackageId,
    to: &PackageId,
) -> Option<Vec<&'a PackageId>> {
    let nodes = &metadata.resolve.as_ref()?.nodes;
    let nodes: BTreeMap<_, _> = nodes.iter().map(|node| (&node.id, node)).collect();
    let mut reached_from = BTreeMap::from([(from, from)]);
    let mut open = VecDeque::from([from]);
    while let Some(id) = open.pop_front() {
        if id == to {
            let mut path = vec![id];
            let mut at = id;
            while at != from {
                at = reached_from.get(at)?;
                path.push(at);
            }
            path.reverse();
            return Some(path);
        }
        for dependency in nodes.get(id).into_iter().flat_map(|node| &node.deps) {
            let is_built =
                dependency.dep_kinds.iter().any(|it| it.kind != DependencyKind::Development);
            if is_built && !reached_from.contains_key(&dependency.pkg) {
                reached_from.insert(&dependency.pkg, id);
                open.push_back(&dependency.pkg);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_alternative_is_complete() {
        let lines = ALTERNATIVES.lines().filter(|line| !line.starts_with('#'));
        for line in lines {
            let cells: Vec<&str> = line.split(" | ").collect();
            assert_eq!(cells.len(), 3, "{line}");
            assert_eq!(alternative(cells[0]), Some((cells[1], cells[2])));
        }
        assert_eq!(alternative("serde"), None);
    }
}
