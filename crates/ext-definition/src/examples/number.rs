//! Numbers that keep to rules.

use serde_json::{Number, Value};

use crate::model::{Rules, Type};

/// A number of the type that keeps to the rules, if one of the obvious ones does.
pub fn fitting(ty: &Type, rules: &Rules) -> Option<Value> {
    if ty.is_whole() {
        return whole(ty, rules).map(Value::Number);
    }
    let float = |number: &Option<Number>| number.as_ref().and_then(Number::as_f64);
    let (min, max) = (float(&rules.min), float(&rules.max));
    let fits = |candidate: &str| {
        let Ok(number) = candidate.parse::<f64>() else { return false };
        let decimals =
            candidate.split_once('.').map_or(0, |(_, digits)| digits.trim_end_matches('0').len());
        min.is_none_or(|it| number >= it)
            && max.is_none_or(|it| number <= it)
            && rules.decimals.is_none_or(|it| decimals <= it as usize)
            && !candidate.contains(['e', 'E'])
    };
    let obvious = if *ty == Type::Decimal { "12.50" } else { "1.5" };
    let bounds = [&rules.min, &rules.max].into_iter().flatten().map(Number::to_string);
    let between = min.zip(max).map(|(min, max)| (min + (max - min) / 2.0).to_string());
    let rounded = min.map(|it| it.ceil().to_string());
    let candidates = [obvious, "1", "0"].into_iter().map(str::to_owned);
    let text = candidates.chain(between).chain(rounded).chain(bounds).find(|it| fits(it))?;
    match ty {
        // Digits as they are: a decimal number is none of JSON's.
        Type::Decimal => Some(text.into()),
        _ => text.parse::<f64>().ok().and_then(Number::from_f64).map(Value::Number),
    }
}

fn whole(ty: &Type, rules: &Rules) -> Option<Number> {
    let (lowest, highest) = match ty {
        Type::S8 => (i8::MIN.into(), i8::MAX.into()),
        Type::S16 => (i16::MIN.into(), i16::MAX.into()),
        Type::S32 => (i32::MIN.into(), i32::MAX.into()),
        Type::S64 => (i64::MIN.into(), i64::MAX.into()),
        Type::U8 => (0, u8::MAX.into()),
        Type::U16 => (0, u16::MAX.into()),
        Type::U32 => (0, u32::MAX.into()),
        _ => (0, i128::from(u64::MAX)),
    };
    // A bound with a fraction: the whole number inside of it.
    let bound = |number: &Option<Number>, round: fn(f64) -> f64| -> Option<i128> {
        let number = number.as_ref()?;
        number.to_string().parse().ok().or_else(|| number.as_f64().map(|it| round(it) as i128))
    };
    let min = bound(&rules.min, f64::ceil).unwrap_or(lowest).max(lowest);
    let max = bound(&rules.max, f64::floor).unwrap_or(highest).min(highest);
    let number = if min <= max { 1.clamp(min, max) } else { return None };
    match u64::try_from(number) {
        Ok(number) => Some(number.into()),
        Err(_) => i64::try_from(number).ok().map(Number::from),
    }
}
