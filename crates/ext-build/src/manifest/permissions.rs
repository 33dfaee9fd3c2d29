//! What an extension asks for beyond its sandbox.

use ext_definition::code;
use ext_definition::package::{Permissions, rules};
use toml::de::{DeTable, DeValue};

use super::keys::unknown;
use crate::cargo_toml::{Reader, kind};

/// Reads `permissions`.
pub fn read(table: &DeTable, reader: &mut Reader) -> Permissions {
    let mut permissions = Permissions::default();
    let code = code::PERMISSION_MALFORMED;
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        let (list, fits, expected): (_, fn(&str) -> bool, _) = match name {
            "http" => (&mut permissions.http, rules::host, "a host such as `api.example.com`"),
            "environment" => (&mut permissions.environment, rules::variable, "a variable's name"),
            "folders" => (&mut permissions.folders, rules::folder, "an absolute path"),
            "clocks" => {
                match value.get_ref() {
                    DeValue::Boolean(asked) => permissions.clocks = *asked,
                    other => {
                        let found = kind(other);
                        let message =
                            format!("`permissions.clocks` must be a boolean, not {found}");
                        reader.mistake(code, value.span(), message);
                    }
                }
                continue;
            }
            other => {
                unknown(other, &["http", "environment", "folders", "clocks"], key.span(), reader);
                continue;
            }
        };
        let entries = reader.strings(code, name, value);
        if entries.len() > rules::MAX_ENTRIES {
            let most = rules::MAX_ENTRIES;
            let message = format!("`permissions.{name}` has more than {most} entries");
            reader.mistake(code, value.span(), message);
        }
        for (text, at) in entries {
            if !fits(&text) {
                let message = format!("`{text}` in `permissions.{name}` must be {expected}");
                reader.mistake(code, at, message);
            }
            list.push(text);
        }
    }
    permissions
}
