//! Typed values out of JSON, by the definition.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ext_definition::model::{Field, Kind, Type};
use serde::de::value::SeqDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer as _,
    MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Result, Value};

use super::Types;

/// A value of a type.
pub fn value<T: DeserializeOwned>(value: Value, ty: &Type, types: &Types) -> Result<T> {
    T::deserialize(Reader { value, ty, types })
}

struct Reader<'a> {
    value: Value,
    ty: &'a Type,
    types: &'a Types,
}

impl<'a> Reader<'a> {
    fn misfit<T>(&self) -> Result<T> {
        Err(Error::custom(format!("no `{}`", self.ty)))
    }

    /// As this type.
    fn of(value: Value, ty: &'a Type, types: &'a Types) -> Self {
        Self { value, ty, types }
    }

    fn text(&self) -> Option<String> {
        match (&self.value, self.ty) {
            (value, Type::Json) => Some(value.to_string()),
            (Value::String(text), _) => Some(text.clone()),
            (Value::Number(number), Type::Decimal) => Some(number.to_string()),
            _ => None,
        }
    }

    fn signed(&self) -> Option<i64> {
        match &self.value {
            Value::String(digits) => digits.parse().ok(),
            other => other.as_i64(),
        }
    }

    fn unsigned(&self) -> Option<u64> {
        match &self.value {
            Value::String(digits) => digits.parse().ok(),
            other => other.as_u64(),
        }
    }

    fn float(&self) -> Option<f64> {
        match self.value.as_str() {
            Some("NaN") => Some(f64::NAN),
            Some("Infinity") => Some(f64::INFINITY),
            Some("-Infinity") => Some(f64::NEG_INFINITY),
            _ => self.value.as_f64(),
        }
    }

    fn char(&self) -> Option<char> {
        let mut characters = self.value.as_str()?.chars();
        characters.next().filter(|_| characters.as_str().is_empty())
    }

    fn named<'de, V: Visitor<'de>>(self, name: &str, visitor: V) -> Result<V::Value> {
        let types = self.types;
        match (types.named(name).map(|it| &it.kind), self.value) {
            (Some(Kind::Structure { fields }), Value::Object(members)) => {
                visitor.visit_map(Members { fields: fields.iter(), members, types, next: None })
            }
            (Some(Kind::Enum { .. } | Kind::Variant { .. }), Value::String(name)) => {
                visitor.visit_enum(Chosen { name, data: None, types })
            }
            (Some(Kind::Variant { cases }), Value::Object(members)) => {
                let (name, value) = only(members)?;
                let case = cases.iter().find(|it| it.json_name() == name);
                let data = case.and_then(|it| it.ty.as_ref()).map(|ty| (value, ty));
                visitor.visit_enum(Chosen { name, data, types })
            }
            _ => Err(Error::custom(format!("no `{name}`"))),
        }
    }
}

