//! Writes arguments into a component.

use std::mem::{MaybeUninit, take};
use std::sync::{Mutex, PoisonError};

use wasmtime::component::__internal::wasmtime_environ::component::VariantInfo;
use wasmtime::component::__internal::{
    CanonicalAbiInfo, InstanceType, InterfaceType, LowerContext,
};
use wasmtime::component::{ComponentNamedList, ComponentType, Lower};
use wasmtime::{Result, ValRaw, bail};

use super::Val;

/// The most core values as which arguments are passed; larger arguments are passed in memory.
const MAX_FLAT: usize = 16;

/// The arguments of one call, in the order of the function's parameters. They are dropped once they
/// are in the component's memory, before the function runs.
pub struct Arguments(Mutex<Vec<Val>>);

impl Arguments {
    pub fn new(values: Vec<Val>) -> Self {
        Self(Mutex::new(values))
    }
}

// SAFETY: a function has at most 16 core parameters. All slots are written, and it reads as many of
// them as it has parameters.
unsafe impl ComponentType for Arguments {
    type Lower = [ValRaw; MAX_FLAT];
    const ABI: CanonicalAbiInfo =
        CanonicalAbiInfo::record_static(&[CanonicalAbiInfo::SCALAR8; MAX_FLAT]);

    fn typecheck(_: &InterfaceType, _: &InstanceType<'_>) -> Result<()> {
        Ok(())
    }
}

// SAFETY: they are the list of parameters.
unsafe impl ComponentNamedList for Arguments {}

// SAFETY: follows the function's own types; a value of another type is an error.
unsafe impl Lower for Arguments {
    fn linear_lower_to_flat<U>(
        &self,
        cx: &mut LowerContext<'_, U>,
        ty: InterfaceType,
        to: &mut MaybeUninit<[ValRaw; MAX_FLAT]>,
    ) -> Result<()> {
        let InterfaceType::Tuple(parameters) = ty else { bail!("parameters are not a tuple") };
        let types = cx.types;
        let parameters = types[parameters].types.iter().copied();
        let abi = types.canonical_abi(&ty);
        let values = take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut slots = Slots::default();
        if abi.flat_count(MAX_FLAT).is_some() {
            flatten_fields(cx, parameters, &values, &mut slots)?;
        } else {
            let at = cx.realloc(0, 0, abi.align32, usize::try_from(abi.size32)?)?;
            store_fields(cx, parameters, &values, at)?;
            slots.push(at as u64)?;
        }
        to.write(slots.values);
        Ok(())
    }

    fn linear_lower_to_memory<U>(
        &self,
        _: &mut LowerContext<'_, U>,
        _: InterfaceType,
        _: usize,
    ) -> Result<()> {
        bail!("parameters are not a value")
    }
}

/// Core values, zero where nothing was written.
struct Slots {
    values: [ValRaw; MAX_FLAT],
    used: usize,
}

impl Default for Slots {
    fn default() -> Self {
        Self { values: [ValRaw::u64(0); MAX_FLAT], used: 0 }
    }
}

impl Slots {
    /// Adds a core value of any type by its bits: where cases of a variant share a slot, the bits
    /// of the smaller type are extended with zeros.
    fn push(&mut self, bits: u64) -> Result<()> {
        let Some(slot) = self.values.get_mut(self.used) else { bail!("there are too many values") };
        *slot = ValRaw::u64(bits);
        self.used += 1;
        Ok(())
    }
}

/// The payload of a case, with its type.
type Payload<'v> = Option<(InterfaceType, &'v Val)>;

/// The number of a value's case in its type, and the payload that it has. `None`: the type has no
/// cases.
fn case<'v, U>(
    cx: &LowerContext<'_, U>,
    ty: InterfaceType,
    value: &'v Val,
) -> Result<Option<(VariantInfo, u32, Payload<'v>)>> {
    let types = cx.types;
    let (info, case, ty, payload) = match (ty, value) {
        (InterfaceType::Variant(ty), Val::Variant(name, payload)) => {
            let ty = &types[ty];
            let Some((case, _, of)) = ty.cases.get_full(&**name) else {
                bail!("a variant has no case `{name}`")
            };
            (&ty.info, case, *of, payload)
        }
        (InterfaceType::Enum(ty), Val::Enum(name)) => {
            let Some(case) = types[ty].names.get_index_of(&**name) else {
                bail!("an enum has no case `{name}`")
            };
            (&types[ty].info, case, None, &None)
        }
        (InterfaceType::Option(ty), Val::Option(payload)) => {
            let case = usize::from(payload.is_some());
            (&types[ty].info, case, payload.is_some().then_some(types[ty].ty), payload)
        }
        (InterfaceType::Result(ty), Val::Result(Ok(payload))) => {
            (&types[ty].info, 0, types[ty].ok, payload)
        }
        (InterfaceType::Result(ty), Val::Result(Err(payload))) => {
            (&types[ty].info, 1, types[ty].err, payload)
        }
        _ => return Ok(None),
    };
    let payload = match (ty, payload) {
        (None, None) => None,
        (Some(ty), Some(payload)) => Some((ty, &**payload)),
        _ => bail!("a case has another payload"),
    };
    Ok(Some((info.clone(), u32::try_from(case)?, payload)))
}

