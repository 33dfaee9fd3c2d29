//! Reading a registry.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use semver::Version;

use crate::fs::{io_error, is_absent};
use crate::layout::{Entry, Layout, parse};
use crate::name::is_part;
use crate::oci::{
    CONFIG_TYPE, CREATED, Config, Descriptor, MAX_COMPONENT, MAX_JSON, Manifest, WASM_TYPE,
};
use crate::{Digest, Error, ErrorKind, PackageName, PackageRef, suggest};

/// A registry: a folder with one OCI image layout for each package.
///
/// Any number of processes may use one at once: readers take no lock, and two
/// publishes of one package wait for each other.
#[derive(Clone, Debug)]
pub struct Registry {
    root: PathBuf,
}

/// A version that the registry holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VersionEntry {
    /// The version.
    pub version: Version,
    /// The digest of its manifest: what a lock file pins.
    pub digest: Digest,
    /// When it was published, RFC 3339; other programs may leave it out.
    pub created: Option<String>,
}

/// Where a version is and what is known of it without reading the component.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Located {
    /// The digest of the manifest.
    pub digest: Digest,
    /// The file of the component. Its size is verified, its content is not.
    pub path: PathBuf,
    /// The digest that the component's content must have.
    pub layer: Digest,
    /// The size of the component in bytes.
    pub size: u64,
    /// The annotations of the manifest, such as [`oci::TITLE`](crate::oci::TITLE).
    pub annotations: BTreeMap<String, String>,
    /// The config: author, instant, imports and exports.
    pub config: Config,
}

/// A version, verified and in memory.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Loaded {
    /// The digest of the manifest.
    pub digest: Digest,
    /// The digest of the component.
    pub layer: Digest,
    /// The component.
    pub component: Vec<u8>,
    /// The annotations of the manifest, such as [`oci::TITLE`](crate::oci::TITLE).
    pub annotations: BTreeMap<String, String>,
    /// The config: author, instant, imports and exports.
    pub config: Config,
}

impl Registry {
    /// The registry in the folder `root`.
    ///
    /// # Errors
    /// [`ErrorKind::RegistryNotFound`] if there is no such folder.
    pub fn open(root: &Path) -> Result<Self, Error> {
        if !root.is_dir() {
            return Err(ErrorKind::RegistryNotFound { root: root.into() }.into());
        }
        Ok(Self { root: root.into() })
    }

    /// The registry in the folder `root`, which is created if it is not there.
    pub fn open_or_create(root: &Path) -> Result<Self, Error> {
        fs::create_dir_all(root).map_err(io_error("create the registry", root))?;
        Self::open(root)
    }

    /// The folder of the registry.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The packages, in order of their names. A package whose files are damaged is
    /// listed too.
    pub fn packages(&self) -> Result<Vec<PackageName>, Error> {
        let mut names = Vec::new();
        for namespace in part_folders(&self.root)? {
            for name in part_folders(&self.root.join(&namespace))? {
                let name = PackageName::new(&namespace, &name)?;
                if self.layout(&name).exists() {
                    names.push(name);
                }
            }
        }
        names.sort();
        Ok(names)
    }

    /// The versions of a package, in ascending order.
    ///
    /// # Errors
    /// [`ErrorKind::PackageNotFound`], with the nearest name that exists.
    pub fn versions(&self, name: &PackageName) -> Result<Vec<VersionEntry>, Error> {
        let entries = self.entries(name)?.1.into_iter();
        Ok(entries.map(VersionEntry::from).collect())
    }

    /// The highest version that will do, by Cargo's rules.
    ///
    /// # Errors
    /// [`ErrorKind::PackageNotFound`], [`ErrorKind::VersionNotFound`] with the versions
    /// that exist.
    pub fn resolve(&self, package: &PackageRef) -> Result<VersionEntry, Error> {
        let (_, mut entries) = self.entries(&package.name)?;
        let highest = entries.iter().rposition(|entry| package.req.matches(&entry.version));
        match highest {
            Some(place) => Ok(entries.swap_remove(place).into()),
            None => Err(self.version_not_found(&package.name, &package.req, entries)),
        }
    }

