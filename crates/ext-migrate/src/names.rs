//! Names in Rust: the C# ones in Rust's notation, made to fit where they do not.

use std::collections::HashSet;

use ext_definition::diagnostic::Place;
use ext_definition::naming::{MAX_LEN, RUST_KEYWORDS, kebab, pascal, snake};

use super::model::{Library, Part, Topic};

/// Rust's keywords that no name can be.
const RESERVED: &[&str] = &["crate", "self", "super"];
/// Types that the generated source uses under these names.
const TYPES: &[&str] = &[
    "BTreeMap",
    "DateTime",
    "Date",
    "Decimal",
    "Duration",
    "Email",
    "Err",
    "Json",
    "None",
    "Ok",
    "Option",
    "PhoneNumber",
    "Result",
    "Self",
    "Some",
    "String",
    "Time",
    "Url",
    "Uuid",
    "Vec",
];

/// The notation of a name.
#[derive(Clone, Copy, PartialEq)]
enum Case {
    Snake,
    Pascal,
    /// Of a case: as `Pascal`, and what types are called does not matter.
    Variant,
}

/// Gives everything its name in Rust, and notes what had to change.
pub fn assign(library: &mut Library) {
    let mut changed = Vec::new();
    let mut actions = Names::new(Case::Snake);
    let mut types = Names::new(Case::Pascal);
    for structure in &mut library.structures {
        structure.rust =
            types.take(&structure.name, &structure.name, &structure.place, &mut changed);
        parts(&mut structure.fields, &structure.name, &mut changed);
    }
    for of in &mut library.enums {
        of.rust = types.take(&of.name, &of.name, &of.place, &mut changed);
        let mut cases = Names::new(Case::Variant);
        for case in &mut of.cases {
            let element = format!("{}.{}", of.name, case.name);
            case.rust = cases.take(&case.name, &element, &case.place, &mut changed);
        }
    }
    for action in &mut library.actions {
        action.rust = actions.take(&action.name, &action.name, &action.place, &mut changed);
        parts(&mut action.inputs, &action.name, &mut changed);
        parts(&mut action.outputs, &action.name, &mut changed);
        if action.outputs.len() > 1 {
            let wanted = format!("{}Result", pascal(&ascii(&action.name)));
            action.result = types.take(&wanted, &wanted, &action.place, &mut changed);
        }
    }
    for (element, text, place) in changed {
        library.note(Topic::Name, &element, text, &place);
    }
}

type Changed = Vec<(String, String, Place)>;

fn parts(parts: &mut [Part], of: &str, changed: &mut Changed) {
    let mut names = Names::new(Case::Snake);
    for part in parts {
        let element = format!("{of}.{}", part.name);
        part.rust = names.take(&part.name, &element, &part.place, changed);
    }
}

/// Names that must differ from each other, in kebab-case too.
struct Names {
    case: Case,
    taken: HashSet<String>,
}

impl Names {
    fn new(case: Case) -> Self {
        Self { case, taken: HashSet::new() }
    }

    /// A free name in Rust for one in C#.
    fn take(&mut self, name: &str, element: &str, place: &Place, changed: &mut Changed) -> String {
        let (mut rust, mut why) = self.fitted(name);
        let mut number = 2;
        let base = rust.clone();
        while !self.taken.insert(kebab(&rust)) {
            why = Some("another has the name");
            let suffix = match self.case {
                Case::Snake => format!("_{number}"),
                Case::Pascal | Case::Variant => number.to_string(),
            };
            rust = format!("{}{suffix}", cut(&base, MAX_LEN - suffix.len()));
            number += 1;
        }
        if let Some(why) = why {
            changed.push((element.to_owned(), format!("became `{rust}`: {why}"), place.clone()));
        }
        if RUST_KEYWORDS.contains(&rust.as_str()) { format!("r#{rust}") } else { rust }
    }

    /// The name in Rust's notation, and why it is another, if it is.
    fn fitted(&self, name: &str) -> (String, Option<&'static str>) {
        let plain = ascii(name);
        let mut why = (plain != name).then_some("names are of ASCII letters and digits");
        let mut rust = match self.case {
            // `gS1Format` is the platform's `GS1Format`: the first letter belongs to the rest.
            Case::Snake => snake(&upper_first(&plain)),
            Case::Pascal | Case::Variant => pascal(&plain),
        };
        if rust.is_empty() {
            rust = if self.case == Case::Snake { "value".into() } else { "Value".into() };
            why = Some("nothing was left of it");
        }
        if rust.starts_with(|it: char| it.is_ascii_digit()) {
            rust.insert(0, if self.case == Case::Snake { 'n' } else { 'N' });
            why = Some("names start with a letter");
        }
        if rust.len() > MAX_LEN {
            rust = cut(&rust, MAX_LEN).to_owned();
            why = Some("names have at most 50 characters");
        }
        if RESERVED.contains(&rust.as_str()) {
            rust.push_str("_value");
            why = Some("Rust needs the name");
        }
        if self.case == Case::Variant && rust == "Self" {
            rust.push_str("Value");
            why = Some("Rust needs the name");
        }
        if self.case == Case::Pascal && TYPES.contains(&rust.as_str()) {
            rust.push_str("Structure");
            why = Some("a type of the platform or of Rust has the name");
        }
        (rust, why)
    }
}

