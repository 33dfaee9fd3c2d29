//! Reads the declarations of a C# file: types with their members, attributes and comments.
//!
//! The syntax tree comes from tree-sitter, which reads on behind what it does not
//! understand. Nothing here knows OutSystems, but for [`generated`].

pub mod attribute;
pub mod declaration;
pub mod doc;
pub mod generated;
pub mod index;
pub mod literal;
mod members;
pub mod name;

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use ext_definition::diagnostic::Place;
use tree_sitter::{Node, ParseOptions, Parser, Tree};

use declaration::Declaration;
use name::TypeName;

/// How long one file may take. Broken sources of megabytes can take for ever.
const PATIENCE: Duration = Duration::from_secs(20);
/// Deepest nesting of namespaces and types that is told apart.
const MAX_PATH: usize = 32;

/// What a file declares.
#[derive(Debug, Default)]
pub struct File {
    pub name: String,
    pub declarations: Vec<Declaration>,
    /// `using NAME = TYPE;`
    pub aliases: Vec<(String, TypeName)>,
    /// `using A.B;`
    pub usings: Vec<Vec<String>>,
    /// `global using A.B;`
    pub global_usings: Vec<Vec<String>>,
    /// Types in a later branch of an `#if` whose earlier branch declares the same type.
    pub alternatives: Vec<(String, Place)>,
    /// Lines, from 1, where the text is no C# that is understood here.
    pub errors: Vec<u32>,
    /// Whether it took too long.
    pub given_up: bool,
}

/// Reads a file.
pub fn read(name: &str, text: &str) -> File {
    let mut file = File { name: name.to_owned(), ..File::default() };
    let Some(tree) = parse(text) else {
        file.given_up = true;
        return file;
    };
    let reader = Reader { file: name, text, lines: text.lines().collect() };
    reader.types(tree.root_node(), &mut file);
    file.errors = errors(&tree);
    file
}

fn parse(text: &str) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_c_sharp::LANGUAGE.into()).ok()?;
    let started = Instant::now();
    let mut progress = |_: &_| match started.elapsed() > PATIENCE {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    let bytes = text.as_bytes();
    parser.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or_default(), None, Some(options))
}

/// The first lines with errors.
fn errors(tree: &Tree) -> Vec<u32> {
    let mut lines = Vec::new();
    let mut stack = vec![tree.root_node()];
    while let Some(node) = stack.pop() {
        if lines.len() == 3 {
            break;
        }
        if node.is_error() || node.is_missing() {
            lines.push(line(node));
        } else if node.has_error() {
            let before = stack.len();
            stack.extend(node.children(&mut node.walk()).filter(Node::has_error));
            stack[before..].reverse();
        }
    }
    lines.dedup();
    lines
}

fn line(node: Node<'_>) -> u32 {
    u32::try_from(node.start_position().row).unwrap_or(u32::MAX - 1) + 1
}

/// A file that is being read.
struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    lines: Vec<&'a str>,
}

impl<'a> Reader<'a> {
    fn text(&self, node: Node<'_>) -> &'a str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    /// An identifier, without the `@` that lets it be a keyword.
    fn identifier(&self, node: Option<Node<'_>>) -> String {
        let text = node.map(|node| self.text(node)).unwrap_or_default();
        text.trim_start_matches('@').to_owned()
    }

    fn place(&self, node: Node<'_>) -> Place {
        Place { file: self.file.to_owned(), line: line(node), column: 0 }
    }

    /// Every type of the file, nested ones too. No recursion: sources may be nested deeply.
    fn types(&self, root: Node<'_>, file: &mut File) {
        let mut stack = vec![(root, Vec::<String>::new(), None)];
        while let Some((node, path, earlier)) = stack.pop() {
            let mut path = path;
            let mut inner = Vec::new();
            let first_in_node = file.declarations.len();
            for child in node.named_children(&mut node.walk()) {
                match child.kind() {
                    // It ends with the file: what follows is in it.
                    "file_scoped_namespace_declaration" => {
                        path = extended(&[], &self.identifier(child.child_by_field_name("name")));
                    }
                    "namespace_declaration" => {
                        let name = self.identifier(child.child_by_field_name("name"));
                        inner.push((child, extended(&path, &name), None));
                    }
                    "using_directive" => self.using(child, file),
                    "interface_declaration"
                    | "struct_declaration"
                    | "class_declaration"
                    | "record_declaration"
                    | "enum_declaration" => {
                        let declaration = self.declaration(child, &path);
                        let branch = earlier.and_then(|first| file.declarations.get(first..));
                        if branch.into_iter().flatten().any(|it| it.is_same_type(&declaration)) {
                            file.alternatives.push((declaration.name, declaration.place));
                            continue;
                        }
                        inner.push((child, extended(&path, &declaration.name), None));
                        file.declarations.push(declaration);
                    }
                    "declaration_list" | "ERROR" => inner.push((child, path.clone(), earlier)),
                    kind if is_later_branch(kind) => {
                        inner.push((child, path.clone(), Some(earlier.unwrap_or(first_in_node))));
                    }
                    kind if kind.starts_with("preproc_") => {
                        inner.push((child, path.clone(), earlier));
                    }
                    _ => {}
                }
            }
            stack.extend(inner.into_iter().rev());
        }
    }

    fn using(&self, node: Node<'_>, file: &mut File) {
        let name = node.child_by_field_name("name");
        let mut cursor = node.walk();
        let mut rest =
            node.named_children(&mut cursor).filter(|it| Some(it.id()) != name.map(|it| it.id()));
        let Some(target) = rest.next() else { return };
        let has = |word| node.children(&mut node.walk()).any(|it| it.kind() == word);
        match (name, self.type_name(target)) {
            // `using A = B;` has a name; `using B;` has none.
            (Some(name), ty) => file.aliases.push((self.identifier(Some(name)), ty)),
            (None, TypeName::Named(segments, _)) if !has("static") => match has("global") {
                true => file.global_usings.push(segments),
                false => file.usings.push(segments),
            },
            (None, _) => {}
        }
    }
}

/// Whether a node is what is compiled when the condition of the `#if` before it does not hold.
fn is_later_branch(kind: &str) -> bool {
    kind == "preproc_else" || kind == "preproc_elif"
}

fn extended(path: &[String], name: &str) -> Vec<String> {
    let own = name.split('.').map(str::to_owned);
    path.iter().cloned().chain(own).take(MAX_PATH).collect()
}