    /// Where a version is, and all that its manifest and config say. The component is not
    /// read: for listings, and for hosts that map the file and check its digest
    /// themselves.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn locate(
        &self,
        name: &PackageName,
        version: &Version,
        expected: Option<&Digest>,
    ) -> Result<Located, Error> {
        self.find(name, version, expected).map(|(_, _, located)| located)
    }

    /// Reads a version. Everything is verified: the manifest against the index and
    /// `expected`, which is what the lock file says, config and component against the
    /// manifest.
    ///
    /// # Errors
    /// [`ErrorKind::PackageNotFound`], [`ErrorKind::VersionNotFound`];
    /// [`ErrorKind::DigestMismatch`] if the version is not the expected one;
    /// [`ErrorKind::Corrupt`] if a file is damaged or missing;
    /// [`ErrorKind::Unsupported`] if it is an artifact of another kind;
    /// [`ErrorKind::TooLarge`] beyond [`MAX_JSON`](crate::oci::MAX_JSON) and
    /// [`MAX_COMPONENT`].
    pub fn load(
        &self,
        name: &PackageName,
        version: &Version,
        expected: Option<&Digest>,
    ) -> Result<Loaded, Error> {
        let (layout, layer, located) = self.find(name, version, expected)?;
        Ok(Loaded {
            digest: located.digest,
            layer: located.layer,
            component: layout.blob("the component", &layer, MAX_COMPONENT)?,
            annotations: located.annotations,
            config: located.config,
        })
    }

    /// The way of [`locate`](Self::locate) and [`load`](Self::load).
    fn find(
        &self,
        name: &PackageName,
        version: &Version,
        expected: Option<&Digest>,
    ) -> Result<(Layout, Descriptor, Located), Error> {
        let (layout, entries) = self.entries(name)?;
        let Some(entry) = entries.iter().find(|entry| entry.version == *version) else {
            return Err(self.version_not_found(name, version, entries));
        };
        let digest = entry.descriptor.digest;
        if let Some(&expected) = expected
            && expected != digest
        {
            return Err(ErrorKind::DigestMismatch {
                name: name.clone(),
                version: version.clone(),
                expected,
                found: digest,
                path: layout.index_path(),
            }
            .into());
        }

        let manifest = layout.manifest(&entry.descriptor)?;
        let manifest_path = layout.blob_path(&digest);
        let config = read_config(&layout, &manifest, &manifest_path)?;
        let annotations = manifest.annotations.clone().unwrap_or_default();
        let layer = wasm_layer(manifest, &manifest_path)?;
        let path = layout.check_size("the component", &layer, MAX_COMPONENT)?;
        let located =
            Located { digest, path, layer: layer.digest, size: layer.size, annotations, config };
        Ok((layout, layer, located))
    }

    /// The image layout of a package. A name cannot lead out of the registry.
    pub(crate) fn layout(&self, name: &PackageName) -> Layout {
        Layout::new(self.root.join(name.namespace()).join(name.name()))
    }

    /// The image layout of a package that exists, and its versions in ascending order.
    fn entries(&self, name: &PackageName) -> Result<(Layout, Vec<Entry>), Error> {
        let layout = self.layout(name);
        if let Some(index) = layout.index()? {
            let entries = layout.entries(&index)?;
            return Ok((layout, entries));
        }
        // Where names cannot be listed there is none to suggest.
        let nearest = suggest::nearest(name, self.packages().unwrap_or_default());
        Err(ErrorKind::PackageNotFound { name: name.clone(), root: self.root.clone(), nearest }
            .into())
    }

    fn version_not_found(
        &self,
        name: &PackageName,
        wanted: &impl ToString,
        existing: Vec<Entry>,
    ) -> Error {
        Error::from(ErrorKind::VersionNotFound {
            name: name.clone(),
            wanted: wanted.to_string(),
            existing: existing.into_iter().map(|entry| entry.version).collect(),
            root: self.root.clone(),
        })
    }
}

impl From<Entry> for VersionEntry {
    fn from(entry: Entry) -> Self {
        let annotations = entry.descriptor.annotations;
        Self {
            version: entry.version,
            digest: entry.descriptor.digest,
            created: annotations.and_then(|mut annotations| annotations.remove(CREATED)),
        }
    }
}

fn read_config(layout: &Layout, manifest: &Manifest, path: &Path) -> Result<Config, Error> {
    let media_type = &manifest.config.media_type;
    if media_type != CONFIG_TYPE {
        return Err(ErrorKind::Unsupported {
            path: path.into(),
            reason: format!("its config has media type `{media_type}`"),
        }
        .into());
    }
    let bytes = layout.blob("the config", &manifest.config, MAX_JSON)?;
    parse(&bytes, &layout.blob_path(&manifest.config.digest))
}

/// The one layer that is the component.
pub(crate) fn wasm_layer(manifest: Manifest, path: &Path) -> Result<Descriptor, Error> {
    let count = manifest.layers.len();
    match <[Descriptor; 1]>::try_from(manifest.layers) {
        Ok([layer]) if layer.media_type == WASM_TYPE => Ok(layer),
        Ok([layer]) => Err(format!("its layer has media type `{}`", layer.media_type)),
        Err(_) => Err(format!("it has {count} layers, not one")),
    }
    .map_err(|reason| {
        let path = path.into();
        Error::from(ErrorKind::Unsupported { path, reason })
    })
}

/// The folders in `folder` whose names may be a part of a package name. Whatever else is
/// there is not ours.
fn part_folders(folder: &Path) -> Result<Vec<String>, Error> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if is_absent(&error) => return Ok(Vec::new()),
        Err(error) => return Err(io_error("list", folder)(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(io_error("list", folder))?;
        if let Ok(name) = entry.file_name().into_string()
            && is_part(&name)
            && entry.path().is_dir()
        {
            names.push(name);
        }
    }
    Ok(names)
}
