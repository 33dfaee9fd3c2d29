//! Publishing: all or nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use semver::Version;

use crate::layout::{Layout, check_json_size};
use crate::oci::{
    CONFIG_TYPE, CREATED, Component, Config, Descriptor, Index, MANIFEST_TYPE, MAX_COMPONENT,
    MAX_TAG, Manifest, VERSION, WASM_TYPE, tag_of,
};
use crate::registry::wasm_layer;
use crate::{Digest, Error, ErrorKind, PackageName, Registry, time};

/// How long a publish waits for another one of the same package.
const WAIT: Duration = Duration::from_secs(60);

/// What to publish.
#[derive(Clone, Debug)]
pub struct PublishRequest<'a> {
    /// The package.
    pub name: PackageName,
    /// The version.
    pub version: Version,
    /// The component, [`MAX_COMPONENT`] bytes at most.
    pub component: &'a [u8],
    /// Annotations of the manifest, such as [`oci::TITLE`](crate::oci::TITLE). The
    /// [version](VERSION) is always set, and the [instant](CREATED) if it is not there:
    /// who wants the same digest each time gives it.
    pub annotations: BTreeMap<String, String>,
    /// The names of the component's exports, such as `acme:orders/actions@1.2.0`.
    pub exports: Vec<String>,
    /// The names of the component's imports.
    pub imports: Vec<String>,
    /// Who made it.
    pub author: Option<String>,
}

/// What a publish did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Published {
    /// The digest of the manifest: what a lock file pins.
    pub digest: Digest,
    /// Whether the version is new.
    pub outcome: Outcome,
}

/// Whether a publish found something to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The version was not there before.
    New,
    /// The version was there with the same component; its annotations stay as they were.
    Unchanged,
}

impl Registry {
    /// Publishes a version. Readers see all of it or nothing, whenever the process ends.
    ///
    /// A version that exists with the same component is left as it is; nothing is written,
    /// unless the component's file is damaged: then it is mended.
    ///
    /// # Errors
    /// [`ErrorKind::VersionExists`] if it exists with another component;
    /// [`ErrorKind::InvalidRequest`], [`ErrorKind::TooLarge`] if it cannot be stored;
    /// [`ErrorKind::Busy`] if another publish of the package lasts for more than a minute;
    /// [`ErrorKind::Corrupt`], [`ErrorKind::Unsupported`] if the version exists but is
    /// damaged or of another kind.
    pub fn publish(&self, request: &PublishRequest<'_>) -> Result<Published, Error> {
        check(request)?;
        let layer = Descriptor::of(WASM_TYPE, request.component);
        let layout = self.layout(&request.name);

        // Nothing to do is the common case while somebody works: no lock, no write.
        if let Some(index) = layout.index()?
            && let Some(published) = self.existing(&layout, &index, request, &layer)?
            && layout.holds(&layer.digest, request.component)
        {
            return Ok(published);
        }

        // Before anything is written: it may find that the request is too large.
        let (descriptor, blobs) = describe(request, &layer)?;
        let _lock = layout.lock(self.root(), WAIT)?;
        layout.prepare()?;
        let index = layout.index()?.unwrap_or_else(Index::new);
        let existing = self.existing(&layout, &index, request, &layer)?;
        layout.write_blob(&layer.digest, request.component)?;
        if let Some(published) = existing {
            layout.sync_blobs()?;
            return Ok(published);
        }
        for bytes in &blobs {
            layout.write_blob(&Digest::of(bytes), bytes)?;
        }
        let digest = descriptor.digest;
        layout.tag(index, &request.version, descriptor)?;
        Ok(Published { digest, outcome: Outcome::New })
    }

    /// The version if it is there with the same component.
    fn existing(
        &self,
        layout: &Layout,
        index: &Index,
        request: &PublishRequest<'_>,
        layer: &Descriptor,
    ) -> Result<Option<Published>, Error> {
        let entries = layout.entries(index)?;
        let Some(entry) = (entries.iter()).find(|entry| entry.version == request.version) else {
            return Ok(None);
        };
        let digest = entry.descriptor.digest;
        let manifest = layout.manifest(&entry.descriptor)?;
        let existing = wasm_layer(manifest, &layout.blob_path(&digest))?.digest;
        if existing != layer.digest {
            return Err(ErrorKind::VersionExists {
                name: request.name.clone(),
                version: request.version.clone(),
                existing,
                new: layer.digest,
                root: self.root().into(),
            }
            .into());
        }
        let outcome = Outcome::Unchanged;
        Ok(Some(Published { digest, outcome }))
    }
}

/// What can be said before anything is hashed or written.
fn check(request: &PublishRequest<'_>) -> Result<(), Error> {
    let size = request.component.len() as u64;
    if size > MAX_COMPONENT {
        return Err(ErrorKind::TooLarge {
            what: "the component",
            path: None,
            size,
            limit: MAX_COMPONENT,
        }
        .into());
    }
    let version = &request.version;
    if tag_of(version).len() > MAX_TAG {
        let reason = format!("the version `{version}` is longer than {MAX_TAG} characters");
        let help = "shorten the pre-release or build part of `version` in Cargo.toml";
        return Err(ErrorKind::InvalidRequest { reason, help }.into());
    }
    if let Some(created) = request.annotations.get(CREATED)
        && !time::is_rfc3339(created)
    {
        let reason = format!("the annotation `{CREATED}` is `{created}`, not an RFC 3339 instant");
        let help = "write it as in `2026-07-28T09:30:00Z`, or leave it out";
        return Err(ErrorKind::InvalidRequest { reason, help }.into());
    }
    Ok(())
}

/// The descriptor of the manifest, and the blobs of manifest and config.
fn describe(
    request: &PublishRequest<'_>,
    layer: &Descriptor,
) -> Result<(Descriptor, [Vec<u8>; 2]), Error> {
    let mut annotations = request.annotations.clone();
    annotations.insert(VERSION.into(), request.version.to_string());
    let created = annotations.entry(CREATED.into()).or_insert_with(time::now).clone();
    let config = Config {
        created: Some(created.clone()),
        author: request.author.clone(),
        architecture: "wasm".into(),
        os: "wasip2".into(),
        layer_digests: vec![layer.digest.to_string()],
        component: Some(Component {
            exports: request.exports.clone(),
            imports: request.imports.clone(),
            target: None,
        }),
    };
    let config = to_json("the list of imports and exports", &config)?;
    let manifest = Manifest {
        schema_version: 2,
        media_type: Some(MANIFEST_TYPE.into()),
        config: Descriptor::of(CONFIG_TYPE, &config),
        layers: vec![layer.clone()],
        annotations: Some(annotations),
    };
    let manifest = to_json("the manifest, that is, its annotations", &manifest)?;
    let mut descriptor = Descriptor::of(MANIFEST_TYPE, &manifest);
    // So that a listing need not open each manifest.
    descriptor.annotations = Some(BTreeMap::from([(CREATED.into(), created)]));
    Ok((descriptor, [config, manifest]))
}

fn to_json(what: &'static str, value: &impl serde::Serialize) -> Result<Vec<u8>, Error> {
    let bytes = serde_json::to_vec(value).map_err(|error| ErrorKind::InvalidRequest {
        reason: format!("{what} cannot be written as JSON: {error}"),
        help: "this is a defect of the program that publishes: report it",
    })?;
    check_json_size(what, None, &bytes)?;
    Ok(bytes)
}
