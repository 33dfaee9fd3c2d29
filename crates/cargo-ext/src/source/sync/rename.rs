//! Names that change, and where they are used.

use std::ops::Range;

use super::Sync;
use crate::source::stub::identifier;
use crate::source::tokens::{Token, TokenKind};
use crate::source::walk::Crate;

impl Sync<'_> {
    /// Renames a function wherever a path is certain to lead to it.
    pub(super) fn rename_function(&mut self, item: usize, old: &str, new: &str) {
        let found = &self.rewrite.source.items[item];
        let (module, ident) = (found.module, found.item.ident.clone());
        let home = found.file;
        let new = identifier(new);
        for file in 0..self.rewrite.source.files.len() {
            let tokens = self.rewrite.source.files[file].tokens();
            let uses = uses(&self.rewrite.source, file, &tokens, module, old);
            for range in uses {
                if file != home || range != ident {
                    self.rewrite.edits[file].replace(range, new.clone());
                }
            }
        }
        self.rewrite.edits[home].replace(ident, new);
    }

    /// Renames a parameter in its function's body; whether that was certain. If it was not,
    /// the body stays as it is.
    pub(super) fn rename_in_body(
        &mut self,
        file: usize,
        body: &Range<usize>,
        old: &str,
        new: &str,
    ) -> bool {
        let source = &self.rewrite.source.files[file];
        let tokens: Vec<Token> = source
            .tokens()
            .into_iter()
            .filter(|it| body.start <= it.range.start && it.range.end <= body.end)
            .collect();
        let mut ranges = Vec::new();
        for (index, token) in tokens.iter().enumerate() {
            let before = |back: usize| index.checked_sub(back).and_then(|it| tokens.get(it));
            let behind = tokens.get(index + 1);
            let (was, is) = (
                |it: char| before(1).is_some_and(|token| token.is(it)),
                |it: char| behind.is_some_and(|token| token.is(it)),
            );
            if token.kind == TokenKind::Literal {
                // Format strings name variables.
                let text = &source.text[token.range.clone()];
                if text.contains(&format!("{{{old}")) {
                    return false;
                }
            }
            if !token.is_ident(old) {
                continue;
            }
            let is_bound = before(1).is_some_and(|it| {
                ["let", "mut", "ref", "for"].iter().any(|word| it.is_ident(word))
            }) || was('|')
                || is('|')
                || is('@');
            let is_shorthand = (was('{') || was(','))
                && (is('}') || is(','))
                && !was('(')
                && in_braces(&tokens, index);
            if is_bound || is_shorthand {
                return false;
            }
            let is_path = was(':') && before(2).is_some_and(|it| it.is(':'));
            let is_field_name = is(':') && !tokens.get(index + 2).is_some_and(|it| it.is(':'));
            let is_field = was('.') && !before(2).is_some_and(|it| it.is('.'));
            if !is_path && !is_field_name && !is_field && !was('\'') {
                ranges.push(token.range.clone());
            }
        }
        let new = identifier(new);
        for range in ranges {
            self.rewrite.edits[file].replace(range, new.clone());
        }
        true
    }

    /// Whether a body uses a name, perhaps in a text.
    pub(super) fn is_used(&self, file: usize, body: &Range<usize>, name: &str) -> bool {
        let source = &self.rewrite.source.files[file];
        let mut inside = source
            .tokens()
            .into_iter()
            .filter(|it| body.start <= it.range.start && it.range.end <= body.end);
        inside.any(|token| match token.kind {
            TokenKind::Ident(it) => it == name,
            TokenKind::Literal => source.text[token.range].contains(name),
            TokenKind::Punct(_) => false,
        })
    }
}

/// Whether the innermost group around a token is in braces.
fn in_braces(tokens: &[Token], index: usize) -> bool {
    let mut depth = 0;
    for token in tokens[..index].iter().rev() {
        match token.kind {
            TokenKind::Punct(')' | ']' | '}') => depth += 1,
            TokenKind::Punct('(' | '[' | '{') if depth > 0 => depth -= 1,
            TokenKind::Punct(open @ ('(' | '[' | '{')) => return open == '{',
            _ => {}
        }
    }
    false
}