/// Writes a value as core values.
fn flatten<U>(
    cx: &mut LowerContext<'_, U>,
    ty: InterfaceType,
    value: &Val,
    slots: &mut Slots,
) -> Result<()> {
    let types = cx.types;
    // Sign-extended to 32 bits, and with zeros from there.
    let small = |it: i32| u64::from(it.cast_unsigned());
    match (ty, value) {
        (InterfaceType::Bool, Val::Bool(it)) => slots.push(u64::from(*it)),
        (InterfaceType::S8, Val::S8(it)) => slots.push(small((*it).into())),
        (InterfaceType::U8, Val::U8(it)) => slots.push((*it).into()),
        (InterfaceType::S16, Val::S16(it)) => slots.push(small((*it).into())),
        (InterfaceType::U16, Val::U16(it)) => slots.push((*it).into()),
        (InterfaceType::S32, Val::S32(it)) => slots.push(small(*it)),
        (InterfaceType::U32, Val::U32(it)) => slots.push((*it).into()),
        (InterfaceType::S64, Val::S64(it)) => slots.push(it.cast_unsigned()),
        (InterfaceType::U64, Val::U64(it)) => slots.push(*it),
        (InterfaceType::Float32, Val::Float32(it)) => slots.push(it.to_bits().into()),
        (InterfaceType::Float64, Val::Float64(it)) => slots.push(it.to_bits()),
        (InterfaceType::Char, Val::Char(it)) => slots.push(u32::from(*it).into()),
        (InterfaceType::String, Val::String(it)) => flatten_pair(cx, ty, it.as_str(), slots),
        (InterfaceType::List(list), Val::List(values)) => {
            let at = store_list(cx, types[list].element, values)?;
            slots.push(at as u64)?;
            slots.push(values.len() as u64)
        }
        (InterfaceType::List(list), Val::Bytes(bytes)) if is_binary(types[list].element) => {
            flatten_pair(cx, ty, bytes.as_slice(), slots)
        }
        (InterfaceType::Record(record), Val::Record(values)) => {
            flatten_fields(cx, types[record].fields.iter().map(|it| it.ty), values, slots)
        }
        (InterfaceType::Tuple(tuple), Val::Tuple(values)) => {
            flatten_fields(cx, types[tuple].types.iter().copied(), values, slots)
        }
        (ty, value) => {
            let Some((_, case, payload)) = case(cx, ty, value)? else { return unfit() };
            let Some(count) = types.canonical_abi(&ty).flat_count(MAX_FLAT) else {
                return unfit();
            };
            let end = slots.used + count;
            slots.push(case.into())?;
            if let Some((ty, value)) = payload {
                flatten(cx, ty, value, slots)?;
            }
            slots.used = end;
            Ok(())
        }
    }
}

/// Writes what is passed as an address and a length.
fn flatten_pair<U, T>(
    cx: &mut LowerContext<'_, U>,
    ty: InterfaceType,
    value: &T,
    slots: &mut Slots,
) -> Result<()>
where
    T: Lower + ComponentType<Lower = [ValRaw; 2]> + ?Sized,
{
    let mut pair = MaybeUninit::new([ValRaw::u64(0); 2]);
    value.linear_lower_to_flat(cx, ty, &mut pair)?;
    // SAFETY: it was initialized before it was written.
    let [at, length] = unsafe { pair.assume_init() };
    slots.push(at.get_u32().into())?;
    slots.push(length.get_u32().into())
}

fn flatten_fields<U>(
    cx: &mut LowerContext<'_, U>,
    types: impl ExactSizeIterator<Item = InterfaceType>,
    values: &[Val],
    slots: &mut Slots,
) -> Result<()> {
    if types.len() != values.len() {
        return unfit();
    }
    types.zip(values).try_for_each(|(ty, value)| flatten(cx, ty, value, slots))
}

