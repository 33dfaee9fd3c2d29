//! The files that Cargo.toml names. The build script hands the names on, with their places,
//! and whoever packs reads the files: a resource may change and no code is compiled again.

use super::quoted;

/// Every file that a package's Cargo.toml names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "model", derive(serde::Deserialize))]
#[cfg_attr(feature = "model", serde(deny_unknown_fields))]
pub struct Sources {
    /// A picture.
    #[cfg_attr(feature = "model", serde(default))]
    pub icon: Option<Source>,
    /// A text.
    #[cfg_attr(feature = "model", serde(default))]
    pub readme: Option<Source>,
    /// Files, folders and patterns.
    #[cfg_attr(feature = "model", serde(default))]
    pub resources: Vec<Source>,
}

/// What Cargo.toml names, relative to its folder, and where it does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "model", derive(serde::Deserialize))]
#[cfg_attr(feature = "model", serde(deny_unknown_fields))]
pub struct Source {
    /// A path with `/`; for resources also a pattern.
    pub path: String,
    /// The line in Cargo.toml, from 1; 0 if it is not named there.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
}

impl Sources {
    /// As [`Package::to_json`](super::Package::to_json).
    pub fn to_json(&self) -> String {
        let Self { icon, readme, resources } = self;
        let mut members = Vec::new();
        for (key, source) in [("icon", icon), ("readme", readme)] {
            members.extend(source.iter().map(|it| format!("{}:{}", quoted(key), it.to_json())));
        }
        let resources: Vec<String> = resources.iter().map(Source::to_json).collect();
        members.push(format!("\"resources\":[{}]", resources.join(",")));
        format!("{{{}}}", members.join(","))
    }
}

impl Source {
    fn to_json(&self) -> String {
        let Self { path, line, column } = self;
        format!("{{\"path\":{},\"line\":{line},\"column\":{column}}}", quoted(path))
    }
}

#[cfg(all(test, feature = "model"))]
mod tests {
    use super::*;

    #[test]
    fn json_is_what_serde_reads() {
        let source = |path: &str| Source { path: path.into(), line: 7, column: 13 };
        for sources in [
            Sources::default(),
            Sources {
                icon: Some(source("icon \"1\".svg")),
                readme: Some(source("README.md")),
                resources: vec![source("data/**/*.csv"), source("templates")],
            },
        ] {
            let read: Sources = serde_json::from_str(&sources.to_json()).unwrap();
            assert_eq!(read, sources);
        }
    }
}
