//! The rules that every definition keeps, wherever it comes from.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::code::{self, Code};
use crate::diagnostic::{Diagnostic, Place};
use crate::model::{Action, Extension, Field, Kind, Type, TypeDefinition};
use crate::{naming, wit};

#[cfg(feature = "values")]
mod rules;

/// Deepest nesting of types. The component model's validation stops at 100 levels, of
/// which a level here may take several.
const MAX_DEPTH: usize = 24;

/// Where the elements of a definition are in the source, if that is known: in the
/// elements' order.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// For each action.
    pub actions: Vec<Place>,
    /// For each type.
    pub types: Vec<Place>,
    /// For each action the places of its parameters.
    pub parameters: Vec<Vec<Place>>,
    /// For each type the places of its fields or cases.
    pub parts: Vec<Vec<Place>>,
}

impl Places {
    fn part<'p>(
        of: &'p [Vec<Place>],
        whole: &'p [Place],
        at: usize,
        part: usize,
    ) -> Option<&'p Place> {
        of.get(at).and_then(|places| places.get(part)).or_else(|| whole.get(at))
    }

    fn parameter(&self, action: usize, parameter: usize) -> Option<&Place> {
        Self::part(&self.parameters, &self.actions, action, parameter)
    }

    fn field(&self, ty: usize, field: usize) -> Option<&Place> {
        Self::part(&self.parts, &self.types, ty, field)
    }
}

/// Every error of a definition.
pub fn check(extension: &Extension, places: &Places) -> Vec<Diagnostic> {
    let mut checker = Checker { types: extension.types_by_name(), found: Vec::new() };
    checker.package(extension);
    let used = extension.used_types();
    let reserved: Vec<&str> = (Type::<String>::PLATFORM.iter())
        .filter(|(platform, _)| used.contains(&platform))
        .map(|(_, name)| *name)
        .collect();
    let actions: Vec<&str> = extension.actions.iter().map(|it| it.name.as_str()).collect();
    let types: Vec<&str> = extension.types.iter().map(|it| it.name.as_str()).collect();
    checker
        .distinct(code::DUPLICATE_ACTION, "actions", &actions, |index| places.actions.get(index));
    checker.distinct(code::DUPLICATE_TYPE, "types", &types, |index| places.types.get(index));
    checker.types_beside_actions(&actions, &types, places);
    for (index, action) in extension.actions.iter().enumerate() {
        let place = places.actions.get(index);
        let of = format!("the action `{}`", action.name);
        checker.name("action", &action.name, place);
        let names: Vec<&str> = action.parameters.iter().map(|it| it.name.as_str()).collect();
        checker.parts("parameter", &of, &names, |it| places.parameter(index, it));
        for (at, parameter) in action.parameters.iter().enumerate() {
            checker.ty(&parameter.ty, &of, places.parameter(index, at), false);
        }
        checker.options(action, place);
        for ty in action.result.iter().chain(&action.error) {
            checker.ty(ty, &of, place, true);
        }
    }
    for (index, ty) in extension.types.iter().enumerate() {
        let place = places.types.get(index);
        let of = format!("the type `{}`", ty.name);
        checker.name("type", &ty.name, place);
        let (word, names): (_, Vec<&str>) = match &ty.kind {
            Kind::Structure { fields } => {
                ("field", fields.iter().map(|it| it.name.as_str()).collect())
            }
            Kind::Enum { cases } | Kind::Variant { cases } => {
                ("case", cases.iter().map(|it| it.name.as_str()).collect())
            }
        };
        if names.is_empty() {
            checker.error(code::NO_ACTION, format!("{of} has no {word}"), place);
        }
        checker.parts(word, &of, &names, |it| places.field(index, it));
        let kebab = naming::kebab(&ty.name);
        if let Some(name) = reserved.iter().find(|name| ***name == *kebab) {
            let message = format!(
                "the type `{}` has the name of the platform's `{name}`, which is used as well",
                ty.name
            );
            checker
                .found
                .push(Diagnostic::error(code::RESERVED_NAME, message).at(place).help("rename it"));
        }
        for part in ty.uses() {
            checker.ty(part, &of, place, false);
        }
    }
    checker.json_names(extension, places);
    checker.nesting(extension, places);
    #[cfg(feature = "values")]
    rules::check(extension, places, &mut checker.found);
    checker.found
}

