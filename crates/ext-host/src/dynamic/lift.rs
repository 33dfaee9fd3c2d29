//! Reads a result out of a component.

use wasmtime::component::__internal::wasmtime_environ::component::VariantInfo;
use wasmtime::component::__internal::{CanonicalAbiInfo, InstanceType, InterfaceType, LiftContext};
use wasmtime::component::{ComponentNamedList, ComponentType, Lift};
use wasmtime::{Result, ValRaw, bail};

use super::Val;

/// Fuel of each value besides bytes and texts, which take one for each byte. A value takes eight
/// times as many bytes of memory, so that a result takes at most eight times its limit here.
const VALUE_FUEL: usize = size_of::<Val>() / 8;

/// What a function returns, if it returns something.
pub struct Results(pub Option<Val>);

// SAFETY: core WebAssembly returns nothing or one value: the result itself, or its address. Both
// are one `ValRaw`, and which of them it is, is read from the function's own type.
unsafe impl ComponentType for Results {
    type Lower = [ValRaw; 1];
    const ABI: CanonicalAbiInfo = CanonicalAbiInfo::SCALAR8;

    fn typecheck(_: &InterfaceType, _: &InstanceType<'_>) -> Result<()> {
        Ok(())
    }
}

// SAFETY: it is the list of results.
unsafe impl ComponentNamedList for Results {}

// SAFETY: all reads are within the memory that wasmtime gives, and check what they find.
unsafe impl Lift for Results {
    fn linear_lift_from_flat(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        [returned]: &[ValRaw; 1],
    ) -> Result<Self> {
        let InterfaceType::Tuple(results) = ty else { bail!("results are not a tuple") };
        let types = cx.types;
        let [ty] = &types[results].types[..] else {
            return match types[results].types.is_empty() {
                true => Ok(Self(None)),
                false => Err(wasmtime::format_err!("a function has several results")),
            };
        };
        let abi = types.canonical_abi(ty);
        let size = usize::try_from(abi.size32)?;
        if abi.flat_count(1).is_some() {
            // In memory it has the same bytes, and no more than these.
            let bytes = returned.get_u64().to_le_bytes();
            return Ok(Self(Some(load(cx, *ty, bytes.get(..size).unwrap_or_default())?)));
        }
        let at = returned.get_u32();
        if at % abi.align32 != 0 {
            bail!("the address of the result is not aligned");
        }
        let memory = cx.memory().get(usize::try_from(at)?..).and_then(|it| it.get(..size));
        let Some(bytes) = memory else { bail!("the result is outside of the memory") };
        Ok(Self(Some(load(cx, *ty, bytes)?)))
    }

    fn linear_lift_from_memory(
        _: &mut LiftContext<'_>,
        _: InterfaceType,
        _: &[u8],
    ) -> Result<Self> {
        bail!("results are not a value")
    }
}

