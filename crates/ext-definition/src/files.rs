//! The files in a package: their contents, in the order of the manifest's table.

use std::borrow::Cow;
use std::ops::Range;

use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use sha2::{Digest, Sha256};

use crate::artifact::custom_section;
use crate::code;
use crate::diagnostic::{Diagnostic, Place};
use crate::package::{File, Package, rules};

/// The custom section of a package that holds the contents of [`Package::files`]: for each
/// four bytes of length (little endian), then so many bytes of it compressed (zlib, RFC 1950).
pub const SECTION: &str = "ext-files";

/// The custom section of a module that `ext_runtime::resource!` writes: what it names, and
/// where, in lines of four fields.
pub const USES_SECTION: &str = "ext-resource-uses";

/// The resources that a module names, each with the place where it does.
pub fn uses(section: &[u8]) -> Vec<(String, Place)> {
    let text = String::from_utf8_lossy(section);
    let line = |line: &str| {
        let mut fields = line.split('\t');
        let mut next = || fields.next().map(str::to_owned);
        let (file, line, column, path) = (next()?, next()?, next()?, next()?);
        let place = Place { file, line: line.parse().ok()?, column: column.parse().ok()? };
        Some((path, place))
    };
    text.lines().filter_map(line).collect()
}

/// The digest of some content, as [`File::digest`] has it.
pub fn digest(content: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::from("sha256:");
    for byte in Sha256::digest(content) {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The content of a section [`SECTION`].
pub fn encode<'a>(contents: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut section = Vec::new();
    for content in contents {
        let compressed = compress_to_vec_zlib(content, 6);
        section.extend((compressed.len() as u32).to_le_bytes());
        section.extend(compressed);
    }
    section
}

/// A section and the table that says what is in it. Neither is trusted.
pub struct Files<'a> {
    section: Cow<'a, [u8]>,
    table: &'a [File],
    /// Where each compressed content is.
    ranges: Vec<Range<usize>>,
}

impl<'a> Files<'a> {
    /// The files of a component with this manifest.
    pub fn of(component: &'a [u8], package: &'a Package) -> Result<Self, Diagnostic> {
        let section = match package.files.is_empty() {
            true => None,
            false => custom_section(component, SECTION)?,
        };
        Self::new(section.unwrap_or_default(), &package.files)
    }

    /// Finds each content; reads none.
    pub fn new(section: Cow<'a, [u8]>, table: &'a [File]) -> Result<Self, Diagnostic> {
        rules::files(table).map_err(|reason| corrupt(&reason))?;
        let mut ranges = Vec::new();
        let mut at = 0;
        for file in table {
            let cut_off = || corrupt(&format!("`{}` is cut off", file.path));
            let length =
                section.get(at..).and_then(|rest| rest.first_chunk()).ok_or_else(cut_off)?;
            let start = at + length.len();
            at = start
                .checked_add(u32::from_le_bytes(*length) as usize)
                .filter(|end| *end <= section.len())
                .ok_or_else(cut_off)?;
            ranges.push(start..at);
        }
        match at == section.len() {
            true => Ok(Self { section, table, ranges }),
            false => Err(corrupt("it holds more than its files")),
        }
    }

    /// The contents, one by one, each of the size and digest that the table says.
    pub fn contents(&self) -> impl Iterator<Item = Result<(&'a File, Vec<u8>), Diagnostic>> {
        let table = self.table;
        table.iter().zip(&self.ranges).map(|(file, range)| Ok((file, self.read(file, range)?)))
    }

    /// The content of one file.
    pub fn content(&self, path: &str) -> Option<Result<Vec<u8>, Diagnostic>> {
        let mut files = self.table.iter().zip(&self.ranges);
        files.find(|(file, _)| file.path == path).map(|(file, range)| self.read(file, range))
    }

