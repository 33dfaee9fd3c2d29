//! The members of a type: methods, fields and properties.

use tree_sitter::Node;

use super::Reader;
use super::declaration::{Declaration, Direction, Field, Kind, Method, Parameter};
use super::literal::Value;
use super::name::TypeName;

impl Reader<'_> {
    pub(super) fn members(&self, body: Node<'_>, of: &mut Declaration) {
        let mut stack = vec![body];
        while let Some(node) = stack.pop() {
            let mut inner = Vec::new();
            for child in node.named_children(&mut node.walk()) {
                match child.kind() {
                    "method_declaration" => of.methods.push(self.method(child, of.kind)),
                    "field_declaration" => self.fields(child, of),
                    "enum_member_declaration" => of.fields.push(self.case(child)),
                    "property_declaration" => of.fields.push(self.property(child, of.kind)),
                    // What a condition leaves out may be what is wanted: all of it is read.
                    kind if kind.starts_with("preproc_") => inner.push(child),
                    "ERROR" => inner.push(child),
                    _ => {}
                }
            }
            stack.extend(inner.into_iter().rev());
        }
    }

    fn method(&self, node: Node<'_>, of: Kind) -> Method {
        let name = node.child_by_field_name("name");
        let parameters = node.child_by_field_name("parameters");
        Method {
            name: self.identifier(name),
            attributes: self.attributes(node),
            doc: self.doc(node),
            returns: self.type_of(node, "returns"),
            parameters: parameters.map_or_else(Vec::new, |list| self.parameters(list)),
            generic: node.child_by_field_name("type_parameters").is_some(),
            private: self.is_private(node, of),
            place: self.place(name.unwrap_or(node)),
        }
    }

    /// `params TYPE[] name` is no node of its own: its parts are the list's.
    fn parameters(&self, list: Node<'_>) -> Vec<Parameter> {
        let mut parameters: Vec<_> = (list.named_children(&mut list.walk()))
            .filter(|it| it.kind() == "parameter")
            .map(|node| self.parameter(node))
            .collect();
        if let Some(ty) = list.child_by_field_name("type") {
            let name = list.child_by_field_name("name");
            parameters.push(Parameter {
                name: self.identifier(name),
                ty: self.type_name(ty),
                direction: Direction::In,
                default: None,
                attributes: self.attributes(list),
                place: self.place(name.unwrap_or(ty)),
            });
        }
        parameters
    }

    fn parameter(&self, node: Node<'_>) -> Parameter {
        let name = node.child_by_field_name("name");
        let mut cursor = node.walk();
        let words = node.children(&mut cursor).filter(|it| it.kind() == "modifier");
        let words: Vec<&str> = words.map(|it| self.text(it)).collect();
        let direction = match () {
            () if words.contains(&"out") => Direction::Out,
            () if words.contains(&"ref") && !words.contains(&"readonly") => Direction::InOut,
            () => Direction::In,
        };
        Parameter {
            name: self.identifier(name),
            ty: self.type_of(node, "type"),
            direction,
            default: self.behind_equals(node),
            attributes: self.attributes(node),
            place: self.place(name.unwrap_or(node)),
        }
    }

    /// The positional parameters of a record are its public properties.
    pub(super) fn positional(&self, list: Node<'_>) -> Vec<Field> {
        let field = |it: Parameter| Field {
            name: it.name,
            ty: it.ty,
            attributes: it.attributes,
            doc: Default::default(),
            public: true,
            shared: false,
            initial: it.default,
            place: it.place,
        };
        self.parameters(list).into_iter().map(field).collect()
    }

    fn fields(&self, node: Node<'_>, of: &mut Declaration) {
        let mut cursor = node.walk();
        let list = node.named_children(&mut cursor).find(|it| it.kind() == "variable_declaration");
        let Some(list) = list else { return };
        for variable in list.named_children(&mut list.walk()) {
            if variable.kind() != "variable_declarator" {
                continue;
            }
            let name = variable.child_by_field_name("name");
            of.fields.push(Field {
                name: self.identifier(name),
                ty: self.type_of(list, "type"),
                attributes: self.attributes(node),
                doc: self.doc(node),
                public: self.has(node, "public"),
                shared: self.has(node, "static") || self.has(node, "const"),
                initial: self.behind_equals(variable),
                place: self.place(name.unwrap_or(variable)),
            });
        }
    }

    fn property(&self, node: Node<'_>, of: Kind) -> Field {
        let name = node.child_by_field_name("name");
        let value = node.child_by_field_name("value");
        Field {
            name: self.identifier(name),
            ty: self.type_of(node, "type"),
            attributes: self.attributes(node),
            doc: self.doc(node),
            public: self.has(node, "public") || of == Kind::Interface,
            shared: self.has(node, "static"),
            initial: value.map(|value| self.value(value)),
            place: self.place(name.unwrap_or(node)),
        }
    }

    /// A case of an enum, as a field.
    fn case(&self, node: Node<'_>) -> Field {
        let name = node.child_by_field_name("name");
        let value = node.child_by_field_name("value");
        Field {
            name: self.identifier(name),
            ty: TypeName::Other(String::new()),
            attributes: self.attributes(node),
            doc: self.doc(node),
            public: true,
            shared: true,
            initial: value.map(|value| self.value(value)).or_else(|| self.behind_equals(node)),
            place: self.place(name.unwrap_or(node)),
        }
    }

    fn is_private(&self, node: Node<'_>, of: Kind) -> bool {
        match of {
            // A static one is of the interface, not of what implements it.
            Kind::Interface => {
                ["private", "protected", "static"].iter().any(|word| self.has(node, word))
            }
            _ => !self.has(node, "public"),
        }
    }

    fn has(&self, node: Node<'_>, word: &str) -> bool {
        let mut cursor = node.walk();
        let mut words = node.children(&mut cursor).filter(|it| it.kind() == "modifier");
        words.any(|it| self.text(it) == word)
    }

    /// The expression behind a `=`.
    fn behind_equals(&self, node: Node<'_>) -> Option<Value> {
        let mut cursor = node.walk();
        let mut rest = node.children(&mut cursor).skip_while(|it| it.kind() != "=");
        rest.next()?;
        let value = rest.find(|it| it.is_named() && !it.is_extra())?;
        Some(self.value(value))
    }
}
