//! The platform's types in typed clients: texts whose form was checked.

use std::mem::MaybeUninit;

use ext_definition::model::Type;
use ext_definition::values::check_format;
use serde::{Deserialize, Deserializer, Serialize};
use wasmtime::Result;
use wasmtime::component::__internal::{
    CanonicalAbiInfo, InstanceType, InterfaceType, LiftContext, LowerContext,
};
use wasmtime::component::{ComponentType, Lift, Lower};

/// A text that is not what its type says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormError(String);

impl std::fmt::Display for FormError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "it {}", self.0)
    }
}

impl std::error::Error for FormError {}

/// Everything but the name and the form is the string's.
macro_rules! texts {
    ($($(#[$documentation:meta])* $name:ident;)*) => { $(
        $(#[$documentation])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text.
            pub fn into_string(self) -> String {
                self.0
            }

            fn of(text: String) -> std::result::Result<Self, FormError> {
                match check_format(&Type::$name, &text) {
                    Ok(()) => Ok(Self(text)),
                    Err(reason) => Err(FormError(reason)),
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = FormError;

            fn from_str(text: &str) -> std::result::Result<Self, FormError> {
                Self::of(text.to_owned())
            }
        }

        impl TryFrom<String> for $name {
            type Error = FormError;

            fn try_from(text: String) -> std::result::Result<Self, FormError> {
                Self::of(text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
                Self::of(String::deserialize(from)?).map_err(serde::de::Error::custom)
            }
        }

        // SAFETY: everything about the type is the string's.
        unsafe impl ComponentType for $name {
            type Lower = <String as ComponentType>::Lower;
            const ABI: CanonicalAbiInfo = <String as ComponentType>::ABI;

            fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
                <String as ComponentType>::typecheck(ty, types)
            }
        }

        // SAFETY: the string's.
        unsafe impl Lower for $name {
            fn linear_lower_to_flat<U>(
                &self,
                cx: &mut LowerContext<'_, U>,
                ty: InterfaceType,
                dst: &mut MaybeUninit<Self::Lower>,
            ) -> Result<()> {
                self.0.linear_lower_to_flat(cx, ty, dst)
            }

            fn linear_lower_to_memory<U>(
                &self,
                cx: &mut LowerContext<'_, U>,
                ty: InterfaceType,
                offset: usize,
            ) -> Result<()> {
                self.0.linear_lower_to_memory(cx, ty, offset)
            }
        }

        // SAFETY: the string's, and its form is checked: an extension may return anything.
        unsafe impl Lift for $name {
            fn linear_lift_from_flat(
                cx: &mut LiftContext<'_>,
                ty: InterfaceType,
                src: &Self::Lower,
            ) -> Result<Self> {
                Ok(Self::of(String::linear_lift_from_flat(cx, ty, src)?)?)
            }

            fn linear_lift_from_memory(
                cx: &mut LiftContext<'_>,
                ty: InterfaceType,
                bytes: &[u8],
            ) -> Result<Self> {
                Ok(Self::of(String::linear_lift_from_memory(cx, ty, bytes)?)?)
            }
        }
    )* };
}

texts! {
    /// A decimal number of at most 28 digits: `12.50`.
    Decimal;
    /// A date: `2026-11-23`.
    Date;
    /// A time of day: `13:45:00`.
    Time;
    /// A date and time with an offset: `2026-11-23T13:45:00+01:00`.
    DateTime;
    /// A duration: `PT1H30M`.
    Duration;
    /// A UUID: `67e55044-10b1-426f-9247-bb680e5fe0c8`.
    Uuid;
    /// An email address: `ada@example.com`.
    Email;
    /// A phone number: `+351210000000`.
    PhoneNumber;
    /// An absolute URL: `https://example.com/`.
    Url;
    /// Any JSON value, as text: `{"a":1}`.
    Json;
}