    fn read(&self, file: &File, range: &Range<usize>) -> Result<Vec<u8>, Diagnostic> {
        let damaged = || corrupt(&format!("`{}` is damaged", file.path));
        // The table as a whole was found to be of a size that memory can hold.
        let size = usize::try_from(file.size).map_err(|_| damaged())?;
        let content = decompress_to_vec_zlib_with_limit(&self.section[range.clone()], size)
            .map_err(|_| damaged())?;
        match content.len() == size && digest(&content) == file.digest {
            true => Ok(content),
            false => Err(damaged()),
        }
    }
}

fn corrupt(reason: &str) -> Diagnostic {
    Diagnostic::error(
        code::FILES_CORRUPT,
        format!("the section `{SECTION}` cannot be read: {reason}"),
    )
    .help("publish the extension again, or ask its author to")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn table(contents: &[Vec<u8>]) -> Vec<File> {
        let file = |(at, content): (usize, &Vec<u8>)| File {
            path: format!("{at}"),
            size: content.len() as u64,
            digest: digest(content),
            ..File::default()
        };
        contents.iter().enumerate().map(file).collect()
    }

    fn read(section: &[u8], table: &[File]) -> Result<Vec<Vec<u8>>, String> {
        let files = Files::new(section.into(), table).map_err(|it| it.message)?;
        files.contents().map(|it| it.map(|(_, content)| content).map_err(|it| it.message)).collect()
    }

    #[test]
    fn files_come_back() {
        for contents in [vec![], vec![vec![]], vec![b"a".to_vec(), vec![], vec![7; 100_000]]] {
            let section = encode(contents.iter().map(Vec::as_slice));
            let table = table(&contents);
            assert_eq!(read(&section, &table).unwrap(), contents);
            let files = Files::new(section.into(), &table).unwrap();
            for (file, content) in table.iter().zip(&contents) {
                assert_eq!(files.content(&file.path).unwrap().unwrap(), *content);
            }
            assert!(files.content("x").is_none());
        }
    }

    #[test]
    fn a_section_and_its_table_belong_together() {
        let contents = [b"first".to_vec(), b"second".to_vec()];
        let section = encode(contents.iter().map(Vec::as_slice));
        let good = table(&contents);
        type Spoil = fn(&mut Vec<u8>, &mut Vec<File>);
        let cases: [(Spoil, &str); 12] = [
            (|it, _| it.truncate(it.len() - 1), "`1` is cut off"),
            (|it, _| it.clear(), "`0` is cut off"),
            (|it, _| it.push(0), "more than its files"),
            (|it, _| it[8] ^= 1, "`0` is damaged"),
            (|it, _| it[..4].fill(0xff), "`0` is cut off"),
            (|_, it| it[0].size = 4, "`0` is damaged"),
            (|_, it| it[0].size = 6, "`0` is damaged"),
            (|_, it| it[1].digest = digest(b"other"), "`1` is damaged"),
            (|_, it| it.swap(0, 1), "`1` is damaged"),
            (|_, it| drop(it.pop()), "more than its files"),
            (|_, it| it[0].size = u64::MAX, "at most 64 MiB"),
            (|_, it| it[1].path = "0".into(), "there twice"),
        ];
        for (spoil, expected) in cases {
            let (mut section, mut table) = (section.clone(), good.clone());
            spoil(&mut section, &mut table);
            let found = read(&section, &table).unwrap_err();
            assert!(found.contains(expected), "{expected}: {found}");
        }
    }

    #[test]
    fn a_small_section_does_not_become_large() {
        let content = vec![0; 1 << 20];
        let section = encode([content.as_slice()]);
        let mut table = table(&[content]);
        table[0].size = 1000;
        assert!(section.len() < 4096 && read(&section, &table).is_err());
    }

    proptest! {
        #[test]
        fn any_section_is_read_or_refused(
            section in proptest::collection::vec(any::<u8>(), 0..200),
            sizes in proptest::collection::vec(0_u64..100, 0..4),
        ) {
            let table: Vec<File> = sizes.iter().enumerate().map(|(at, size)| File {
                path: at.to_string(), size: *size, ..File::default()
            }).collect();
            prop_assert!(table.is_empty() || read(&section, &table).is_err());
        }
    }
}
