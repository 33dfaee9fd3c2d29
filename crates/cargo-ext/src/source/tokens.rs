//! A file's tokens in a row, where a tree is more than is needed: to find the uses of a name.

use std::ops::Range;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::file::SourceFile;
use super::item::unraw;

/// A token and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    pub range: Range<usize>,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenKind {
    /// Without `r#`.
    Ident(String),
    /// Also parentheses, brackets and braces.
    Punct(char),
    Literal,
}

impl Token {
    pub fn is(&self, punct: char) -> bool {
        self.kind == TokenKind::Punct(punct)
    }

    pub fn is_ident(&self, name: &str) -> bool {
        matches!(&self.kind, TokenKind::Ident(it) if it == name)
    }
}

impl SourceFile {
    /// The tokens of the whole file, comments not among them.
    pub fn tokens(&self) -> Vec<Token> {
        let mut out = Vec::new();
        if let Ok(tokens) = self.parsed_text().parse::<TokenStream>() {
            self.flatten(tokens, &mut out);
        }
        out
    }

    fn flatten(&self, tokens: TokenStream, out: &mut Vec<Token>) {
        for token in tokens {
            let range = self.range(token.span());
            let kind = match token {
                TokenTree::Ident(ident) => TokenKind::Ident(unraw(&ident)),
                TokenTree::Punct(punct) => TokenKind::Punct(punct.as_char()),
                TokenTree::Literal(_) => TokenKind::Literal,
                TokenTree::Group(group) => {
                    let (open, close) = match group.delimiter() {
                        Delimiter::Parenthesis => ('(', ')'),
                        Delimiter::Bracket => ('[', ']'),
                        Delimiter::Brace => ('{', '}'),
                        Delimiter::None => {
                            self.flatten(group.stream(), out);
                            continue;
                        }
                    };
                    let (before, behind) =
                        (self.range(group.span_open()), self.range(group.span_close()));
                    out.push(Token { kind: TokenKind::Punct(open), range: before });
                    self.flatten(group.stream(), out);
                    out.push(Token { kind: TokenKind::Punct(close), range: behind });
                    continue;
                }
            };
            out.push(Token { kind, range });
        }
    }
}
