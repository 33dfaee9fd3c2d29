//! The type table: what a basic type is in OutSystems, in C# and in Rust. One place.

use super::model::{Library, Type};

/// What the generated code may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// The standard library's types, and no attributes on parameters and fields.
    Plain,
    /// `ext_runtime`'s types, and its `#[ext(…)]` attributes.
    Platform,
}

/// What this version generates.
pub const SUPPORT: Support = Support::Platform;

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

struct Row {
    basic: Basic,
    /// The name in OutSystems.
    name: &'static str,
    /// The Rust type that says the same.
    platform: &'static str,
    /// The feature of `ext-runtime` that has it.
    feature: Option<&'static str>,
    /// The nearest type of the standard library.
    plain: &'static str,
    /// What C# calls it.
    csharp: &'static [&'static str],
}

macro_rules! table {
    ($($basic:ident $platform:literal $feature:tt $plain:literal [$($csharp:literal)*];)*) => {
        const TABLE: &[Row] = &[$(Row {
            basic: Basic::$basic,
            name: stringify!($basic),
            platform: $platform,
            feature: table!(@feature $feature),
            plain: $plain,
            csharp: &[$($csharp),*],
        }),*];
    };
    (@feature -) => { None };
    (@feature $feature:literal) => { Some($feature) };
}

// basic      platform      feature     plain     C#
table! {
    Text        "String"      -           "String"  ["string" "String"];
    Integer     "i32"         -           "i32"     ["int" "Int32"];
    LongInteger "i64"         -           "i64"     ["long" "Int64"];
    Boolean     "bool"        -           "bool"    ["bool" "Boolean"];
    BinaryData  "Vec<u8>"     -           "Vec<u8>" [];
    Decimal     "Decimal"     "decimal"   "f64"     ["decimal" "Decimal"];
    Currency    "Decimal"     "decimal"   "f64"     [];
    Date        "Date"        "date-time" "String"  ["DateOnly"];
    Time        "Time"        "date-time" "String"  ["TimeOnly"];
    DateTime    "DateTime"    "date-time" "String"  ["DateTime" "DateTimeOffset"];
    Email       "Email"       -           "String"  [];
    PhoneNumber "PhoneNumber" -           "String"  [];
    Guid        "Uuid"        "uuid"      "String"  ["Guid"];
    Double      "f64"         -           "f64"     ["double" "Double"];
    Single      "f32"         -           "f32"     ["float" "Single"];
    SByte       "i8"          -           "i8"      ["sbyte" "SByte"];
    Int16       "i16"         -           "i16"     ["short" "Int16"];
    Byte        "u8"          -           "u8"      ["byte" "Byte"];
    UInt16      "u16"         -           "u16"     ["ushort" "UInt16"];
    UInt32      "u32"         -           "u32"     ["uint" "UInt32"];
    UInt64      "u64"         -           "u64"     ["ulong" "UInt64"];
    Char        "char"        -           "char"    ["char" "Char"];
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
    pub fn rust(self, support: Support) -> &'static str {
        match support {
            Support::Plain => self.row().plain,
            Support::Platform => self.row().platform,
        }
    }

    /// Whether its Rust type is one of `ext_runtime`'s own.
    pub fn is_platform(self) -> bool {
        self.row().plain != self.row().platform
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

/// A type in Rust; `structures` has the names of the structures.
pub fn rust(ty: &Type, structures: &[String], support: Support) -> String {
    match ty {
        Type::Basic(basic) => basic.rust(support).to_owned(),
        Type::Structure(index) => structures.get(*index).cloned().unwrap_or_default(),
        Type::List(of) => format!("Vec<{}>", rust(of, structures, support)),
        Type::Optional(of) => format!("Option<{}>", rust(of, structures, support)),
        Type::Unknown => "String".into(),
    }
}

/// The features of `ext-runtime` that a library's types need, in the table's order.
pub fn features(library: &Library, support: Support) -> Vec<&'static str> {
    let rows = used(library).filter_map(|row| row.feature.filter(|_| support == Support::Platform));
    let mut features: Vec<_> = rows.collect();
    features.dedup();
    features
}

/// The types of `ext_runtime` that a library uses, in alphabetical order.
pub fn imports(library: &Library, support: Support) -> Vec<&'static str> {
    let rows = used(library).filter(|row| support == Support::Platform && row.basic.is_platform());
    let mut imports: Vec<_> = rows.map(|row| row.platform).collect();
    imports.sort_unstable();
    imports.dedup();
    imports
}

/// The basic types that lose their meaning in plain Rust: name there, Rust type.
pub fn lost(library: &Library, support: Support) -> Vec<(&'static str, &'static str)> {
    let rows = used(library).filter(|row| support == Support::Plain && row.basic.is_platform());
    rows.map(|row| (row.name, row.plain)).collect()
}

fn used(library: &Library) -> impl Iterator<Item = &'static Row> {
    TABLE.iter().filter(|row| library.parts().any(|part| part.ty.leaf() == Some(row.basic)))
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
