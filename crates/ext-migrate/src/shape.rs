//! Makes a library fit what a definition can have: no structure without fields, and none in
//! itself, no enum without cases.

use super::model::{Library, Topic, Type};

/// Replaces by texts what cannot be, and notes it.
pub fn fit(library: &mut Library) {
    let empty: Vec<usize> = (0..library.structures.len())
        .filter(|&it| library.structures[it].fields.is_empty())
        .collect();
    for &index in &empty {
        let structure = &library.structures[index];
        let (name, place) = (structure.name.clone(), structure.place.clone());
        let text = "has no attributes; where it is used stands a text";
        library.note(Topic::LeftOut, &name, text, &place);
    }
    let caseless: Vec<usize> =
        (0..library.enums.len()).filter(|&it| library.enums[it].cases.is_empty()).collect();
    for &index in &caseless {
        let (name, place) = (library.enums[index].name.clone(), library.enums[index].place.clone());
        let text = "has no cases; where it is used stands a text";
        library.note(Topic::LeftOut, &name, text, &place);
    }
    replace(library, &|ty| match ty {
        Type::Structure(index) => empty.contains(index),
        Type::Enum(index) => caseless.contains(index),
        _ => false,
    });
    circles(library);
}

/// Looks for fields that lead back to their own structure, and cuts there. A walk with its
/// own stack: chains of structures may be long.
fn circles(library: &mut Library) {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; library.structures.len()];
    for start in 0..library.structures.len() {
        // A structure, and which of its fields is next.
        let mut stack = vec![(start, 0)];
        while let Some((at, field)) = stack.pop() {
            if field == 0 {
                if marks[at] == Mark::Done {
                    continue;
                }
                marks[at] = Mark::Open;
            }
            let structure = &library.structures[at];
            let Some(part) = structure.fields.get(field) else {
                marks[at] = Mark::Done;
                continue;
            };
            stack.push((at, field + 1));
            match part.ty.structure() {
                Some(next) if marks[next] == Mark::Open => {
                    let element = format!("{}.{}", structure.name, part.name);
                    let text = format!(
                        "leads back to `{}`, which no extension can have: it became a text",
                        library.structures[next].name
                    );
                    let place = part.place.clone();
                    library.note(Topic::UnknownType, &element, text, &place);
                    library.structures[at].fields[field].ty = Type::Unknown;
                }
                Some(next) if marks[next] == Mark::New => stack.push((next, 0)),
                _ => {}
            }
        }
    }
}

/// Puts a text where certain types are used.
fn replace(library: &mut Library, gone: &dyn Fn(&Type) -> bool) {
    let of_actions =
        library.actions.iter_mut().flat_map(|it| it.inputs.iter_mut().chain(&mut it.outputs));
    let of_structures = library.structures.iter_mut().flat_map(|it| &mut it.fields);
    for part in of_actions.chain(of_structures) {
        without(&mut part.ty, gone);
    }
}

fn without(ty: &mut Type, gone: &dyn Fn(&Type) -> bool) {
    if gone(ty) {
        *ty = Type::Unknown;
    }
    match ty {
        Type::List(of) | Type::Optional(of) => without(of, gone),
        Type::Map(key, of) => {
            without(key, gone);
            without(of, gone);
        }
        Type::Tuple(parts) => parts.iter_mut().for_each(|part| without(part, gone)),
        _ => {}
    }
}