/// Where a file names a function of a module.
fn uses(
    source: &Crate,
    file: usize,
    tokens: &[Token],
    module: usize,
    name: &str,
) -> Vec<Range<usize>> {
    let mut home = source.modules[module].path.clone();
    home.push(name.to_owned());
    let mut uses = Vec::new();
    let mut in_use = false;
    for (index, token) in tokens.iter().enumerate() {
        let before = |back: usize| index.checked_sub(back).and_then(|it| tokens.get(it));
        if token.is_ident("use") {
            in_use = true;
        }
        if token.is(';') {
            in_use = false;
        }
        if !token.is_ident(name) {
            continue;
        }
        let here = module_at(source, file, token.range.start);
        let imports = &source.modules[here].scope.imported;
        let leads_home = |path: &[String]| resolved(source, here, path).as_deref() == Some(&home);
        if in_use {
            if imports
                .values()
                .any(|path| path.last().is_some_and(|it| it == name) && leads_home(path))
            {
                uses.push(token.range.clone());
            }
            continue;
        }
        // The path before it, from its end on.
        let mut path = vec![name.to_owned()];
        let mut at = index;
        while at >= 3 && tokens[at - 1].is(':') && tokens[at - 2].is(':') {
            let TokenKind::Ident(segment) = &tokens[at - 3].kind else { break };
            path.insert(0, segment.clone());
            at -= 3;
        }
        if path.len() > 1 {
            if leads_home(&path) {
                uses.push(token.range.clone());
            }
            continue;
        }
        let word =
            |words: &[&str]| before(1).is_some_and(|it| words.iter().any(|word| it.is_ident(word)));
        let is_punct = |it: char| before(1).is_some_and(|token| token.is(it));
        if is_punct('.')
            || is_punct(':')
            || is_punct('\'')
            || word(&["fn", "let", "mut", "ref", "mod", "struct", "enum"])
        {
            continue;
        }
        let is_called = tokens.get(index + 1).is_some_and(|it| it.is('('));
        let is_local = tokens.windows(2).any(|pair| {
            pair[1].is_ident(name)
                && ["let", "mut", "ref"].iter().any(|word| pair[0].is_ident(word))
                || pair[0].is_ident(name) && pair[1].is(':')
        });
        let known = match imports.get(name) {
            Some(path) => leads_home(path),
            None => {
                here == module
                    || source.modules[here].scope.globs.iter().any(|path| {
                        let mut path = path.clone();
                        path.push(name.to_owned());
                        leads_home(&path)
                    })
            }
        };
        if known && (is_called || !is_local) {
            uses.push(token.range.clone());
        }
    }
    uses
}

/// The innermost module around a byte.
fn module_at(source: &Crate, file: usize, at: usize) -> usize {
    let around = source
        .modules
        .iter()
        .enumerate()
        .filter(|(_, it)| it.file == file && it.body.contains(&at));
    around.min_by_key(|(_, it)| it.body.len()).map_or(0, |(index, _)| index)
}

/// A path from the crate's root on, if it starts in this crate.
fn resolved(source: &Crate, module: usize, path: &[String]) -> Option<Vec<String>> {
    let here = &source.modules[module].path;
    let mut rest = path;
    let mut out = match path.first()?.as_str() {
        "crate" => {
            rest = &rest[1..];
            Vec::new()
        }
        "self" => {
            rest = &rest[1..];
            here.clone()
        }
        "super" => here.clone(),
        first => {
            let mut child = here.clone();
            child.push(first.to_owned());
            match source.modules.iter().any(|it| it.path == child) {
                true => here.clone(),
                // A path of edition 2015, or another crate's.
                false => return None,
            }
        }
    };
    while rest.first().is_some_and(|it| it == "super") {
        out.pop()?;
        rest = &rest[1..];
    }
    out.extend_from_slice(rest);
    Some(out)
}
