//! What renderings for people have in common: which actions belong together, and which types
//! are used where.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Action, Extension, Type, TypeDefinition};

/// Actions under one heading.
#[derive(Debug)]
pub struct Group<'a> {
    /// The heading; empty for the actions that name none.
    pub name: &'a str,
    /// By name.
    pub actions: Vec<&'a Action>,
}

/// Actions by their groups: those without one come first, groups are by name.
pub fn groups(extension: &Extension) -> Vec<Group<'_>> {
    let mut groups: BTreeMap<&str, Vec<&Action>> = BTreeMap::new();
    for action in &extension.actions {
        groups.entry(&action.options.group).or_default().push(action);
    }
    groups.into_iter().map(|(name, actions)| Group { name, actions }).collect()
}

/// Where a type is named.
#[derive(Debug, Default)]
pub struct Users<'a> {
    /// Names of actions.
    pub actions: BTreeSet<&'a str>,
    /// Names of types.
    pub types: BTreeSet<&'a str>,
}

/// For each type, by name, who names it directly.
pub fn users(extension: &Extension) -> BTreeMap<&str, Users<'_>> {
    let mut users: BTreeMap<&str, Users<'_>> = BTreeMap::new();
    for action in &extension.actions {
        let parameters = action.parameters.iter().map(|it| &it.ty);
        for name in names(parameters.chain(&action.result).chain(&action.error)) {
            users.entry(name).or_default().actions.insert(&action.name);
        }
    }
    for ty in &extension.types {
        for name in names(TypeDefinition::uses(ty).into_iter()) {
            users.entry(name).or_default().types.insert(&ty.name);
        }
    }
    users
}

/// The types that are named in these.
fn names<'a>(types: impl Iterator<Item = &'a Type>) -> Vec<&'a str> {
    let mut waiting: Vec<&Type> = types.collect();
    let mut names = Vec::new();
    while let Some(ty) = waiting.pop() {
        waiting.extend(ty.children());
        if let Type::Named(name) = ty {
            names.push(name.as_str());
        }
    }
    names
}
