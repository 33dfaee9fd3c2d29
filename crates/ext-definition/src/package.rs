//! The package's own part of a definition: what `Cargo.toml` says.

pub mod rules;
mod sources;

pub use sources::{Source, Sources};

/// The manifest of a package. The build script of an extension writes it
/// ([`Package::to_json`]); everybody else reads it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "model", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "model", serde(deny_unknown_fields))]
pub struct Package {
    /// Who publishes it: kebab-case.
    pub namespace: String,
    /// Kebab-case; unique in the namespace.
    pub name: String,
    /// A semantic version.
    pub version: String,
    /// For people.
    #[cfg_attr(feature = "model", serde(default, skip_serializing_if = "String::is_empty"))]
    pub title: String,
    /// For people.
    #[cfg_attr(feature = "model", serde(default, skip_serializing_if = "String::is_empty"))]
    pub description: String,
    /// An SPDX expression.
    #[cfg_attr(feature = "model", serde(default, skip_serializing_if = "String::is_empty"))]
    pub license: String,
    /// An address.
    #[cfg_attr(feature = "model", serde(default, skip_serializing_if = "String::is_empty"))]
    pub homepage: String,
    /// An address.
    #[cfg_attr(feature = "model", serde(default, skip_serializing_if = "String::is_empty"))]
    pub repository: String,
    /// `Name <address>` each.
    #[cfg_attr(feature = "model", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub authors: Vec<String>,
    /// Under which headings it is listed.
    #[cfg_attr(feature = "model", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub categories: Vec<String>,
    /// Words by which it is found.
    #[cfg_attr(feature = "model", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub keywords: Vec<String>,
    /// Database systems that it works with, of [`DATABASES`]; `all` for every one.
    #[cfg_attr(feature = "model", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub databases: Vec<String>,
    /// What it asks for beyond its sandbox.
    #[cfg_attr(feature = "model", serde(default, skip_serializing_if = "Permissions::is_empty"))]
    pub permissions: Permissions,
    /// How much it asks for at most.
    #[cfg_attr(feature = "model", serde(default, skip_serializing_if = "Limits::is_empty"))]
    pub limits: Limits,
    /// Its picture: the path of one of `files`.
    #[cfg_attr(feature = "model", serde(default, skip_serializing_if = "String::is_empty"))]
    pub icon: String,
    /// What it is about, in Markdown: the path of one of `files`.
    #[cfg_attr(feature = "model", serde(default, skip_serializing_if = "String::is_empty"))]
    pub readme: String,
    /// What travels in the package besides code, by path.
    #[cfg_attr(feature = "model", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub files: Vec<File>,
}

/// A file in a package. Its content is in the package's section of files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "model", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "model", serde(deny_unknown_fields))]
pub struct File {
    /// Relative to the folder of Cargo.toml, with `/`.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// The media type.
    #[cfg_attr(feature = "model", serde(rename = "type"))]
    pub media_type: String,
    /// Of the content: `sha256:…`.
    pub digest: String,
    /// Whether actions read it, below `/resources`.
    #[cfg_attr(feature = "model", serde(default, skip_serializing_if = "is_false"))]
    pub resource: bool,
}

/// What an extension asks to be held to. A host takes the smaller of this and of what it
/// grants itself: nobody gets more by asking.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "model", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "model", serde(deny_unknown_fields))]
pub struct Limits {
    /// How long a call may take, in milliseconds.
    #[cfg_attr(feature = "model", serde(default, skip_serializing_if = "Option::is_none"))]
    pub time_ms: Option<u64>,
    /// How much memory an instance may have, in bytes.
    #[cfg_attr(feature = "model", serde(default, skip_serializing_if = "Option::is_none"))]
    pub memory_bytes: Option<u64>,
}

impl Limits {
    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(feature = "model")]
fn is_false(value: &bool) -> bool {
    !value
}

