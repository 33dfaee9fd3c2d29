//! The limit of a result, kept while the result is written.

use std::cell::Cell;
use std::io;

use serde::Serialize;
use serde_json::Value;

use crate::dynamic::Val;

/// How many times the limit a result may take in memory as values, which are larger than the text
/// that they become.
const VALUES: usize = 8;

/// Bytes of a node of a tree of JSON, which has room for this many members.
const NODE: usize = 640;
const NODE_MEMBERS: usize = 6;

/// Writes one result within its limit.
pub struct Budget {
    /// The most bytes of the result, encoded.
    most: usize,
    /// Bytes that values of JSON inside of the result may still take.
    left: Cell<usize>,
    is_full: Cell<bool>,
}

impl Budget {
    /// For a result of at most so many bytes.
    pub fn new(most: usize) -> Self {
        let left = Cell::new(most.saturating_mul(VALUES));
        Self { most, left, is_full: Cell::new(false) }
    }

    /// Whether the result was larger than its limit. What was written of it is incomplete.
    pub fn is_full(&self) -> bool {
        self.is_full.get()
    }

    /// Whether a result may have so many bytes.
    pub fn admits(&self, bytes: usize) -> bool {
        if bytes > self.most {
            self.is_full.set(true);
        }
        !self.is_full()
    }

    /// A value as text; it has at least `size` bytes.
    pub fn json(&self, value: &impl Serialize, size: usize) -> Vec<u8> {
        match self.admits(size) {
            true => self.write(value, Vec::with_capacity(size)),
            false => Vec::new(),
        }
    }

    /// A value as a tree, which takes about `size` bytes. Its text is counted, and not kept.
    pub fn tree(&self, value: &impl Serialize, size: usize) -> Value {
        if size > self.most.saturating_mul(VALUES) {
            self.is_full.set(true);
        } else {
            self.write(value, io::sink());
        }
        match self.is_full() {
            true => Value::Null,
            false => {
                self.left.set(self.most.saturating_mul(VALUES));
                serde_json::to_value(value).unwrap_or_default()
            }
        }
    }

    fn write<W: io::Write>(&self, value: &impl Serialize, to: W) -> W {
        let mut limited = Limited { to, left: self.most };
        // The names of members are texts and memory takes all writes: nothing else fails.
        if serde_json::to_writer(&mut limited, value).is_err() {
            self.is_full.set(true);
        }
        limited.to
    }

    /// Reads a text of JSON in the result. Its values take many times more bytes than the text.
    pub fn parse(&self, text: &str) -> Value {
        match self.left.get().checked_sub(parsed_size(text)) {
            Some(left) => {
                self.left.set(left);
                serde_json::from_str(text).unwrap_or(Value::Null)
            }
            None => {
                self.is_full.set(true);
                Value::Null
            }
        }
    }
}

/// Refuses bytes beyond a limit.
struct Limited<W> {
    to: W,
    left: usize,
}

impl<W: io::Write> io::Write for Limited<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.left.checked_sub(bytes.len()) {
            Some(left) => self.left = left,
            None => return Err(io::ErrorKind::FileTooLarge.into()),
        }
        self.to.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

impl Val {
    /// The bytes of the value as JSON at least, where it is one large text.
    pub fn json_size(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len().div_ceil(3) * 4 + 2,
            Self::String(text) => text.len() + 2,
            Self::Option(Some(value)) | Self::Result(Ok(Some(value))) => value.json_size(),
            _ => 0,
        }
    }

    /// About how many bytes the value takes as a tree of JSON.
    pub fn tree_size(&self) -> usize {
        let inside: usize = match self {
            Self::Bytes(bytes) => bytes.len().div_ceil(3) * 4,
            Self::String(text) => text.len(),
            Self::List(values) | Self::Tuple(values) => values.iter().map(Self::tree_size).sum(),
            Self::Record(values) => {
                let nodes = values.len().div_ceil(NODE_MEMBERS) * NODE;
                nodes + values.iter().map(Self::tree_size).sum::<usize>()
            }
            Self::Option(Some(value)) => value.tree_size(),
            Self::Result(Ok(Some(value)) | Err(Some(value))) => NODE + value.tree_size(),
            Self::Variant(name, Some(value)) => NODE + name.len() + value.tree_size(),
            _ => 0,
        };
        size_of::<Value>() + inside
    }
}

/// About how many bytes the values of a text of JSON take. All but the outermost one follow one of
/// these characters.
fn parsed_size(text: &str) -> usize {
    let (mut quoted, mut escaped, mut size) = (false, false, size_of::<Value>());
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = quoted,
            b'"' => quoted = !quoted,
            b'{' if !quoted => size += NODE + size_of::<Value>(),
            b',' | b':' | b'[' if !quoted => size += size_of::<Value>(),
            _ => {}
        }
    }
    size.saturating_add(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_parsed_json() {
        for (text, values, objects) in [
            ("1", 1, 0),
            ("[1,2]", 3, 0),
            (r#"{"a":1,"b":[]}"#, 6, 1),
            (r#""a,b,[{:""#, 1, 0),
            (r#"["\\",",\",",1]"#, 4, 0),
        ] {
            let size = text.len() + values * size_of::<Value>() + objects * NODE;
            assert_eq!(parsed_size(text), size, "{text}");
        }
    }

    /// The limit counts the text that is written: each control character becomes six.
    #[test]
    fn text_is_refused_at_the_limit() {
        let controls = "\u{1}".repeat(10);
        let plain = "x".repeat(60);
        for (text, most, fits) in
            [(&controls, 62, true), (&controls, 61, false), (&plain, 62, true)]
        {
            let budget = Budget::new(most);
            let json = budget.json(text, 0);
            assert_eq!(budget.is_full(), !fits, "{most}");
            assert!(json.len() <= most);
            let budget = Budget::new(most);
            assert_eq!(budget.tree(text, 0).is_null(), !fits);
            assert_eq!(budget.is_full(), !fits);
        }
        let budget = Budget::new(100);
        assert!(budget.json(&plain, 101).is_empty() && budget.is_full());
    }

    #[test]
    fn trees_are_refused_by_their_size() {
        let record = Val::Record(vec![Val::Bool(true)]);
        let size = record.tree_size();
        assert!(size > NODE);
        let budget = Budget::new(100);
        let value = serde_json::json!({"a": true});
        assert_eq!(budget.tree(&value, size), value);
        assert!(budget.tree(&value, size * 2).is_null());
        assert!(budget.is_full());
    }

    #[test]
    fn inner_json_is_refused_by_the_size_of_its_values() {
        let budget = Budget::new(100);
        assert!(budget.parse(r#"{"a":1}"#).is_object() && !budget.is_full());
        assert!(budget.parse(r#"{"a":1}"#).is_null() && budget.is_full());
    }
}
