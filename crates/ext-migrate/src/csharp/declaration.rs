//! Types and their members, as they are declared.

use std::collections::{BTreeSet, HashSet};

use ext_definition::diagnostic::Place;
use tree_sitter::Node;

use super::Reader;
use super::attribute::{Attribute, Attributes};
use super::doc::Doc;
use super::generated::Facts;
use super::literal::Value;
use super::name::TypeName;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Interface,
    Struct,
    Class,
    Enum,
}

/// A type. The parts of a partial one are put together by the index.
#[derive(Debug, Clone)]
pub struct Declaration {
    pub kind: Kind,
    pub name: String,
    /// Namespaces, and the types around it.
    pub path: Vec<String>,
    pub generic: bool,
    pub attributes: Vec<Attribute>,
    pub doc: Doc,
    pub bases: Vec<TypeName>,
    pub methods: Vec<Method>,
    pub fields: Vec<Field>,
    /// What generated code tells about its fields.
    pub facts: Facts,
    /// Whether other declarations may add to it.
    pub partial: bool,
    /// Members in a later branch of an `#if` whose earlier branch declares the same member.
    pub alternatives: Vec<(String, Place)>,
    pub place: Place,
}

#[derive(Debug, Clone)]
pub struct Method {
    pub name: String,
    pub attributes: Vec<Attribute>,
    pub doc: Doc,
    pub returns: TypeName,
    pub parameters: Vec<Parameter>,
    pub generic: bool,
    pub private: bool,
    pub place: Place,
}

#[derive(Debug, Clone)]
pub struct Parameter {
    pub name: String,
    pub ty: TypeName,
    pub direction: Direction,
    pub default: Option<Value>,
    pub attributes: Vec<Attribute>,
    pub place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    In,
    Out,
    InOut,
}

/// A field, a property, or a positional parameter of a record.
#[derive(Debug, Clone)]
pub struct Field {
    pub name: String,
    pub ty: TypeName,
    pub attributes: Vec<Attribute>,
    pub doc: Doc,
    pub public: bool,
    /// Not of a value: `static` or `const`.
    pub shared: bool,
    pub initial: Option<Value>,
    pub place: Place,
}

impl Declaration {
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.named(name)
    }

    /// Whether another declaration is of the same type: a part, a copy or another version of it.
    pub fn is_same_type(&self, other: &Self) -> bool {
        self.name == other.name
            && self.path == other.path
            && self.kind == other.kind
            && self.generic == other.generic
    }

    /// Its members as texts that are equal if, and only if, the members are written alike.
    pub fn members(&self) -> BTreeSet<String> {
        let methods = self.methods.iter().map(|it| {
            let parameters = it.parameters.iter().map(|it| {
                let attributes = written(&it.attributes);
                format!("{attributes}{:?} {} {} = {:?}", it.direction, it.ty, it.name, it.default)
            });
            let parameters: Vec<String> = parameters.collect();
            let attributes = written(&it.attributes);
            let parameters = parameters.join(", ");
            format!("{:?}{attributes}{} {}({parameters})", it.doc, it.returns, it.name)
        });
        let fields = self.fields.iter().map(|it| {
            let attributes = written(&it.attributes);
            format!("{:?}{attributes}{} {} = {:?}", it.doc, it.ty, it.name, it.initial)
        });
        methods.chain(fields).collect()
    }

    /// Whether a method or field of another declaration is one of this, perhaps in other words.
    pub fn shares_members(&self, other: &Self) -> bool {
        let types = |method: &Method| -> Vec<TypeName> {
            method.parameters.iter().map(|it| it.ty.clone()).collect()
        };
        let methods: HashSet<_> = self.methods.iter().map(|it| (&it.name, types(it))).collect();
        let fields: HashSet<_> = self.fields.iter().map(|it| &it.name).collect();
        other.methods.iter().any(|it| methods.contains(&(&it.name, types(it))))
            || other.fields.iter().any(|it| fields.contains(&it.name))
    }
}

/// Attributes as a text, without their places.
fn written(attributes: &[Attribute]) -> String {
    attributes.iter().map(|it| format!("[{}{:?}]", it.name, it.arguments)).collect()
}

impl Reader<'_> {
    pub(super) fn declaration(&self, node: Node<'_>, path: &[String]) -> Declaration {
        let mut cursor = node.walk();
        let child = |kind| node.named_children(&mut node.walk()).find(|it| it.kind() == kind);
        let is = |word| node.children(&mut node.walk()).any(|it| it.kind() == word);
        let kind = match node.kind() {
            "interface_declaration" => Kind::Interface,
            "enum_declaration" => Kind::Enum,
            "class_declaration" => Kind::Class,
            "record_declaration" if !is("struct") => Kind::Class,
            _ => Kind::Struct,
        };
        let name_node = node.child_by_field_name("name");
        let name = self.identifier(name_node);
        let bases = child("base_list").map_or_else(Vec::new, |list| {
            let types = list.named_children(&mut cursor).filter(|it| it.kind() != "argument_list");
            types.map(|it| self.type_name(it)).collect()
        });
        let mut declaration = Declaration {
            kind,
            path: path.to_vec(),
            generic: child("type_parameter_list").is_some(),
            attributes: self.attributes(node),
            doc: self.doc(node),
            bases,
            methods: Vec::new(),
            fields: Vec::new(),
            facts: Facts::default(),
            partial: self.has(node, "partial"),
            alternatives: Vec::new(),
            place: self.place(name_node.unwrap_or(node)),
            name,
        };
        if node.kind() == "record_declaration"
            && let Some(list) = child("parameter_list")
        {
            declaration.fields.extend(self.positional(list));
        }
        let body = node.child_by_field_name("body").or_else(|| child("declaration_list"));
        if let Some(body) = body {
            self.members(body, &mut declaration);
            if kind == Kind::Struct {
                declaration.facts = self.facts(body);
            }
        }
        declaration
    }
}
