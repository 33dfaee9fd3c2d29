//! Attributes: `[Name(value, Key = value)]`.

use ext_definition::diagnostic::Place;
use tree_sitter::Node;

use super::Reader;
use super::literal::Value;

/// An attribute as it is written.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Without namespaces, and without the `Attribute` that may be left out.
    pub name: String,
    pub arguments: Vec<(Option<String>, Value)>,
    pub place: Place,
}

impl Attribute {
    /// The argument with a name.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let named = |(name, _): &&(Option<String>, Value)| name.as_deref() == Some(key);
        self.arguments.iter().find(named).map(|(_, value)| value)
    }

    /// An argument without a name.
    pub fn at(&self, index: usize) -> Option<&Value> {
        self.arguments.iter().filter(|(name, _)| name.is_none()).nth(index).map(|(_, value)| value)
    }
}

/// What has attributes.
pub trait Attributes {
    /// The attribute with a name.
    fn named(&self, name: &str) -> Option<&Attribute>;
}

impl Attributes for [Attribute] {
    fn named(&self, name: &str) -> Option<&Attribute> {
        self.iter().find(|it| it.name == name)
    }
}

impl Reader<'_> {
    /// The attributes of a declaration.
    pub(super) fn attributes(&self, node: Node<'_>) -> Vec<Attribute> {
        let mut attributes = Vec::new();
        let mut stack = vec![node];
        while let Some(node) = stack.pop() {
            let mut inner = Vec::new();
            for child in node.named_children(&mut node.walk()) {
                match child.kind() {
                    "attribute" => attributes.push(self.attribute(child)),
                    "attribute_list" => inner.push(child),
                    kind if kind.starts_with("preproc_if") => inner.push(child),
                    _ => {}
                }
            }
            stack.extend(inner.into_iter().rev());
        }
        attributes
    }

    fn attribute(&self, node: Node<'_>) -> Attribute {
        let name = node.child_by_field_name("name").map(|it| self.type_name(it));
        let name = name.map(|name| name.last().to_owned()).unwrap_or_default();
        let short = name.strip_suffix("Attribute").filter(|short| !short.is_empty());
        let mut arguments = Vec::new();
        let mut cursor = node.walk();
        let list =
            node.named_children(&mut cursor).find(|it| it.kind() == "attribute_argument_list");
        if let Some(list) = list {
            for argument in list.named_children(&mut list.walk()) {
                if argument.kind() == "attribute_argument" {
                    arguments.extend(self.argument(argument));
                }
            }
        }
        Attribute { name: short.unwrap_or(&name).to_owned(), arguments, place: self.place(node) }
    }

    fn argument(&self, node: Node<'_>) -> Option<(Option<String>, Value)> {
        let name = node.child_by_field_name("name");
        let mut cursor = node.walk();
        let is_value = |it: &Node<'_>| !it.is_extra() && Some(it.id()) != name.map(|it| it.id());
        let value = node.named_children(&mut cursor).filter(is_value).last()?;
        // The grammar reads `Key = value` as an assignment where it can.
        if value.kind() == "assignment_expression" && name.is_none() {
            let key = self.identifier(value.child_by_field_name("left"));
            return Some((Some(key), self.value(value.child_by_field_name("right")?)));
        }
        Some((name.map(|name| self.identifier(Some(name))), self.value(value)))
    }
}
