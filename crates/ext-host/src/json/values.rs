//! The component model's values, as what `ext_definition::values` reads into.

use ext_definition::model::Type;
use ext_definition::values::Sink;

use crate::dynamic::Val;

/// Makes [`Val`]s.
pub enum Values {}

impl Sink for Values {
    type Value = Val;

    fn bool(value: bool) -> Val {
        Val::Bool(value)
    }

    // In the range of the type: the reader saw to it.
    fn signed(ty: &Type, value: i64) -> Val {
        match ty {
            Type::S8 => Val::S8(value as i8),
            Type::S16 => Val::S16(value as i16),
            Type::S32 => Val::S32(value as i32),
            _ => Val::S64(value),
        }
    }

    fn unsigned(ty: &Type, value: u64) -> Val {
        match ty {
            Type::U8 => Val::U8(value as u8),
            Type::U16 => Val::U16(value as u16),
            Type::U32 => Val::U32(value as u32),
            _ => Val::U64(value),
        }
    }

    fn float(ty: &Type, value: f64) -> Val {
        match ty {
            Type::F32 => Val::Float32(value as f32),
            _ => Val::Float64(value),
        }
    }

    fn char(value: char) -> Val {
        Val::Char(value)
    }

    fn text(value: &str) -> Val {
        Val::String(value.to_owned())
    }

    fn bytes(value: Vec<u8>) -> Val {
        Val::Bytes(value)
    }

    fn list(values: Vec<Val>) -> Val {
        Val::List(values)
    }

    fn tuple(values: Vec<Val>) -> Val {
        Val::Tuple(values)
    }

    fn option(value: Option<Val>) -> Val {
        Val::Option(value.map(Box::new))
    }

    fn result(value: Result<Option<Val>, Option<Val>>) -> Val {
        Val::Result(match value {
            Ok(payload) => Ok(payload.map(Box::new)),
            Err(payload) => Err(payload.map(Box::new)),
        })
    }

    fn record(fields: Vec<(String, Val)>) -> Val {
        Val::Record(fields.into_iter().map(|(_, value)| value).collect())
    }

    fn case(name: String) -> Val {
        Val::Enum(name.into())
    }

    fn variant(name: String, data: Option<Val>) -> Val {
        Val::Variant(name.into(), data.map(Box::new))
    }
}
