//! Typed values as JSON, by the definition.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ext_definition::model::{Case, Field, Kind, Type};
use serde::ser::{
    Error as _, Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple,
    Serializer,
};
use serde_json::{Error, Result};

use super::Types;

/// The parameters of a call, written one by one.
pub struct Members<'a> {
    out: Vec<u8>,
    types: &'a Types,
    left: std::slice::Iter<'a, Field>,
}

impl<'a> Members<'a> {
    pub(super) fn new(types: &'a Types, fields: &'a [Field]) -> Self {
        Self { out: vec![b'{'], types, left: fields.iter() }
    }

    /// Writes the next one.
    pub fn next(&mut self, value: &(impl Serialize + ?Sized)) -> Result<()> {
        let field = self.left.next().ok_or_else(|| misfit("another number of parameters"))?;
        member(&mut self.out, field.json_name())?;
        value.serialize(Writer::new(&mut self.out, &field.ty, self.types))
    }

    /// Writes the end.
    pub fn end(&mut self) -> Result<()> {
        self.out.push(b'}');
        match self.left.next() {
            None => Ok(()),
            Some(_) => Err(misfit("another number of parameters")),
        }
    }

    pub(super) fn text(self) -> Vec<u8> {
        self.out
    }
}

fn misfit(what: &str) -> Error {
    Error::custom(what)
}

/// A comma, if something stands before.
fn separate(out: &mut Vec<u8>) {
    if !matches!(out.last(), Some(b'{' | b'[')) {
        out.push(b',');
    }
}

fn member(out: &mut Vec<u8>, name: &str) -> Result<()> {
    separate(out);
    serde_json::to_writer(&mut *out, name)?;
    out.push(b':');
    Ok(())
}

/// Writes one value.
struct Writer<'w, 'a> {
    out: &'w mut Vec<u8>,
    ty: &'a Type,
    types: &'a Types,
    /// A byte as itself: an element of binary data.
    raw: bool,
}

impl<'w, 'a> Writer<'w, 'a> {
    fn new(out: &'w mut Vec<u8>, ty: &'a Type, types: &'a Types) -> Self {
        Self { out, ty, types, raw: false }
    }

    fn plain(self, value: impl Serialize) -> Result<()> {
        serde_json::to_writer(self.out, &value)
    }

    /// A floating-point number, or its name where JSON has none.
    fn float(self, value: f64, number: impl Serialize) -> Result<()> {
        match value {
            _ if value.is_nan() => self.plain("NaN"),
            f64::INFINITY => self.plain("Infinity"),
            f64::NEG_INFINITY => self.plain("-Infinity"),
            _ => self.plain(number),
        }
    }

    fn elements(self) -> Result<Elements<'w, 'a>> {
        let Self { out, ty, types, .. } = self;
        let form = match ty {
            ty if ty.is_binary() => Form::Bytes(Vec::new()),
            Type::List(of) => Form::Like(of),
            Type::Array(of) => Form::Like(&of.0),
            Type::Tuple(each) => Form::Each(each.iter()),
            _ => return Err(misfit("a list where none is")),
        };
        if !matches!(form, Form::Bytes(_)) {
            out.push(b'[');
        }
        Ok(Elements { out, types, form })
    }
}

