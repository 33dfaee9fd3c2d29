//! Where extension packages live: a local registry on disk, made of OCI image
//! layouts, and the lock file `Ext.lock`.
//!
//! A registry is a folder with one [OCI image layout] for each package, at
//! `ROOT/<namespace>/<name>`, so that it mirrors a remote registry: the repository
//! is the package, the tag is the version. What lies in it has the media types of
//! the [CNCF guidance for wasm artifacts], so that other tools read it too:
//! `skopeo copy oci:ROOT/acme/orders:1.2.0 …`.
//!
//! ```
//! use ext_registry::{PublishRequest, Registry};
//! # let folder = tempfile::tempdir().unwrap();
//! # let root = folder.path();
//! let registry = Registry::open_or_create(root)?;
//! let published = registry.publish(&PublishRequest {
//!     name: "acme:orders".parse()?,
//!     version: "1.2.0".parse().unwrap(),
//!     component: b"\0asm...",
//!     annotations: Default::default(),
//!     exports: vec!["acme:orders/actions@1.2.0".into()],
//!     imports: vec![],
//!     author: None,
//! })?;
//! let entry = registry.resolve(&"acme:orders@1".parse()?)?;
//! let package = registry.load(&"acme:orders".parse()?, &entry.version, Some(&published.digest))?;
//! assert_eq!(package.component, b"\0asm...");
//! # Ok::<(), ext_registry::Error>(())
//! ```
//!
//! What holds at any moment, even after a kill or a power loss:
//! - Blobs are on disk before `index.json` names them, and `index.json` is replaced
//!   in one step: a reader sees a publish whole or not at all, and needs no lock.
//! - Everything read is checked against its digest and bounded in size.
//! - Nothing in a registry is ever executed here, and nothing uses the network.
//!
//! [OCI image layout]: https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md
//! [CNCF guidance for wasm artifacts]: https://tag-runtime.cncf.io/wgs/wasm/deliverables/wasm-oci-artifact/
#![warn(missing_docs)]

mod digest;
mod error;
pub mod fs;
mod layout;
pub mod location;
pub mod lock;
mod name;
pub mod oci;
mod publish;
mod registry;
mod suggest;
mod time;
mod untrusted;

pub use digest::Digest;
pub use error::{CODES, Error, ErrorKind};
pub use lock::Lock;
pub use name::{PackageName, PackageRef};
pub use publish::{Outcome, PublishRequest, Published};
pub use registry::{Loaded, Located, Registry, VersionEntry};
pub use semver::Version;
#[doc(hidden)]
pub use untrusted::read_untrusted;