/// What people miss.
pub fn missing_descriptions(extension: &Extension, places: &Places, found: &mut Vec<Diagnostic>) {
    let mut missing = |what: &str, name: &str, description: &str, place: Option<&Place>| {
        if description.is_empty() {
            found.push(
                Diagnostic::warning(
                    code::DESCRIPTION_MISSING,
                    format!("the {what} `{name}` has no description"),
                )
                .at(place)
                .help("write a doc comment: it is what the extension's users read"),
            );
        }
    };
    for (index, action) in extension.actions.iter().enumerate() {
        missing("action", &action.name, &action.description, places.actions.get(index));
    }
    for (index, ty) in extension.types.iter().enumerate() {
        missing("type", &ty.name, &ty.description, places.types.get(index));
    }
}

struct Checker<'a> {
    types: std::collections::BTreeMap<&'a str, &'a TypeDefinition>,
    found: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn error(&mut self, code: Code, message: String, place: Option<&Place>) {
        self.found.push(Diagnostic::error(code, message).at(place));
    }

    fn package(&mut self, extension: &Extension) {
        let package = &extension.package;
        for (code, what, name) in [
            (code::NAMESPACE_MALFORMED, "namespace", &package.namespace),
            (code::NAME_MALFORMED, "name", &package.name),
        ] {
            // A missing manifest was reported as such.
            if *package != Default::default()
                && let Err(reason) = naming::check_package(name)
            {
                self.error(code, format!("`{name}` cannot be a package's {what}: {reason}"), None);
            }
        }
        if extension.actions.is_empty() {
            self.found.push(
                Diagnostic::error(code::NO_ACTION, "the extension has no action")
                    .help("annotate a function with `#[ext_action]`"),
            );
        }
    }

    fn name(&mut self, what: &str, name: &str, place: Option<&Place>) {
        if let Err(reason) = naming::check_element(name) {
            let message = format!("`{name}` cannot be the name of a {what}: {reason}");
            self.error(code::ELEMENT_NAME, message, place);
        }
    }

    /// Names that are one name in kebab-case.
    fn distinct<'p>(
        &mut self,
        code: Code,
        what: &str,
        names: &[&str],
        place: impl Fn(usize) -> Option<&'p Place>,
    ) {
        let mut seen: HashMap<String, usize> = HashMap::new();
        for (index, name) in names.iter().enumerate() {
            let first = match seen.entry(naming::kebab(name)) {
                Entry::Occupied(first) => *first.get(),
                Entry::Vacant(free) => {
                    free.insert(index);
                    continue;
                }
            };
            let message = match names[first] == *name {
                true => format!("two {what} are named `{name}`"),
                false => format!("the {what} `{}` and `{name}` have one name in WIT", names[first]),
            };
            self.found.push(
                Diagnostic::error(code, message)
                    .at(place(index))
                    .at(place(first))
                    .help("rename one of them"),
            );
        }
    }

    /// A type called as an action is gets another name in WIT, which must be free too.
    fn types_beside_actions(&mut self, actions: &[&str], types: &[&str], places: &Places) {
        let by_name = |names: &[&str]| -> HashMap<String, usize> {
            names.iter().enumerate().map(|(index, name)| (naming::kebab(name), index)).collect()
        };
        let (by_action, by_type) = (by_name(actions), by_name(types));
        for (index, name) in types.iter().enumerate() {
            let kebab = naming::kebab(name);
            let Some(&action) = by_action.get(&kebab) else { continue };
            let renamed = wit::beside_an_action(&kebab);
            let (what, other, place) = match (by_type.get(&renamed), by_action.get(&renamed)) {
                (Some(&it), _) => ("type", types[it], places.types.get(it)),
                (None, Some(&it)) => ("action", actions[it], places.actions.get(it)),
                (None, None) => continue,
            };
            let action = actions[action];
            self.found.push(
                Diagnostic::error(
                    code::DUPLICATE_TYPE,
                    format!(
                        "the type `{name}`, in WIT `{renamed}` because of the action `{action}`, \
                         has the name of the {what} `{other}`"
                    ),
                )
                .at(places.types.get(index))
                .at(place)
                .help("rename one of them"),
            );
        }
    }

    fn parts<'p>(
        &mut self,
        what: &str,
        of: &str,
        names: &[&str],
        place: impl Fn(usize) -> Option<&'p Place>,
    ) {
        for (index, name) in names.iter().enumerate() {
            self.name(what, name, place(index));
        }
        let what = format!("{what}s of {of}");
        self.distinct(code::DUPLICATE_PART, &what, names, place);
    }

    /// What is said of an action beside its signature.
    fn options(&mut self, action: &Action, place: Option<&Place>) {
        let Action { name, options, result, error, .. } = action;
        if options.function && (result.is_none() || !options.outputs.is_empty()) {
            let message = format!("the function `{name}` must have exactly one output");
            let found = Diagnostic::error(code::FUNCTION_OUTPUTS, message).at(place);
            self.found.push(found.help("return one value, or remove `function`"));
        }
        if options.function && error.is_some() {
            let message =
                format!("the function `{name}` can fail: an expression has no place for an error");
            let found = Diagnostic::error(code::FUNCTION_OUTPUTS, message).at(place);
            self.found.push(found.help("return an `Option`, or remove `function`"));
        }
        if options.outputs.is_empty() {
            return;
        }
        let count = match result {
            Some(Type::Tuple(elements)) => elements.len(),
            Some(_) => 1,
            None => 0,
        };
        if count != options.outputs.len() || !matches!(result, Some(Type::Tuple(_))) {
            let message = format!(
                "the action `{name}` names {} outputs, and its result is no tuple of so many elements",
                options.outputs.len()
            );
            let found = Diagnostic::error(code::OUTPUT_NAMES, message).at(place);
            self.found.push(found.help("return a tuple with an element for each name"));
        }
        let outputs: Vec<&str> = options.outputs.iter().map(String::as_str).collect();
        self.parts("output", &format!("the action `{name}`"), &outputs, |_| place);
    }

    /// Names in JSON are one for each part, and former names belong to nobody else.
    fn json_names(&mut self, extension: &Extension, places: &Places) {
        let mut look = |of: &str, fields: &[Field], place: &dyn Fn(usize) -> Option<Place>| {
            for (index, field) in fields.iter().enumerate() {
                let earlier = fields[..index].iter().any(|it| it.json_name() == field.json_name());
                if earlier && field.rules.json_name.is_some() {
                    let message =
                        format!("two parts of {of} are named `{}` in JSON", field.json_name());
                    let found = Diagnostic::error(code::JSON_NAME, message);
                    self.found.push(found.at(place(index).as_ref()).help("rename one of them"));
                }
                if let Some(former) = &field.rules.renamed_from
                    && fields.iter().any(|it| naming::kebab(&it.name) == naming::kebab(former))
                {
                    let message = format!(
                        "`{}` of {of} was renamed from `{former}`, and there is a `{former}`",
                        field.name
                    );
                    let found = Diagnostic::error(code::RENAMED_FROM, message);
                    self.found
                        .push(found.at(place(index).as_ref()).help("name the name that it had"));
                }
            }
        };
        for (at, action) in extension.actions.iter().enumerate() {
            let of = format!("the action `{}`", action.name);
            look(&of, &action.parameters, &|it| places.parameter(at, it).cloned());
        }
        for (at, ty) in extension.types.iter().enumerate() {
            if let Kind::Structure { fields } = &ty.kind {
                let of = format!("the type `{}`", ty.name);
                look(&of, fields, &|it| places.field(at, it).cloned());
            }
        }
        for (index, action) in extension.actions.iter().enumerate() {
            if let Some(former) = &action.options.renamed_from
                && extension.action(former).is_some()
            {
                let message = format!(
                    "the action `{}` was renamed from `{former}`, and there is an action `{former}`",
                    action.name
                );
                let found = Diagnostic::error(code::RENAMED_FROM, message);
                let found = found.at(places.actions.get(index));
                self.found.push(found.help("name the name that it had"));
            }
        }
    }

    /// `unit` may stand where a result is, or in one.
    fn ty(&mut self, ty: &Type, of: &str, place: Option<&Place>, result: bool) {
        match ty {
            Type::Unit if !result => {
                let message = format!("`()` is used in {of} where only a value can be");
                self.error(code::UNIT_POSITION, message, place);
            }
            Type::Named(name) if !self.types.contains_key(name.as_str()) => {
                let message = format!("{of} uses the type `{name}`, which is not described");
                self.error(code::TYPE_MISSING, message, place);
            }
            Type::Map(both) if !self.is_key(&both.0) => {
                let message = format!(
                    "a map in {of} has keys of the type `{}`: text, whole numbers and enums can be keys",
                    both.0
                );
                self.error(code::MAP_KEY, message, place);
            }
            Type::Tuple(elements) if elements.is_empty() => {
                self.error(code::UNIT_POSITION, format!("an empty tuple is used in {of}"), place);
            }
            ty => {
                let inside_result = matches!(ty, Type::Result(_));
                for child in ty.children() {
                    self.ty(child, of, place, inside_result);
                }
            }
        }
    }

    fn is_key(&self, ty: &Type) -> bool {
        match ty {
            Type::Named(name) => match self.types.get(name.as_str()).map(|ty| &ty.kind) {
                Some(kind) => matches!(kind, Kind::Enum { .. }),
                // Reported as missing.
                None => true,
            },
            ty => ty.is_simple_key(),
        }
    }

    fn nesting(&mut self, extension: &Extension, places: &Places) {
        let mut depths = HashMap::new();
        for (index, ty) in extension.types.iter().enumerate() {
            if self.depth_of(&ty.name, &mut depths, 0) > MAX_DEPTH {
                let message = format!(
                    "the type `{}` is nested in itself, or more than {MAX_DEPTH} levels deep",
                    ty.name
                );
                self.error(code::NESTING, message, places.types.get(index));
            }
        }
        for (index, action) in extension.actions.iter().enumerate() {
            let types = action.parameters.iter().map(|it| &it.ty);
            for ty in types.chain(&action.result).chain(&action.error) {
                // Named types were reported above.
                if matches!(ty, Type::Named(_)) {
                    continue;
                }
                if self.depth(ty, &mut depths, 0) > MAX_DEPTH {
                    let message = format!(
                        "a type in the action `{}` is more than {MAX_DEPTH} levels deep",
                        action.name
                    );
                    self.error(code::NESTING, message, places.actions.get(index));
                }
            }
        }
    }

    /// Levels below a type, at least one more than allowed when there are too many. `above`
    /// ends the search in types that contain themselves.
    fn depth(&self, ty: &Type, depths: &mut HashMap<String, usize>, above: usize) -> usize {
        if above > MAX_DEPTH {
            return MAX_DEPTH + 1;
        }
        match ty {
            Type::Named(name) => self.depth_of(name, depths, above),
            ty => {
                let children = ty.children();
                1 + children.iter().map(|it| self.depth(it, depths, above + 1)).max().unwrap_or(0)
            }
        }
    }

    fn depth_of(&self, name: &str, depths: &mut HashMap<String, usize>, above: usize) -> usize {
        if above > MAX_DEPTH {
            return MAX_DEPTH + 1;
        }
        if let Some(&depth) = depths.get(name) {
            return depth;
        }
        // While it is being looked at, a type counts as endless: whoever meets it again
        // has found it in itself.
        depths.insert(name.to_owned(), MAX_DEPTH + 1);
        let uses = self.types.get(name).map(|ty| ty.uses()).unwrap_or_default();
        let below = uses.into_iter().map(|it| self.depth(it, depths, above + 1)).max().unwrap_or(0);
        let depth = (below + 1).min(MAX_DEPTH + 1);
        depths.insert(name.to_owned(), depth);
        depth
    }
}
