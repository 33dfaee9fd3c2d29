//! The members of a type: methods, fields and properties.

use tree_sitter::Node;

use super::declaration::{Declaration, Direction, Field, Kind, Method, Parameter};
use super::literal::Value;
use super::name::TypeName;
use super::{Reader, is_later_branch};

impl Reader<'_> {
    pub(super) fn members(&self, body: Node<'_>, of: &mut Declaration) {
        // With each node the members that an earlier branch of its `#if` may have declared.
        let mut stack = vec![(body, None)];
        while let Some((node, earlier)) = stack.pop() {
            let mut inner = Vec::new();
            let first_in_node = (of.methods.len(), of.fields.len());
            for child in node.named_children(&mut node.walk()) {
                match child.kind() {
                    "method_declaration" => {
                        let method = self.method(child, of.kind);
                        let branch = earlier.and_then(|(first, _)| of.methods.get(first..));
                        match branch.into_iter().flatten().any(|it| it.name == method.name) {
                            true => of.alternatives.push((method.name, method.place)),
                            false => of.methods.push(method),
                        }
                    }
                    "field_declaration" => self.add_fields(self.fields(child), earlier, of),
                    "enum_member_declaration" => {
                        self.add_fields(vec![self.case(child)], earlier, of);
                    }
                    "property_declaration" => {
                        self.add_fields(vec![self.property(child, of.kind)], earlier, of);
                    }
                    kind if is_later_branch(kind) => {
                        inner.push((child, Some(earlier.unwrap_or(first_in_node))));
                    }
                    // The symbols of the build are unknown: what one branch alone has is read.
                    kind if kind.starts_with("preproc_") => inner.push((child, earlier)),
                    "ERROR" => inner.push((child, earlier)),
                    _ => {}
                }
            }
            stack.extend(inner.into_iter().rev());
        }
    }

    fn add_fields(
        &self,
        fields: Vec<Field>,
        earlier: Option<(usize, usize)>,
        of: &mut Declaration,
    ) {
        for field in fields {
            let branch = earlier.and_then(|(_, first)| of.fields.get(first..));
            match branch.into_iter().flatten().any(|it| it.name == field.name) {
                true => of.alternatives.push((field.name, field.place)),
                false => of.fields.push(field),
            }
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

    fn fields(&self, node: Node<'_>) -> Vec<Field> {
        let mut fields = Vec::new();
        let mut cursor = node.walk();
        let list = node.named_children(&mut cursor).find(|it| it.kind() == "variable_declaration");
        let Some(list) = list else { return fields };
        for variable in list.named_children(&mut list.walk()) {
            if variable.kind() != "variable_declarator" {
                continue;
            }
            let name = variable.child_by_field_name("name");
            fields.push(Field {
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
        fields
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

    pub(super) fn has(&self, node: Node<'_>, word: &str) -> bool {
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