fn upper_first(name: &str) -> String {
    let mut name = name.to_owned();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    name
}

/// At most so many characters, without an underscore at the end.
fn cut(name: &str, length: usize) -> &str {
    name[..name.len().min(length)].trim_end_matches('_')
}

/// ASCII letters, digits and underscores: accents go, all else becomes an underscore.
fn ascii(name: &str) -> String {
    const PLAIN: &[(&str, &str)] = &[
        ("àáâãäåā", "a"),
        ("ÀÁÂÃÄÅĀ", "A"),
        ("çćč", "c"),
        ("ÇĆČ", "C"),
        ("èéêëē", "e"),
        ("ÈÉÊËĒ", "E"),
        ("ìíîïī", "i"),
        ("ÌÍÎÏĪ", "I"),
        ("ñń", "n"),
        ("ÑŃ", "N"),
        ("òóôõöøō", "o"),
        ("ÒÓÔÕÖØŌ", "O"),
        ("ùúûüū", "u"),
        ("ÙÚÛÜŪ", "U"),
        ("ýÿ", "y"),
        ("Ý", "Y"),
        ("šś", "s"),
        ("ŠŚ", "S"),
        ("žźż", "z"),
        ("ŽŹŻ", "Z"),
        ("ß", "ss"),
        ("æ", "ae"),
        ("Æ", "Ae"),
    ];
    let mut out = String::new();
    for character in name.chars() {
        if character.is_ascii_alphanumeric() {
            out.push(character);
        } else {
            let plain = PLAIN.iter().find(|(accented, _)| accented.contains(character));
            out.push_str(plain.map_or("_", |(_, plain)| plain));
        }
    }
    out
}

/// The name of a package for a library: kebab-case, and one that cargo takes.
pub fn package(name: &str) -> String {
    /// What cargo refuses or warns about.
    const TAKEN: &[&str] =
        &["alloc", "build", "core", "deps", "examples", "incremental", "proc-macro", "std", "test"];
    let mut package = kebab(&ascii(name));
    if !package.starts_with(|it: char| it.is_ascii_lowercase()) {
        package.insert_str(0, "extension-");
    }
    let package = package.trim_end_matches('-');
    let package = &package[..package.len().min(MAX_LEN - "-extension".len())];
    let package = package.trim_end_matches('-');
    let keyword = RUST_KEYWORDS.contains(&package) || RESERVED.contains(&package);
    if keyword || TAKEN.contains(&package) {
        format!("{package}-extension")
    } else {
        package.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_rust() {
        let place = Place { file: "a.cs".into(), line: 1, column: 0 };
        let mut names = Names::new(Case::Snake);
        let mut changed = Vec::new();
        let long = "A".repeat(60);
        for (name, rust) in [
            ("Workbook_Open", "workbook_open"),
            ("type", "r#type"),
            ("self", "self_value"),
            ("gS1Format", "gs1_format"),
            ("qRCodeVersion", "qr_code_version"),
            ("eMail", "e_mail"),
            ("iban", "iban"),
            ("WorkbookOpen", "workbook_open_2"),
            ("Código", "codigo"),
            ("日本", "value"),
            ("2Fast", "n2_fast"),
            (long.as_str(), &"a".repeat(50)),
            (long.as_str(), &format!("{}_2", "a".repeat(48))),
        ] {
            assert_eq!(names.take(name, name, &place, &mut changed), rust, "{name}");
        }
        assert_eq!(changed.len(), 7);
        let mut types = Names::new(Case::Pascal);
        assert_eq!(types.take("Email", "Email", &place, &mut changed), "EmailStructure");
    }

    #[test]
    fn packages_fit_cargo() {
        for (name, expected) in [
            ("Advanced_Excel", "advanced-excel"),
            ("Test", "test-extension"),
            ("2FA", "extension-2-fa"),
            ("日本", "extension"),
            ("My Library!", "my-library"),
        ] {
            assert_eq!(package(name), expected);
            assert_eq!(ext_definition::naming::check_package(expected), Ok(()));
        }
    }
}
