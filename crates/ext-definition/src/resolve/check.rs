//! The rules that every definition keeps, wherever it comes from.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use crate::code::{self, Code};
use crate::diagnostic::{Diagnostic, Place};
use crate::model::{Action, Extension, Field, Kind, Type, TypeDefinition};
use crate::section::Declared;
use crate::{naming, wit};

mod package;
#[cfg(feature = "values")]
mod rules;

/// Longest description of one element, in characters.
const MAX_DESCRIPTION: usize = 10_000;

/// Deepest nesting of types. The component model's validation stops at 100 levels, of
/// which a level here may take several.
const MAX_DEPTH: usize = 24;

/// Most parameters, fields or cases of one element: the component model's limit.
const MAX_PARTS: usize = 10_000;

/// Most actions, types and parts of a definition together.
const MAX_ELEMENTS: usize = 100_000;

/// Most types in all signatures, those inside of others counted as well.
const MAX_TYPES: usize = 200_000;

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
    // In this order: what is looked at below is bounded, and messages that name an element
    // again and again are short.
    if !checker.counts(extension, extension.used_types().len()) || !checker.lengths(extension) {
        return checker.found;
    }
    checker.package(extension);
    let reserved: Vec<&str> = extension.platform_names().collect();
    let actions: Vec<&str> = extension.actions.iter().map(|it| it.name.as_str()).collect();
    let types: Vec<&str> = extension.types.iter().map(|it| it.name.as_str()).collect();
    checker
        .distinct(code::DUPLICATE_ACTION, "actions", &actions, |index| places.actions.get(index));
    checker.distinct(code::DUPLICATE_TYPE, "types", &types, |index| places.types.get(index));
    checker.types_beside_actions(&actions, &types, places);
    for (index, action) in extension.actions.iter().enumerate() {
        let place = places.actions.get(index);
        let of = format!("the action `{}`", action.name);
        checker.name("an action", &action.name, place);
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
        checker.name("a type", &ty.name, place);
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
    checker.descriptions(extension, places);
    checker.json_names(extension, places);
    let _nested = checker.nesting(extension, places);
    // Defaults of types that contain themselves have no end.
    #[cfg(feature = "values")]
    if !_nested {
        rules::check(extension, places, &mut checker.found);
    }
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

/// Types that somebody wrote and that are in no package.
pub fn unused_types(declared: &[Declared], places: &Places, found: &mut Vec<Diagnostic>) {
    for ty in declared {
        let place = ty.place();
        if !places.types.contains(&place) {
            let message = format!("no action reaches the type `{}`", ty.name);
            let warning = Diagnostic::warning(code::TYPE_UNUSED, message).at(Some(&place));
            found.push(warning.help("use it in an action, or remove its derive"));
        }
    }
}

/// Names in kebab-case.
fn names_of<'a>(names: impl Iterator<Item = &'a String>) -> HashSet<String> {
    names.map(|name| naming::kebab(name)).collect()
}

