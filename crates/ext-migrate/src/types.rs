//! The type table: what a basic type is in OutSystems, in C# and in Rust. One place.

use super::model::{Library, Type};

/// A basic type. The names are OutSystems' own, as in `OSDataType` and `TypeKind`; those
/// behind `PhoneNumber` are known to C# only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Basic {
    Text,
    Integer,
    LongInteger,
    Boolean,
    BinaryData,
    Decimal,
    Currency,
    Date,
    Time,
    DateTime,
    Email,
    PhoneNumber,
    Guid,
    Duration,
    Url,
    Json,
    Double,
    Single,
    SByte,
    Int16,
    Byte,
    UInt16,
    UInt32,
    UInt64,
    Char,
}

/// Where a Rust type comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Home {
    Std,
    Runtime,
    /// A feature of `ext-runtime`.
    Feature(&'static str),
}

struct Row {
    basic: Basic,
    /// The name in OutSystems.
    name: &'static str,
    /// The Rust type that says the same.
    rust: &'static str,
    /// Where that type is.
    home: Home,
    /// What C# calls it.
    csharp: &'static [&'static str],
}

macro_rules! table {
    ($($basic:ident $rust:literal $home:tt [$($csharp:literal)*];)*) => {
        const TABLE: &[Row] = &[$(Row {
            basic: Basic::$basic,
            name: stringify!($basic),
            rust: $rust,
            home: table!(@home $home),
            csharp: &[$($csharp),*],
        }),*];
    };
    (@home std) => { Home::Std };
    (@home runtime) => { Home::Runtime };
    (@home $feature:literal) => { Home::Feature($feature) };
}

// basic      Rust          its home    C#
table! {
    Text        "String"      std         ["string" "String"];
    Integer     "i32"         std         ["int" "Int32"];
    LongInteger "i64"         std         ["long" "Int64"];
    Boolean     "bool"        std         ["bool" "Boolean"];
    BinaryData  "Vec<u8>"     std         ["Stream" "MemoryStream"];
    Decimal     "Decimal"     "decimal"   ["decimal" "Decimal"];
    Currency    "Decimal"     "decimal"   [];
    Date        "Date"        "date-time" ["DateOnly"];
    Time        "Time"        "date-time" ["TimeOnly"];
    DateTime    "DateTime"    "date-time" ["DateTime" "DateTimeOffset"];
    Email       "Email"       runtime     [];
    PhoneNumber "PhoneNumber" runtime     [];
    Guid        "Uuid"        "uuid"      ["Guid"];
    Duration    "Duration"    "date-time" ["TimeSpan"];
    Url         "Url"         "url"       ["Uri"];
    Json        "Json"        "json"      ["JsonElement" "JsonDocument" "JsonNode" "JsonObject"
                                           "JsonArray" "JToken" "JObject" "JArray"];
    Double      "f64"         std         ["double" "Double"];
    Single      "f32"         std         ["float" "Single"];
    SByte       "i8"          std         ["sbyte" "SByte"];
    Int16       "i16"         std         ["short" "Int16"];
    Byte        "u8"          std         ["byte" "Byte"];
    UInt16      "u16"         std         ["ushort" "UInt16"];
    UInt32      "u32"         std         ["uint" "UInt32"];
    UInt64      "u64"         std         ["ulong" "UInt64"];
    Char        "char"        std         ["char" "Char"];
}