/// A value at these bytes, of which there are as many as its type has.
fn load(cx: &mut LiftContext<'_>, ty: InterfaceType, bytes: &[u8]) -> Result<Val> {
    let types = cx.types;
    Ok(match ty {
        InterfaceType::Bool => Val::Bool(Lift::linear_lift_from_memory(cx, ty, bytes)?),
        InterfaceType::S8 => Val::S8(Lift::linear_lift_from_memory(cx, ty, bytes)?),
        InterfaceType::U8 => Val::U8(Lift::linear_lift_from_memory(cx, ty, bytes)?),
        InterfaceType::S16 => Val::S16(Lift::linear_lift_from_memory(cx, ty, bytes)?),
        InterfaceType::U16 => Val::U16(Lift::linear_lift_from_memory(cx, ty, bytes)?),
        InterfaceType::S32 => Val::S32(Lift::linear_lift_from_memory(cx, ty, bytes)?),
        InterfaceType::U32 => Val::U32(Lift::linear_lift_from_memory(cx, ty, bytes)?),
        InterfaceType::S64 => Val::S64(Lift::linear_lift_from_memory(cx, ty, bytes)?),
        InterfaceType::U64 => Val::U64(Lift::linear_lift_from_memory(cx, ty, bytes)?),
        InterfaceType::Float32 => Val::Float32(Lift::linear_lift_from_memory(cx, ty, bytes)?),
        InterfaceType::Float64 => Val::Float64(Lift::linear_lift_from_memory(cx, ty, bytes)?),
        InterfaceType::Char => Val::Char(Lift::linear_lift_from_memory(cx, ty, bytes)?),
        InterfaceType::String => Val::String(Lift::linear_lift_from_memory(cx, ty, bytes)?),
        InterfaceType::List(list) => match types[list].element {
            InterfaceType::U8 => Val::Bytes(Lift::linear_lift_from_memory(cx, ty, bytes)?),
            element => Val::List(load_list(cx, element, bytes)?),
        },
        InterfaceType::Record(record) => {
            Val::Record(load_fields(cx, types[record].fields.iter().map(|it| it.ty), bytes)?)
        }
        InterfaceType::Tuple(tuple) => {
            Val::Tuple(load_fields(cx, types[tuple].types.iter().copied(), bytes)?)
        }
        InterfaceType::Variant(variant) => {
            let variant = &types[variant];
            let case = discriminant(&variant.info, bytes)?;
            let Some((name, payload)) = variant.cases.get_index(case) else {
                bail!("a variant has no case {case}")
            };
            cx.consume_fuel(name.len())?;
            let payload = load_payload(cx, &variant.info, *payload, bytes)?;
            Val::Variant(name.as_str().into(), payload)
        }
        InterfaceType::Enum(ty) => {
            let ty = &types[ty];
            let case = discriminant(&ty.info, bytes)?;
            if case >= ty.names.len() {
                bail!("an enum has no case {case}");
            }
            let name = &ty.names[case];
            cx.consume_fuel(name.len())?;
            Val::Enum(name.as_str().into())
        }
        InterfaceType::Option(option) => {
            let option = &types[option];
            match discriminant(&option.info, bytes)? {
                0 => Val::Option(None),
                1 => Val::Option(load_payload(cx, &option.info, Some(option.ty), bytes)?),
                other => bail!("an option has no case {other}"),
            }
        }
        InterfaceType::Result(result) => {
            let result = &types[result];
            match discriminant(&result.info, bytes)? {
                0 => Val::Result(Ok(load_payload(cx, &result.info, result.ok, bytes)?)),
                1 => Val::Result(Err(load_payload(cx, &result.info, result.err, bytes)?)),
                other => bail!("a result has no case {other}"),
            }
        }
        _ => bail!("results of this type are not read"),
    })
}

fn load_list(cx: &mut LiftContext<'_>, ty: InterfaceType, list: &[u8]) -> Result<Vec<Val>> {
    let word = |at: usize| -> Result<usize> {
        let bytes = list.get(at..at + 4).and_then(|it| it.first_chunk());
        Ok(usize::try_from(u32::from_le_bytes(*bytes.unwrap_or(&[0; 4])))?)
    };
    let (at, length) = (word(0)?, word(4)?);
    let abi = cx.types.canonical_abi(&ty);
    let (size, align) = (usize::try_from(abi.size32)?, usize::try_from(abi.align32)?);
    if at % align != 0 {
        bail!("the address of a list is not aligned");
    }
    let bytes = length.checked_mul(size);
    let Some(bytes) = bytes.and_then(|bytes| cx.memory().get(at..)?.get(..bytes)) else {
        bail!("a list is outside of the memory")
    };
    // Before memory is taken for it.
    cx.consume_fuel_array(length, VALUE_FUEL)?;
    match size {
        0 => bail!("the elements of a list have no size"),
        _ => bytes.chunks_exact(size).map(|bytes| load(cx, ty, bytes)).collect(),
    }
}

fn load_fields(
    cx: &mut LiftContext<'_>,
    types: impl ExactSizeIterator<Item = InterfaceType>,
    bytes: &[u8],
) -> Result<Vec<Val>> {
    cx.consume_fuel_array(types.len(), VALUE_FUEL)?;
    let mut offset = 0;
    types
        .map(|ty| {
            let abi = cx.types.canonical_abi(&ty);
            let at = usize::try_from(abi.next_field32(&mut offset))?;
            let size = usize::try_from(abi.size32)?;
            load(cx, ty, bytes.get(at..at + size).unwrap_or_default())
        })
        .collect()
}

fn discriminant(info: &VariantInfo, bytes: &[u8]) -> Result<usize> {
    let mut number = [0; 4];
    for (to, from) in number.iter_mut().zip(&bytes[..usize::from(info.size)]) {
        *to = *from;
    }
    Ok(usize::try_from(u32::from_le_bytes(number))?)
}

fn load_payload(
    cx: &mut LiftContext<'_>,
    info: &VariantInfo,
    ty: Option<InterfaceType>,
    bytes: &[u8],
) -> Result<Option<Box<Val>>> {
    let Some(ty) = ty else { return Ok(None) };
    cx.consume_fuel(VALUE_FUEL)?;
    let at = usize::try_from(info.payload_offset32)?;
    let size = usize::try_from(cx.types.canonical_abi(&ty).size32)?;
    let payload = load(cx, ty, bytes.get(at..at + size).unwrap_or_default())?;
    Ok(Some(Box::new(payload)))
}
