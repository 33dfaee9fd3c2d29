//! Rules in typed calls: what generated clients check before a call.

use std::sync::OnceLock;

use ext_definition::model::Rules;
use ext_definition::values::{self, Measured, Violation};

use crate::Map;
use crate::types::{Decimal, Email, Url};

/// The rules of one parameter or field, as a generated client has them: parsed once.
pub struct FieldRules {
    json: &'static str,
    parsed: OnceLock<Parsed>,
}

struct Parsed {
    rules: Rules,
    values: values::Pattern,
}

impl FieldRules {
    /// Rules by their JSON.
    pub const fn new(json: &'static str) -> Self {
        Self { json, parsed: OnceLock::new() }
    }

    fn parsed(&self) -> &Parsed {
        self.parsed.get_or_init(|| {
            // The generator wrote it; rules that cannot be read ask for nothing.
            let rules: Rules = serde_json::from_str(self.json).unwrap_or_default();
            let values = values::Pattern::of(&rules);
            Parsed { rules, values }
        })
    }
}

/// What is wrong about the arguments of a call, all of it.
#[derive(Debug, Default)]
pub struct Violations {
    path: String,
    found: Vec<Violation>,
}

impl Violations {
    /// All that was noted.
    pub fn found(self) -> Vec<Violation> {
        self.found
    }

    /// Looks at something below the current path.
    pub fn at(&mut self, name: &str, look: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        if length > 0 && !name.starts_with('[') {
            self.path.push('.');
        }
        self.path.push_str(name);
        look(self);
        self.path.truncate(length);
    }

    /// Checks a value against its rules.
    pub fn rules(&mut self, rules: &FieldRules, value: &(impl Measure + ?Sized)) {
        let Parsed { rules, values } = rules.parsed();
        value.measure(&mut |measured| {
            for reason in values.broken(rules, measured) {
                self.found.push(Violation { path: self.path.clone(), reason });
            }
        });
    }
}

/// A value that rules can be about.
pub trait Measure {
    /// Shows what rules look at; nothing for a value that is not there.
    fn measure(&self, look: &mut dyn FnMut(Measured<'_>));
}

macro_rules! numbers {
    ($($ty:ty),*) => { $(
        impl Measure for $ty {
            fn measure(&self, look: &mut dyn FnMut(Measured<'_>)) {
                look(Measured::Number(&self.to_string()));
            }
        }
    )* };
}

macro_rules! texts {
    ($($ty:ty => $kind:ident),*) => { $(
        impl Measure for $ty {
            fn measure(&self, look: &mut dyn FnMut(Measured<'_>)) {
                look(Measured::$kind(self.as_ref()));
            }
        }
    )* };
}

numbers!(i8, i16, i32, i64, u8, u16, u32, u64, f32, f64);
texts!(str => Text, String => Text, Email => Text, Url => Text, Decimal => Number);

/// Binary data or a list: both have so many elements.
impl<T> Measure for [T] {
    fn measure(&self, look: &mut dyn FnMut(Measured<'_>)) {
        look(match size_of::<T>() {
            1 => Measured::Bytes(self.len()),
            _ => Measured::Elements(self.len()),
        });
    }
}

impl<T> Measure for Vec<T> {
    fn measure(&self, look: &mut dyn FnMut(Measured<'_>)) {
        self.as_slice().measure(look);
    }
}

impl<K: Ord, V> Measure for Map<K, V> {
    fn measure(&self, look: &mut dyn FnMut(Measured<'_>)) {
        look(Measured::Elements(self.len()));
    }
}

impl<T: Measure> Measure for Option<T> {
    fn measure(&self, look: &mut dyn FnMut(Measured<'_>)) {
        if let Some(value) = self {
            value.measure(look);
        }
    }
}

impl<T: Measure + ?Sized> Measure for &T {
    fn measure(&self, look: &mut dyn FnMut(Measured<'_>)) {
        (**self).measure(look);
    }
}

/// A value with rules somewhere inside: generated clients implement it for their types.
pub trait Checked {
    /// Notes what is wrong inside.
    fn check(&self, violations: &mut Violations);
}

impl<T: Checked> Checked for [T] {
    fn check(&self, violations: &mut Violations) {
        for (index, value) in self.iter().enumerate() {
            violations.at(&format!("[{index}]"), |it| value.check(it));
        }
    }
}

impl<T: Checked> Checked for Vec<T> {
    fn check(&self, violations: &mut Violations) {
        self.as_slice().check(violations);
    }
}

impl<T: Checked> Checked for Option<T> {
    fn check(&self, violations: &mut Violations) {
        if let Some(value) = self {
            value.check(violations);
        }
    }
}

impl<T: Checked, E: Checked> Checked for Result<T, E> {
    fn check(&self, violations: &mut Violations) {
        match self {
            Ok(value) => value.check(violations),
            Err(value) => value.check(violations),
        }
    }
}

impl<K: Ord + std::fmt::Debug, V: Checked> Checked for Map<K, V> {
    fn check(&self, violations: &mut Violations) {
        for (key, value) in self.iter() {
            violations.at(&format!("[{key:?}]"), |it| value.check(it));
        }
    }
}

impl<T: Checked + ?Sized> Checked for &T {
    fn check(&self, violations: &mut Violations) {
        (**self).check(violations);
    }
}

/// Values without rules inside, beside others in a tuple or a result.
macro_rules! unchecked {
    ($($ty:ty),* $(,)?) => { $(
        impl Checked for $ty {
            fn check(&self, _: &mut Violations) {}
        }
    )* };
}

unchecked! {
    (), bool, char, i8, i16, i32, i64, u8, u16, u32, u64, f32, f64, str, String,
    Decimal, crate::types::Date, crate::types::Time, crate::types::DateTime,
    crate::types::Duration, crate::types::Uuid, Email, crate::types::PhoneNumber, Url,
    crate::types::Json,
}

macro_rules! tuples {
    ($($($element:ident $index:tt),+;)*) => { $(
        impl<$($element: Checked),+> Checked for ($($element,)+) {
            fn check(&self, violations: &mut Violations) {
                $(violations.at(concat!("[", $index, "]"), |it| self.$index.check(it));)+
            }
        }
    )* };
}

tuples! {
    A 0;
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
    A 0, B 1, C 2, D 3, E 4;
    A 0, B 1, C 2, D 3, E 4, F 5;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11;
}
