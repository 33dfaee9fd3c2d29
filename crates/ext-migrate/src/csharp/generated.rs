//! What the generated body of an O11 structure tells about its fields.
//!
//! C# has one type for several of the platform's: a `string` is a Text, an Email or a Phone
//! Number. Integration Studio writes the platform's own type into each structure's `ToXml`,
//! as the last argument of `AppendAttribute(element, "Name", ssName, level, TypeKind.Text)`,
//! and the default values into its first constructor. Newer ones have no such `ToXml`, and
//! say the type where they read: `ssName = r.ReadText(index++, …)`.

use std::collections::HashMap;

use tree_sitter::Node;

use super::Reader;
use super::literal::Value;

/// By the name of the field.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// `TypeKind`s.
    pub kinds: HashMap<String, String>,
    /// What the constructors set.
    pub initial: HashMap<String, Value>,
}

impl Reader<'_> {
    pub(super) fn facts(&self, body: Node<'_>) -> Facts {
        let mut facts = Facts::default();
        let text = self.text(body);
        if !text.contains("TypeKind.") && !text.contains("(index++, ") {
            return facts;
        }
        let mut stack = vec![body];
        while let Some(node) = stack.pop() {
            match node.kind() {
                "argument_list" => self.kind(node, &mut facts),
                "constructor_declaration" => self.initial(node, &mut facts),
                "assignment_expression" => self.read_kind(node, &mut facts),
                _ => {}
            }
            stack.extend(node.named_children(&mut node.walk()));
        }
        facts
    }

    fn kind(&self, list: Node<'_>, facts: &mut Facts) {
        let mut cursor = list.walk();
        let arguments: Vec<_> = list.named_children(&mut cursor).map(|it| self.text(it)).collect();
        if let [_, _, field, _, kind] = arguments[..]
            && let Some(kind) = kind.strip_prefix("TypeKind.")
        {
            facts.kinds.insert(field.to_owned(), kind.to_owned());
        }
    }

    /// What `ToXml` says comes first.
    fn read_kind(&self, assignment: Node<'_>, facts: &mut Facts) {
        let left = assignment.child_by_field_name("left").map(|it| self.text(it));
        let right = assignment.child_by_field_name("right").map(|it| self.text(it));
        let (Some(field), Some(right)) = (left, right) else { return };
        let kind = right.strip_prefix("r.Read").and_then(|it| it.split_once("(index++"));
        if let Some((kind, _)) = kind {
            facts.kinds.entry(field.to_owned()).or_insert_with(|| kind.to_owned());
        }
    }

    fn initial(&self, constructor: Node<'_>, facts: &mut Facts) {
        let Some(body) = constructor.child_by_field_name("body") else { return };
        for statement in body.named_children(&mut body.walk()) {
            let expression = statement.named_child(0);
            let Some(expression) = expression.filter(|it| it.kind() == "assignment_expression")
            else {
                continue;
            };
            let left = expression.child_by_field_name("left");
            if let (Some(left), Some(right)) = (left, expression.child_by_field_name("right")) {
                let name = self.text(left).trim_start_matches("this.").to_owned();
                facts.initial.entry(name).or_insert_with(|| self.value(right));
            }
        }
    }
}
