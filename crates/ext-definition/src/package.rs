//! The package's own part of a definition: what `Cargo.toml` says.

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
    pub repository: String,
    /// `Name <address>` each.
    #[cfg_attr(feature = "model", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub authors: Vec<String>,
    /// Database systems that it works with, of [`DATABASES`]; `all` for every one.
    #[cfg_attr(feature = "model", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub databases: Vec<String>,
    /// What it asks for beyond its sandbox.
    #[cfg_attr(feature = "model", serde(default, skip_serializing_if = "Permissions::is_empty"))]
    pub permissions: Permissions,
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

    /// As `serde` would write it; build scripts do without.
    pub fn to_json(&self) -> String {
        let mut members = Vec::new();
        for (key, value) in [
            ("namespace", &self.namespace),
            ("name", &self.name),
            ("version", &self.version),
            ("title", &self.title),
            ("description", &self.description),
            ("license", &self.license),
            ("repository", &self.repository),
        ] {
            if !value.is_empty() {
                members.push(format!("{}:{}", quoted(key), quoted(value)));
            }
        }
        members.extend(list("authors", &self.authors));
        members.extend(list("databases", &self.databases));
        let Permissions { http, environment, folders } = &self.permissions;
        let permissions: Vec<String> =
            [("http", http), ("environment", environment), ("folders", folders)]
                .into_iter()
                .filter_map(|(key, values)| list(key, values))
                .collect();
        if !permissions.is_empty() {
            members.push(format!("\"permissions\":{{{}}}", permissions.join(",")));
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
            repository: String::new(),
            authors: vec!["A <a@example.com>".into()],
            databases: vec!["all".into()],
            permissions: Permissions { http: vec!["x.example.com".into()], ..Default::default() },
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
