//! Code to look at: laid out like a formatter would, with a little colour.

use super::text::escape;

/// Longest line, where code can be broken.
const WIDTH: usize = 60;

/// A piece of code that knows where it can be broken.
pub enum Code {
    /// Never broken.
    Text(String),
    /// Elements between brackets, separated by commas.
    List {
        /// `vec![`, `Line {`.
        open: String,
        /// The elements.
        items: Vec<Code>,
        /// `]`, `}`.
        close: String,
        /// Whether spaces keep the brackets apart on one line.
        spaced: bool,
        /// Whether a comma follows the last element when each is on a line of its own.
        trailing: bool,
    },
}

impl Code {
    /// Something else in front.
    pub fn prefixed(self, prefix: &str) -> Self {
        match self {
            Self::Text(text) => Self::Text(format!("{prefix}{text}")),
            Self::List { open, items, close, spaced, trailing } => {
                Self::List { open: format!("{prefix}{open}"), items, close, spaced, trailing }
            }
        }
    }

    /// Something else behind.
    pub fn suffixed(self, suffix: &str) -> Self {
        match self {
            Self::Text(text) => Self::Text(format!("{text}{suffix}")),
            Self::List { open, items, close, spaced, trailing } => {
                Self::List { open, items, close: format!("{close}{suffix}"), spaced, trailing }
            }
        }
    }

    /// On one line.
    pub fn flat(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::List { open, items, close, spaced, .. } => {
                let items: Vec<String> = items.iter().map(Self::flat).collect();
                let space = if *spaced && !items.is_empty() { " " } else { "" };
                format!("{open}{space}{}{space}{close}", items.join(", "))
            }
        }
    }

    /// On as many lines as it takes.
    pub fn lines(&self) -> String {
        let mut out = String::new();
        self.write(0, &mut out);
        out
    }

    fn write(&self, indent: usize, out: &mut String) {
        let flat = self.flat();
        match self {
            Self::List { open, items, close, trailing, .. }
                if !items.is_empty() && indent + flat.chars().count() > WIDTH =>
            {
                out.push_str(open);
                let indented = " ".repeat(indent + 4);
                for (index, item) in items.iter().enumerate() {
                    out.push('\n');
                    out.push_str(&indented);
                    item.write(indent + 4, out);
                    if *trailing || index + 1 < items.len() {
                        out.push(',');
                    }
                }
                out.push('\n');
                out.push_str(&indented[4..]);
                out.push_str(close);
            }
            _ => out.push_str(&flat),
        }
    }
}

/// Code as HTML: texts in quotation marks stand out.
pub fn html(code: &str) -> String {
    let mut out = String::new();
    let mut rest = code;
    while let Some(start) = rest.find('"') {
        let (before, text) = rest.split_at(start);
        let mut escaped = false;
        let end = text.char_indices().skip(1).find(|(_, character)| {
            let ends = *character == '"' && !escaped;
            escaped = *character == '\\' && !escaped;
            ends
        });
        let (text, behind) = text.split_at(end.map_or(text.len(), |(end, _)| end + 1));
        out.push_str(&escape(before));
        // A member's name is none of its values.
        let class = if behind.starts_with(':') { "key" } else { "text" };
        out.push_str(&format!("<span class=\"{class}\">{}</span>", escape(text)));
        rest = behind;
    }
    out + &escape(rest)
}
