//! How a type is named where it is used.

use tree_sitter::Node;

use super::Reader;

/// Deepest nesting of type arguments, arrays and the like that is followed.
const MAX_DEPTH: usize = 16;

/// A type as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TypeName {
    /// `A.B.C<D, E>`: the segments without arguments, and the last one's arguments.
    Named(Vec<String>, Vec<TypeName>),
    /// `T[]`; `T[,]` is [`TypeName::Other`].
    Array(Box<TypeName>),
    /// `T?`
    Nullable(Box<TypeName>),
    /// `(A a, B b)`
    Tuple(Vec<(TypeName, String)>),
    /// Pointers and what else there is.
    Other(String),
}

impl TypeName {
    /// The last segment: `C` of `A.B.C<D>`.
    pub fn last(&self) -> &str {
        match self {
            Self::Named(segments, _) => segments.last().map_or("", String::as_str),
            Self::Nullable(of) => of.last(),
            _ => "",
        }
    }

    pub fn is_void(&self) -> bool {
        matches!(self, Self::Named(segments, _) if segments.len() == 1 && segments[0] == "void")
    }
}

impl std::fmt::Display for TypeName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Named(segments, arguments) => {
                formatter.write_str(&segments.join("."))?;
                for (index, argument) in arguments.iter().enumerate() {
                    write!(formatter, "{}{argument}", if index == 0 { "<" } else { ", " })?;
                }
                formatter.write_str(if arguments.is_empty() { "" } else { ">" })
            }
            Self::Array(of) => write!(formatter, "{of}[]"),
            Self::Nullable(of) => write!(formatter, "{of}?"),
            Self::Tuple(elements) => {
                formatter.write_str("(")?;
                for (index, (ty, name)) in elements.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(formatter, "{comma}{ty} {name}")?;
                }
                formatter.write_str(")")
            }
            Self::Other(text) => formatter.write_str(text),
        }
    }
}

impl Reader<'_> {
    /// The type in a node's field.
    pub(super) fn type_of(&self, node: Node<'_>, field: &str) -> TypeName {
        match node.child_by_field_name(field) {
            Some(ty) => self.type_name(ty),
            None => TypeName::Other(String::new()),
        }
    }

    pub(super) fn type_name(&self, node: Node<'_>) -> TypeName {
        self.type_at(node, 0)
    }

    fn type_at(&self, node: Node<'_>, depth: usize) -> TypeName {
        let other = || {
            let text: String = self.text(node).split_whitespace().collect::<Vec<_>>().join(" ");
            TypeName::Other(text.chars().take(80).collect())
        };
        if depth > MAX_DEPTH {
            return other();
        }
        let inner = |field| node.child_by_field_name(field);
        let wrapped = |of: Node<'_>| Box::new(self.type_at(of, depth + 1));
        let first = |kind| node.named_children(&mut node.walk()).find(|it| it.kind() == kind);
        match node.kind() {
            "predefined_type" | "identifier" => {
                TypeName::Named(vec![self.identifier(Some(node))], Vec::new())
            }
            "qualified_name" | "alias_qualified_name" | "generic_name" => {
                self.qualified(node, depth)
            }
            "array_type" => {
                let rank = inner("rank").map(|rank| self.text(rank)).unwrap_or_default();
                match inner("type") {
                    Some(of) if !rank.contains(',') => TypeName::Array(wrapped(of)),
                    _ => other(),
                }
            }
            "nullable_type" => match inner("type") {
                Some(of) => TypeName::Nullable(wrapped(of)),
                None => other(),
            },
            "ref_type" | "scoped_type" => match inner("type") {
                Some(of) => self.type_at(of, depth + 1),
                None => other(),
            },
            "tuple_type" => {
                let elements = node.named_children(&mut node.walk()).collect::<Vec<_>>();
                let elements = elements.iter().filter(|it| it.kind() == "tuple_element");
                let element = |it: &Node<'_>| {
                    let ty = it.child_by_field_name("type");
                    let ty = ty.map_or_else(other, |ty| self.type_at(ty, depth + 1));
                    (ty, self.identifier(it.child_by_field_name("name")))
                };
                TypeName::Tuple(elements.map(element).collect())
            }
            "primary_constructor_base_type" => match first("identifier") {
                Some(of) => self.type_at(of, depth + 1),
                None => other(),
            },
            _ => other(),
        }
    }

    /// Qualifiers lean to the left: a loop, since they may be many.
    fn qualified(&self, node: Node<'_>, depth: usize) -> TypeName {
        let mut segments = Vec::new();
        let mut arguments = Vec::new();
        let mut rest = Some(node);
        while let Some(node) = rest {
            let last = node.child_by_field_name("name").unwrap_or(node);
            rest = node.child_by_field_name("qualifier");
            if last.kind() != "generic_name" {
                segments.push(self.identifier(Some(last)));
                continue;
            }
            let mut cursor = last.walk();
            let parts: Vec<_> = last.named_children(&mut cursor).collect();
            let name = parts.iter().find(|it| it.kind() == "identifier");
            segments.push(self.identifier(name.copied()));
            let list = parts.iter().find(|it| it.kind() == "type_argument_list");
            if let (Some(list), true) = (list, arguments.is_empty()) {
                let types: Vec<_> = list.named_children(&mut list.walk()).collect();
                arguments = types.into_iter().map(|it| self.type_at(it, depth + 1)).collect();
            }
        }
        segments.reverse();
        TypeName::Named(segments, arguments)
    }
}