impl Basic {
    fn row(self) -> &'static Row {
        // Every basic type has a row: the test below looks.
        TABLE.iter().find(|row| row.basic == self).unwrap_or(&TABLE[0])
    }

    /// The type of a C# name, without namespaces.
    pub fn of_csharp(name: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.csharp.contains(&name)).map(|row| row.basic)
    }

    /// The type of `OSDataType.NAME` or `TypeKind.NAME`.
    pub fn of_platform(name: &str) -> Option<Self> {
        let known = TABLE.iter().take_while(|row| row.basic != Basic::Guid);
        known.into_iter().find(|row| row.name == name).map(|row| row.basic)
    }

    /// Its Rust type.
    pub fn rust(self) -> &'static str {
        self.row().rust
    }

    pub fn is_number(self) -> bool {
        use Basic::{Byte, Char, Currency, Decimal, Double, Single, Text};
        let is_fraction = matches!(self, Byte | Currency | Decimal | Double | Single);
        is_fraction || self.is_key() && !matches!(self, Text | Char)
    }

    /// Whether it can be the key of a map.
    pub fn is_key(self) -> bool {
        use Basic::{Byte, Char, Int16, Integer, LongInteger, SByte, Text, UInt16, UInt32, UInt64};
        matches!(
            self,
            Text | Integer | LongInteger | SByte | Int16 | Byte | UInt16 | UInt32 | UInt64 | Char
        )
    }

    /// What a value of this C# type is, when it is said to be `said`; nothing if it cannot
    /// be that.
    pub fn said_to_be(self, said: Self) -> Option<Self> {
        use Basic::{Currency, Date, DateTime, Decimal, Double, Email, PhoneNumber};
        use Basic::{Single, Text, Time};
        match (self, said) {
            (of, said) if of == said => Some(said),
            (Text, Email | PhoneNumber) | (DateTime, Date | Time) => Some(said),
            (Decimal | Double | Single, Currency) => Some(said),
            // C# says more.
            (Double | Single, Decimal) => Some(self),
            _ => None,
        }
    }
}

/// The names of a library's own types.
#[derive(Debug)]
pub struct Own {
    pub structures: Vec<String>,
    pub enums: Vec<String>,
}

/// A type in Rust.
pub fn rust(ty: &Type, own: &Own) -> String {
    match ty {
        Type::Basic(basic) => basic.rust().to_owned(),
        Type::Structure(index) => own.structures.get(*index).cloned().unwrap_or_default(),
        Type::Enum(index) => own.enums.get(*index).cloned().unwrap_or_default(),
        Type::List(of) => format!("Vec<{}>", rust(of, own)),
        Type::Map(key, of) => format!("BTreeMap<{}, {}>", rust(key, own), rust(of, own)),
        Type::Tuple(parts) => {
            let parts: Vec<String> = parts.iter().map(|part| rust(part, own)).collect();
            format!("({})", parts.join(", "))
        }
        Type::Optional(of) => format!("Option<{}>", rust(of, own)),
        Type::Unknown => "String".into(),
    }
}

/// The features of `ext-runtime` that a library's types need, in the table's order.
pub fn features(library: &Library) -> Vec<&'static str> {
    let rows = used(library).filter_map(|row| match row.home {
        Home::Feature(feature) => Some(feature),
        Home::Std | Home::Runtime => None,
    });
    let mut features: Vec<_> = rows.collect();
    features.dedup();
    features
}

/// The types of `ext_runtime` that a library uses, in alphabetical order.
pub fn imports(library: &Library) -> Vec<&'static str> {
    let rows = used(library).filter(|row| row.home != Home::Std);
    let mut imports: Vec<_> = rows.map(|row| row.rust).collect();
    imports.sort_unstable();
    imports.dedup();
    imports
}

fn used(library: &Library) -> impl Iterator<Item = &'static Row> {
    let is_used =
        |basic: Basic| library.parts().any(|part| part.ty.has(&|it| *it == Type::Basic(basic)));
    TABLE.iter().filter(move |row| is_used(row.basic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete_and_unambiguous() {
        for row in TABLE {
            assert_eq!(row.basic.row().name, row.name);
            for name in row.csharp {
                assert_eq!(Basic::of_csharp(name), Some(row.basic), "{name}");
            }
        }
        // Rows are in the order of the enum, whose last member is this.
        assert_eq!(TABLE.len(), Basic::Char as usize + 1);
    }

    #[test]
    fn what_is_said_wins_where_it_can() {
        assert_eq!(Basic::Text.said_to_be(Basic::Email), Some(Basic::Email));
        assert_eq!(Basic::DateTime.said_to_be(Basic::Date), Some(Basic::Date));
        assert_eq!(Basic::Double.said_to_be(Basic::Decimal), Some(Basic::Double));
        assert_eq!(Basic::Integer.said_to_be(Basic::Text), None);
        assert_eq!(Basic::of_platform("Guid"), None);
        assert_eq!(Basic::of_platform("PhoneNumber"), Some(Basic::PhoneNumber));
    }
}