/// Writes a value to an address in the component's memory that has room for it.
fn store<U>(cx: &mut LowerContext<'_, U>, ty: InterfaceType, value: &Val, at: usize) -> Result<()> {
    let types = cx.types;
    match (ty, value) {
        (InterfaceType::Bool, Val::Bool(it)) => it.linear_lower_to_memory(cx, ty, at),
        (InterfaceType::S8, Val::S8(it)) => it.linear_lower_to_memory(cx, ty, at),
        (InterfaceType::U8, Val::U8(it)) => it.linear_lower_to_memory(cx, ty, at),
        (InterfaceType::S16, Val::S16(it)) => it.linear_lower_to_memory(cx, ty, at),
        (InterfaceType::U16, Val::U16(it)) => it.linear_lower_to_memory(cx, ty, at),
        (InterfaceType::S32, Val::S32(it)) => it.linear_lower_to_memory(cx, ty, at),
        (InterfaceType::U32, Val::U32(it)) => it.linear_lower_to_memory(cx, ty, at),
        (InterfaceType::S64, Val::S64(it)) => it.linear_lower_to_memory(cx, ty, at),
        (InterfaceType::U64, Val::U64(it)) => it.linear_lower_to_memory(cx, ty, at),
        (InterfaceType::Float32, Val::Float32(it)) => it.linear_lower_to_memory(cx, ty, at),
        (InterfaceType::Float64, Val::Float64(it)) => it.linear_lower_to_memory(cx, ty, at),
        (InterfaceType::Char, Val::Char(it)) => it.linear_lower_to_memory(cx, ty, at),
        (InterfaceType::String, Val::String(it)) => it.linear_lower_to_memory(cx, ty, at),
        (InterfaceType::List(list), Val::List(values)) => {
            let begin = u32::try_from(store_list(cx, types[list].element, values)?)?;
            *cx.get(at) = begin.to_le_bytes();
            *cx.get(at + 4) = u32::try_from(values.len())?.to_le_bytes();
            Ok(())
        }
        (InterfaceType::List(list), Val::Bytes(bytes)) if is_binary(types[list].element) => {
            bytes.linear_lower_to_memory(cx, ty, at)
        }
        (InterfaceType::Record(record), Val::Record(values)) => {
            store_fields(cx, types[record].fields.iter().map(|it| it.ty), values, at)
        }
        (InterfaceType::Tuple(tuple), Val::Tuple(values)) => {
            store_fields(cx, types[tuple].types.iter().copied(), values, at)
        }
        (ty, value) => {
            let Some((info, case, payload)) = case(cx, ty, value)? else { return unfit() };
            let size = usize::from(info.size);
            cx.as_slice_mut()[at..][..size].copy_from_slice(&case.to_le_bytes()[..size]);
            match payload {
                Some((ty, value)) => {
                    store(cx, ty, value, at + usize::try_from(info.payload_offset32)?)
                }
                None => Ok(()),
            }
        }
    }
}

fn store_fields<U>(
    cx: &mut LowerContext<'_, U>,
    types: impl ExactSizeIterator<Item = InterfaceType>,
    values: &[Val],
    at: usize,
) -> Result<()> {
    if types.len() != values.len() {
        return unfit();
    }
    let mut offset = 0;
    types.zip(values).try_for_each(|(ty, value)| {
        let field = cx.types.canonical_abi(&ty).next_field32(&mut offset);
        store(cx, ty, value, at + usize::try_from(field)?)
    })
}

/// Writes the elements of a list to memory that the component gives, and returns its address.
fn store_list<U>(cx: &mut LowerContext<'_, U>, ty: InterfaceType, values: &[Val]) -> Result<usize> {
    let abi = cx.types.canonical_abi(&ty);
    let size = usize::try_from(abi.size32)?;
    let Some(bytes) = size.checked_mul(values.len()) else { bail!("a list is too long") };
    let begin = cx.realloc(0, 0, abi.align32, bytes)?;
    for (index, value) in values.iter().enumerate() {
        store(cx, ty, value, begin + index * size)?;
    }
    Ok(begin)
}

fn is_binary(element: InterfaceType) -> bool {
    matches!(element, InterfaceType::U8)
}

fn unfit<T>() -> Result<T> {
    bail!("a value does not have the type of its parameter")
}