struct Checker<'a> {
    types: std::collections::BTreeMap<&'a str, &'a TypeDefinition>,
    found: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn error(&mut self, code: Code, message: String, place: Option<&Place>) {
        self.found.push(Diagnostic::error(code, message).at(place));
    }

    /// Whether there are not too many elements.
    fn counts(&mut self, extension: &Extension, types: usize) -> bool {
        let parts = |ty: &TypeDefinition| match &ty.kind {
            Kind::Structure { fields } => fields.len(),
            Kind::Enum { cases } | Kind::Variant { cases } => cases.len(),
        };
        let parameters =
            extension.actions.iter().map(|it| it.parameters.len().max(it.options.outputs.len()));
        let parts: Vec<usize> = parameters.chain(extension.types.iter().map(parts)).collect();
        let elements = parts.len() + parts.iter().sum::<usize>();
        for (what, count, most) in [
            ("actions, types, parameters, fields and cases", elements, MAX_ELEMENTS),
            ("types in its signatures", types, MAX_TYPES),
            (
                "parameters, fields or cases of one element",
                parts.into_iter().max().unwrap_or(0),
                MAX_PARTS,
            ),
        ] {
            if count > most {
                let message = format!("the definition has {count} {what}; at most {most} are read");
                self.error(code::TOO_LARGE, message, None);
            }
        }
        self.found.is_empty()
    }

    /// Whether no name of an action or type is so long that messages about its parts
    /// would be.
    fn lengths(&mut self, extension: &Extension) -> bool {
        let actions = extension.actions.iter().map(|it| ("an action", &it.name));
        for (what, name) in actions.chain(extension.types.iter().map(|it| ("a type", &it.name))) {
            if name.len() > 4 * naming::MAX_LEN {
                let start: String = name.chars().take(naming::MAX_LEN).collect();
                let reason = naming::NameError::TooLong;
                let message = format!("`{start}…` cannot be the name of {what}: {reason}");
                self.error(code::ELEMENT_NAME, message, None);
            }
        }
        self.found.is_empty()
    }

    fn package(&mut self, extension: &Extension) {
        // A missing manifest was reported as such.
        if extension.package != Default::default() {
            package::check(extension, &mut self.found);
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
            let message = format!("`{name}` cannot be the name of {what}: {reason}");
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
                false => format!("`{}` and `{name}`, {what}, have one name in WIT", names[first]),
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
            let article = if what.starts_with('o') { "an" } else { "a" };
            self.name(&format!("{article} {what}"), name, place(index));
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
        let fits =
            |ty: &Type| matches!(ty, Type::Tuple(them) if them.len() == options.outputs.len());
        if !result.as_ref().is_some_and(fits) {
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

    fn descriptions(&mut self, extension: &Extension, places: &Places) {
        let mut look = |what: &str, name: &str, description: &str, place: Option<&Place>| {
            // A text cannot have more characters than bytes.
            if description.len() > MAX_DESCRIPTION && description.chars().count() > MAX_DESCRIPTION
            {
                let message = format!(
                    "the description of the {what} `{name}` has more than {MAX_DESCRIPTION} characters"
                );
                let found = Diagnostic::error(code::DESCRIPTION_LENGTH, message).at(place);
                self.found.push(found.help("shorten it, or move it into the documentation"));
            }
        };
        for (at, action) in extension.actions.iter().enumerate() {
            look("action", &action.name, &action.description, places.actions.get(at));
            for (index, part) in action.parameters.iter().enumerate() {
                look("parameter", &part.name, &part.description, places.parameter(at, index));
            }
        }
        for (at, ty) in extension.types.iter().enumerate() {
            look("type", &ty.name, &ty.description, places.types.get(at));
            match &ty.kind {
                Kind::Structure { fields } => {
                    for (index, part) in fields.iter().enumerate() {
                        look("field", &part.name, &part.description, places.field(at, index));
                    }
                }
                Kind::Enum { cases } | Kind::Variant { cases } => {
                    for (index, case) in cases.iter().enumerate() {
                        look("case", &case.name, &case.description, places.field(at, index));
                    }
                }
            }
        }
    }

    /// Names in JSON are one for each part, and former names belong to nobody else.
    fn json_names(&mut self, extension: &Extension, places: &Places) {
        let mut look = |of: &str, fields: &[Field], place: &dyn Fn(usize) -> Option<Place>| {
            let mut earlier = HashSet::new();
            let mut kebab = None;
            for (index, field) in fields.iter().enumerate() {
                let earlier = !earlier.insert(field.json_name());
                if earlier && field.rules.json_name.is_some() {
                    let message =
                        format!("two parts of {of} are named `{}` in JSON", field.json_name());
                    let found = Diagnostic::error(code::JSON_NAME, message);
                    self.found.push(found.at(place(index).as_ref()).help("rename one of them"));
                }
                if let Some(former) = &field.rules.renamed_from
                    && kebab
                        .get_or_insert_with(|| names_of(fields.iter().map(|it| &it.name)))
                        .contains(&naming::kebab(former))
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
        let mut kebab = None;
        for (index, action) in extension.actions.iter().enumerate() {
            if let Some(former) = &action.options.renamed_from
                && kebab
                    .get_or_insert_with(|| names_of(extension.actions.iter().map(|it| &it.name)))
                    .contains(&naming::kebab(former))
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

    /// Whether types are nested too deeply.
    fn nesting(&mut self, extension: &Extension, places: &Places) -> bool {
        let before = self.found.len();
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
        self.found.len() > before
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