/// The only member of an object.
fn only(members: serde_json::Map<String, Value>) -> Result<(String, Value)> {
    let mut members = members.into_iter();
    match (members.next(), members.next()) {
        (Some(member), None) => Ok(member),
        _ => Err(Error::custom("an object with another number of members than one")),
    }
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Error;

    /// What is there is for the type to say.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        use Type::{S8, S16, S32, S64, U8, U16, U32, U64};
        let (ty, types) = (self.ty, self.types);
        match ty {
            Type::Unit if self.value.is_null() => return visitor.visit_unit(),
            Type::Bool => {
                if let Some(value) = self.value.as_bool() {
                    return visitor.visit_bool(value);
                }
            }
            S8 | S16 | S32 | S64 => {
                if let Some(value) = self.signed() {
                    return visitor.visit_i64(value);
                }
            }
            U8 | U16 | U32 | U64 => {
                if let Some(value) = self.unsigned() {
                    return visitor.visit_u64(value);
                }
            }
            Type::F32 | Type::F64 => {
                if let Some(value) = self.float() {
                    return visitor.visit_f64(value);
                }
            }
            Type::Char => {
                if let Some(value) = self.char() {
                    return visitor.visit_char(value);
                }
            }
            Type::Named(name) => return self.named(name, visitor),
            Type::Option(of) => {
                let value = match (self.value, &**of) {
                    (Value::Null, _) => return visitor.visit_none(),
                    (Value::Array(mut inner), Type::Option(_)) if inner.len() == 1 => {
                        inner.remove(0)
                    }
                    (value, _) => value,
                };
                return visitor.visit_some(Reader::of(value, of, types));
            }
            Type::Result(both) => {
                if let Value::Object(members) = self.value {
                    let (key, value) = only(members)?;
                    let (name, ty) = if key == "ok" { ("Ok", &both.0) } else { ("Err", &both.1) };
                    let data = Some((value, ty));
                    return visitor.visit_enum(Chosen { name: name.to_owned(), data, types });
                }
                return Err(Error::custom(format!("no `{ty}`")));
            }
            Type::List(_) | Type::Array(_) | Type::Tuple(_) => {
                let form = match ty {
                    Type::List(of) => Form::Like(of),
                    Type::Array(of) => Form::Like(&of.0),
                    Type::Tuple(each) => Form::Each(each.iter()),
                    _ => return self.misfit(),
                };
                match self.value {
                    Value::String(text) if ty.is_binary() => {
                        let bytes = BASE64.decode(text).map_err(Error::custom)?;
                        return SeqDeserializer::new(bytes.into_iter()).deserialize_any(visitor);
                    }
                    Value::Array(values) => {
                        let values = values.into_iter();
                        return visitor.visit_seq(Elements { values, form, types });
                    }
                    _ => return Err(Error::custom(format!("no `{ty}`"))),
                }
            }
            Type::Map(both) => {
                if let Value::Object(entries) = self.value {
                    let entries = entries.into_iter();
                    return visitor.visit_map(Entries { entries, both, types, value: None });
                }
                return Err(Error::custom(format!("no `{ty}`")));
            }
            _ => {
                if let Some(text) = self.text() {
                    return visitor.visit_string(text);
                }
            }
        }
        self.misfit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// What a list is made of.
enum Form<'a> {
    Like(&'a Type),
    Each(std::slice::Iter<'a, Type>),
}

struct Elements<'a> {
    values: std::vec::IntoIter<Value>,
    form: Form<'a>,
    types: &'a Types,
}

impl<'de> SeqAccess<'de> for Elements<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        let Some(value) = self.values.next() else { return Ok(None) };
        let ty = match &mut self.form {
            Form::Like(ty) => ty,
            Form::Each(types) => types.next().ok_or_else(|| Error::custom("a longer tuple"))?,
        };
        seed.deserialize(Reader::of(value, ty, self.types)).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.values.len())
    }
}

/// The members of a structure, in the definition's order.
struct Members<'a> {
    fields: std::slice::Iter<'a, Field>,
    members: serde_json::Map<String, Value>,
    types: &'a Types,
    next: Option<(Value, &'a Type)>,
}

impl<'de> MapAccess<'de> for Members<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        for field in self.fields.by_ref() {
            if let Some(value) = self.members.remove(field.json_name()) {
                self.next = Some((value, &field.ty));
                return seed.deserialize(field.json_name().into_deserializer()).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        let (value, ty) = self.next.take().ok_or_else(|| Error::custom("no key"))?;
        seed.deserialize(Reader::of(value, ty, self.types))
    }
}

struct Entries<'a> {
    entries: serde_json::map::IntoIter,
    both: &'a (Type, Type),
    types: &'a Types,
    value: Option<Value>,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let Some((key, value)) = self.entries.next() else { return Ok(None) };
        self.value = Some(value);
        // Whole numbers are read from their digits.
        seed.deserialize(Reader::of(Value::String(key), &self.both.0, self.types)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        let value = self.value.take().ok_or_else(|| Error::custom("no key"))?;
        seed.deserialize(Reader::of(value, &self.both.1, self.types))
    }
}

/// A case, and its data.
struct Chosen<'a> {
    name: String,
    data: Option<(Value, &'a Type)>,
    types: &'a Types,
}

impl<'de> EnumAccess<'de> for Chosen<'_> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self)> {
        let name: serde::de::value::StrDeserializer<'_, Error> =
            self.name.as_str().into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> VariantAccess<'de> for Chosen<'_> {
    type Error = Error;

    fn unit_variant(self) -> Result<()> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
        match self.data {
            Some((value, ty)) => seed.deserialize(Reader::of(value, ty, self.types)),
            None => Err(Error::custom(format!("`{}` without its data", self.name))),
        }
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value> {
        Err(Error::custom(self.name))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value> {
        Err(Error::custom(self.name))
    }
}