/// What an extension asks for; nothing is granted by asking.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "model", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "model", serde(deny_unknown_fields))]
pub struct Permissions {
    /// Hosts to which it sends HTTP requests: `api.example.com`, `*.example.com`.
    #[cfg_attr(feature = "model", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub http: Vec<String>,
    /// Names of environment variables that it reads.
    #[cfg_attr(feature = "model", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub environment: Vec<String>,
    /// Absolute folders that it reads.
    #[cfg_attr(feature = "model", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub folders: Vec<String>,
    /// Whether it asks what time it is.
    #[cfg_attr(feature = "model", serde(default, skip_serializing_if = "is_false"))]
    pub clocks: bool,
}

impl Permissions {
    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The database systems that a package can name, besides `all`.
pub const DATABASES: &[&str] = &["postgresql", "mysql", "mariadb", "sqlite", "sqlserver", "oracle"];

impl Package {
    /// `namespace:name`.
    pub fn id(&self) -> String {
        format!("{}:{}", self.namespace, self.name)
    }

    /// As `serde` would write it; build scripts do without. Files are not in it: they join
    /// the manifest when the package is packed.
    pub fn to_json(&self) -> String {
        let mut members = Vec::new();
        for (key, value) in [
            ("namespace", &self.namespace),
            ("name", &self.name),
            ("version", &self.version),
            ("title", &self.title),
            ("description", &self.description),
            ("license", &self.license),
            ("homepage", &self.homepage),
            ("repository", &self.repository),
        ] {
            if !value.is_empty() {
                members.push(format!("{}:{}", quoted(key), quoted(value)));
            }
        }
        members.extend(list("authors", &self.authors));
        members.extend(list("categories", &self.categories));
        members.extend(list("keywords", &self.keywords));
        members.extend(list("databases", &self.databases));
        let Permissions { http, environment, folders, clocks } = &self.permissions;
        let mut permissions: Vec<String> =
            [("http", http), ("environment", environment), ("folders", folders)]
                .into_iter()
                .filter_map(|(key, values)| list(key, values))
                .collect();
        permissions.extend(clocks.then(|| "\"clocks\":true".to_owned()));
        let limits: Vec<String> =
            [("time_ms", self.limits.time_ms), ("memory_bytes", self.limits.memory_bytes)]
                .into_iter()
                .filter_map(|(key, value)| Some(format!("{}:{}", quoted(key), value?)))
                .collect();
        for (key, object) in [("permissions", permissions), ("limits", limits)] {
            if !object.is_empty() {
                members.push(format!("{}:{{{}}}", quoted(key), object.join(",")));
            }
        }
        format!("{{{}}}", members.join(","))
    }
}

fn list(key: &str, values: &[String]) -> Option<String> {
    let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    (!values.is_empty()).then(|| format!("{}:[{}]", quoted(key), values.join(",")))
}

/// A JSON string.
pub fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            control if control < ' ' => out.push_str(&format!("\\u{:04x}", control as u32)),
            plain => out.push(plain),
        }
    }
    out.push('"');
    out
}

#[cfg(all(test, feature = "model"))]
mod tests {
    use super::*;

    #[test]
    fn json_is_what_serde_writes() {
        let full = Package {
            namespace: "acme".into(),
            name: "orders".into(),
            version: "1.2.0".into(),
            title: "Orders \"and\" more".into(),
            description: "Line one\nline\ttwo \\ ünïcode".into(),
            license: "MIT".into(),
            homepage: "https://example.com".into(),
            repository: String::new(),
            categories: vec!["science::maths".into()],
            keywords: vec!["orders".into(), "prices".into()],
            limits: Limits { time_ms: Some(30_000), memory_bytes: Some(1 << 28) },
            authors: vec!["A <a@example.com>".into()],
            databases: vec!["all".into()],
            permissions: Permissions {
                http: vec!["x.example.com".into()],
                clocks: true,
                ..Default::default()
            },
            ..Default::default()
        };
        for package in [full, Package::default()] {
            let minimal = Package {
                namespace: "a".into(),
                name: "b".into(),
                version: "1.0.0".into(),
                ..package
            };
            let read: Package = serde_json::from_str(&minimal.to_json()).unwrap();
            assert_eq!(read, minimal);
        }
    }
}