impl<'w, 'a> Serializer for Writer<'w, 'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Elements<'w, 'a>;
    type SerializeTuple = Elements<'w, 'a>;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeMap = Entries<'w, 'a>;
    type SerializeStruct = Fields<'w, 'a>;
    type SerializeStructVariant = Impossible<(), Error>;

    fn serialize_bool(self, value: bool) -> Result<()> {
        self.plain(value)
    }

    fn serialize_i8(self, value: i8) -> Result<()> {
        self.plain(value)
    }

    fn serialize_i16(self, value: i16) -> Result<()> {
        self.plain(value)
    }

    fn serialize_i32(self, value: i32) -> Result<()> {
        self.plain(value)
    }

    fn serialize_i64(self, value: i64) -> Result<()> {
        self.plain(value)
    }

    fn serialize_u8(self, value: u8) -> Result<()> {
        if self.raw {
            self.out.push(value);
            return Ok(());
        }
        self.plain(value)
    }

    fn serialize_u16(self, value: u16) -> Result<()> {
        self.plain(value)
    }

    fn serialize_u32(self, value: u32) -> Result<()> {
        self.plain(value)
    }

    fn serialize_u64(self, value: u64) -> Result<()> {
        self.plain(value)
    }

    fn serialize_f32(self, value: f32) -> Result<()> {
        self.float(value.into(), value)
    }

    fn serialize_f64(self, value: f64) -> Result<()> {
        self.float(value, value)
    }

    fn serialize_char(self, value: char) -> Result<()> {
        self.plain(value)
    }

    fn serialize_str(self, value: &str) -> Result<()> {
        if *self.ty == Type::Json {
            // It is any value, as text.
            let value: serde_json::Value = serde_json::from_str(value)?;
            return self.plain(value);
        }
        self.plain(value)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<()> {
        self.plain(BASE64.encode(value))
    }

    fn serialize_none(self) -> Result<()> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<()> {
        let Type::Option(of) = self.ty else { return Err(misfit("an option where none is")) };
        let nested = matches!(**of, Type::Option(_));
        if nested {
            self.out.push(b'[');
        }
        value.serialize(Writer::new(self.out, of, self.types))?;
        if nested {
            self.out.push(b']');
        }
        Ok(())
    }

    fn serialize_unit(self) -> Result<()> {
        self.out.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<()> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, name: &'static str) -> Result<()> {
        self.plain(name)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<()> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Result<()> {
        let (name, ty) = match (self.ty, name) {
            (Type::Result(both), "Ok") => ("ok", &both.0),
            (Type::Result(both), "Err") => ("err", &both.1),
            (Type::Named(ty), name) => (name, case(self.types, ty, name)?),
            _ => return Err(misfit("a case where none is")),
        };
        self.out.push(b'{');
        member(self.out, name)?;
        value.serialize(Writer::new(self.out, ty, self.types))?;
        self.out.push(b'}');
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Elements<'w, 'a>> {
        self.elements()
    }

    fn serialize_tuple(self, _: usize) -> Result<Elements<'w, 'a>> {
        self.elements()
    }

    fn serialize_tuple_struct(
        self,
        name: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct> {
        Err(misfit(name))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant> {
        Err(misfit(name))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries<'w, 'a>> {
        let Self { out, ty, types, .. } = self;
        let Type::Map(both) = ty else { return Err(misfit("a map where none is")) };
        out.push(b'{');
        Ok(Entries { out, types, both })
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Fields<'w, 'a>> {
        let Self { out, ty, types, .. } = self;
        let kind = match ty {
            Type::Named(ty) => types.named(ty).map(|it| &it.kind),
            _ => None,
        };
        let Some(Kind::Structure { fields }) = kind else { return Err(misfit(name)) };
        out.push(b'{');
        Ok(Fields { out, types, fields, next: 0 })
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant> {
        Err(misfit(name))
    }
}

/// The type of a case's data.
fn case<'a>(types: &'a Types, ty: &str, name: &str) -> Result<&'a Type> {
    let cases: &[Case] = match types.named(ty).map(|it| &it.kind) {
        Some(Kind::Variant { cases }) => cases,
        _ => &[],
    };
    let case = cases.iter().find(|it| it.json_name() == name);
    case.and_then(|it| it.ty.as_ref()).ok_or_else(|| misfit(name))
}

struct Elements<'w, 'a> {
    out: &'w mut Vec<u8>,
    types: &'a Types,
    form: Form<'a>,
}

/// What a list is made of.
enum Form<'a> {
    Bytes(Vec<u8>),
    Like(&'a Type),
    Each(std::slice::Iter<'a, Type>),
}

impl SerializeSeq for Elements<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        let ty = match &mut self.form {
            Form::Bytes(out) => {
                let writer = Writer { out, ty: &Type::U8, types: self.types, raw: true };
                return value.serialize(writer);
            }
            Form::Like(ty) => ty,
            Form::Each(types) => types.next().ok_or_else(|| misfit("a longer tuple"))?,
        };
        separate(self.out);
        value.serialize(Writer::new(self.out, ty, self.types))
    }

    fn end(self) -> Result<()> {
        match self.form {
            Form::Bytes(bytes) => serde_json::to_writer(self.out, &BASE64.encode(bytes)),
            _ => {
                self.out.push(b']');
                Ok(())
            }
        }
    }
}

impl SerializeTuple for Elements<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<()> {
        SerializeSeq::end(self)
    }
}

struct Entries<'w, 'a> {
    out: &'w mut Vec<u8>,
    types: &'a Types,
    both: &'a (Type, Type),
}

impl SerializeMap for Entries<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        separate(self.out);
        let mut text = Vec::new();
        key.serialize(Writer::new(&mut text, &self.both.0, self.types))?;
        // Text in JSON, whatever its type.
        let quote: &[u8] = if text.first() == Some(&b'"') { b"" } else { b"\"" };
        for part in [quote, &text, quote, b":"] {
            self.out.extend_from_slice(part);
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        value.serialize(Writer::new(self.out, &self.both.1, self.types))
    }

    fn end(self) -> Result<()> {
        self.out.push(b'}');
        Ok(())
    }
}

struct Fields<'w, 'a> {
    out: &'w mut Vec<u8>,
    types: &'a Types,
    fields: &'a [Field],
    /// Where the next one is, if the structure has the definition's order.
    next: usize,
}

impl SerializeStruct for Fields<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<()> {
        let named = |it: &&Field| it.json_name() == name;
        let field = self.fields.get(self.next).filter(named);
        let field = field.or_else(|| self.fields.iter().find(named));
        let field = field.ok_or_else(|| misfit(name))?;
        self.next += 1;
        member(self.out, name)?;
        value.serialize(Writer::new(self.out, &field.ty, self.types))
    }

    fn end(self) -> Result<()> {
        self.out.push(b'}');
        Ok(())
    }
}
