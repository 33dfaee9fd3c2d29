//! The little of OCI that a package of one WebAssembly component needs.
//!
//! Own structs instead of the `oci-spec` crate: these are five small ones, that crate
//! brings ten others along. Fields that we have no use for are passed over when reading
//! manifests and configs, and kept when rewriting `index.json`.

use std::collections::BTreeMap;

use semver::Version;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Digest;

/// Media type of an image manifest
/// ([manifest.md](https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md)).
pub const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
/// Media type of an image index
/// ([image-index.md](https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md)).
pub const INDEX_TYPE: &str = "application/vnd.oci.image.index.v1+json";
/// Media type of the config of a wasm artifact
/// ([CNCF guidance](https://tag-runtime.cncf.io/wgs/wasm/deliverables/wasm-oci-artifact/)).
pub const CONFIG_TYPE: &str = "application/vnd.wasm.config.v0+json";
/// Media type of the layer that is the component (the same guidance).
pub const WASM_TYPE: &str = "application/wasm";

/// Annotation of a descriptor in `index.json`: the tag, that is, the version
/// ([annotations.md](https://github.com/opencontainers/image-spec/blob/v1.1.1/annotations.md),
/// as are all the annotations here).
pub const REF_NAME: &str = "org.opencontainers.image.ref.name";
/// Annotation: the instant of the publish, RFC 3339.
pub const CREATED: &str = "org.opencontainers.image.created";
/// Annotation: the version of the package.
pub const VERSION: &str = "org.opencontainers.image.version";
/// Annotation: the title of the package, for humans.
pub const TITLE: &str = "org.opencontainers.image.title";
/// Annotation: the description of the package, for humans.
pub const DESCRIPTION: &str = "org.opencontainers.image.description";
/// Annotation: the licences, an SPDX expression.
pub const LICENSES: &str = "org.opencontainers.image.licenses";
/// Annotation: the URL of the source code.
pub const SOURCE: &str = "org.opencontainers.image.source";
/// Annotation: the authors, free text.
pub const AUTHORS: &str = "org.opencontainers.image.authors";
/// Annotation: the URL of more information.
pub const URL: &str = "org.opencontainers.image.url";

/// The largest manifest, config and `index.json`, in bytes: what registries must accept
/// at least
/// ([distribution-spec, "Pushing Manifests"](https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-manifests)).
pub const MAX_JSON: u64 = 4 << 20;
/// The largest component, in bytes.
pub const MAX_COMPONENT: u64 = 512 << 20;

/// The longest tag, in characters
/// ([distribution-spec, "Pulling manifests"](https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests)).
pub(crate) const MAX_TAG: usize = 128;

/// `oci-layout`, the marker of an image layout
/// ([image-layout.md](https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md#oci-layout-file)).
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LayoutMarker {
    pub(crate) image_layout_version: String,
}

/// The one version of image layouts.
pub(crate) const LAYOUT_VERSION: &str = "1.0.0";

/// A reference to a blob
/// ([descriptor.md](https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md)).
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    pub(crate) media_type: String,
    pub(crate) digest: Digest,
    pub(crate) size: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) annotations: Option<BTreeMap<String, String>>,
}

impl Descriptor {
    pub(crate) fn of(media_type: &str, bytes: &[u8]) -> Self {
        Self {
            media_type: media_type.into(),
            digest: Digest::of(bytes),
            size: bytes.len() as u64,
            annotations: None,
        }
    }
}

/// `index.json` ([image-index.md](https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md)).
///
/// The descriptors stay as they were read: other tools may add what they like.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Index {
    pub(crate) schema_version: u32,
    #[serde(default)]
    pub(crate) manifests: Vec<Value>,
    #[serde(flatten)]
    pub(crate) rest: Map<String, Value>,
}

impl Index {
    pub(crate) fn new() -> Self {
        Self {
            schema_version: 2,
            manifests: Vec::new(),
            rest: Map::from_iter([("mediaType".into(), INDEX_TYPE.into())]),
        }
    }
}

/// An image manifest ([manifest.md](https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md)).
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Manifest {
    pub(crate) schema_version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) media_type: Option<String>,
    pub(crate) config: Descriptor,
    pub(crate) layers: Vec<Descriptor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) annotations: Option<BTreeMap<String, String>>,
}

/// The config of a wasm artifact
/// ([CNCF guidance](https://tag-runtime.cncf.io/wgs/wasm/deliverables/wasm-oci-artifact/)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Config {
    /// The instant of the publish, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// `wasm`.
    pub architecture: String,
    /// `wasip2` for a component, `wasip1` for a plain module.
    pub os: String,
    /// The digests of the layers, in the manifest's order: they make each config, whose
    /// digest tools use as an identity, different from others.
    #[serde(default)]
    pub layer_digests: Vec<String>,
    /// What the component imports and exports.
    #[serde(default)]
    pub component: Option<Component>,
}

/// The world of a component (the same guidance).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// The names of the exports, such as `acme:orders/actions@1.2.0`.
    #[serde(default)]
    pub exports: Vec<String>,
    /// The names of the imports, such as `wasi:clocks/wall-clock@0.2.6`.
    #[serde(default)]
    pub imports: Vec<String>,
    /// The world that the component targets; we target none that others know.
    #[serde(default)]
    pub target: Option<String>,
}

/// The tag of a version. A tag may not hold a `+`, and no version holds a `_`: wkg
/// writes the one for the other, and so do we.
pub(crate) fn tag_of(version: &Version) -> String {
    version.to_string().replace('+', "_")
}

/// The version that a tag stands for, if it stands for one.
pub(crate) fn version_of(tag: &str) -> Option<Version> {
    Version::parse(&tag.replacen('_', "+", 1)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_stand_for_versions() {
        for (version, tag) in [
            ("1.2.0", "1.2.0"),
            ("1.2.0-rc.1", "1.2.0-rc.1"),
            ("1.2.0+build-5", "1.2.0_build-5"),
            ("1.2.0-rc.1+b.5", "1.2.0-rc.1_b.5"),
        ] {
            let version = Version::parse(version).unwrap();
            assert_eq!(tag_of(&version), tag);
            assert_eq!(version_of(tag).unwrap(), version);
        }
        for tag in ["", "latest", "1.2", "v1.2.0", "1.2.0_a_b", "_1.2.0"] {
            assert_eq!(version_of(tag), None, "{tag}");
        }
    }
}
