//! The platform's types: texts of a form at the boundary, types of their own in Rust.

#[cfg(feature = "date-time")]
mod date_time;

#[cfg(feature = "date-time")]
pub use date_time::DateTime;
#[cfg(feature = "date-time")]
pub use jiff::SignedDuration as Duration;
#[cfg(feature = "date-time")]
pub use jiff::civil::{Date, Time};
#[cfg(feature = "decimal")]
pub use rust_decimal::Decimal;
#[cfg(feature = "json")]
pub use serde_json::Value as Json;
#[cfg(feature = "url")]
pub use url::Url;
#[cfg(feature = "uuid")]
pub use uuid::Uuid;

use super::ExtType;
use crate::description::Type;
use crate::layout::Layout;

/// Types that are texts at the boundary. The host has checked their form: a text that is
/// none after all ends the call.
macro_rules! texts {
    ($($(#[$condition:meta])* $rust:ty = $name:literal;)*) => { $(
        $(#[$condition])*
        // SAFETY: all of it is the string's.
        unsafe impl ExtType for $rust {
            const LAYOUT: Layout = Layout::SEQUENCE;
            const TYPE: &'static Type = &Type::Simple(concat!("\"", $name, "\""));

            #[cfg(target_family = "wasm")]
            unsafe fn load(at: *const u8) -> Self {
                // SAFETY: the caller's promise.
                let text = unsafe { String::load(at) };
                match text.parse() {
                    Ok(value) => value,
                    Err(_) => panic!(concat!("the host passed {:?}, which is no ", $name), text),
                }
            }

            #[cfg(target_family = "wasm")]
            unsafe fn store(self, at: *mut u8) {
                // SAFETY: the caller's promise.
                unsafe { self.to_string().store(at) }
            }
        }
    )* };
}

texts! {
    #[cfg(feature = "decimal")] Decimal = "decimal";
    #[cfg(feature = "date-time")] Date = "date";
    #[cfg(feature = "date-time")] Time = "time";
    #[cfg(feature = "date-time")] DateTime = "date-time";
    #[cfg(feature = "date-time")] Duration = "duration";
    #[cfg(feature = "uuid")] Uuid = "uuid";
    #[cfg(feature = "url")] Url = "url";
    #[cfg(feature = "json")] Json = "json";
    Email = "email";
    PhoneNumber = "phone-number";
}

/// A text that is not what its type says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormError(&'static str);

impl std::fmt::Display for FormError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "it is no {}", self.0)
    }
}

impl std::error::Error for FormError {}

/// Texts in a type of their own.
macro_rules! forms {
    ($($(#[$documentation:meta])* $name:ident: $what:literal, $fits:expr;)*) => { $(
        $(#[$documentation])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
        }

        impl std::str::FromStr for $name {
            type Err = FormError;

            fn from_str(text: &str) -> Result<Self, FormError> {
                let fits: fn(&str) -> bool = $fits;
                if fits(text) { Ok(Self(text.to_owned())) } else { Err(FormError($what)) }
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
    )* };
}

forms! {
    /// An email address: `ada@example.com`. The host checks what comes in by RFC 5321; what
    /// an extension makes itself has something before and behind an `@`.
    Email: "email address", |text| {
        text.rsplit_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && !text.contains(char::is_whitespace)
        })
    };
    /// A phone number in the form of ITU-T E.164: `+351210000000`.
    PhoneNumber: "phone number", |text| {
        let digits = text.strip_prefix('+').unwrap_or_default();
        (2..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|it| it.is_ascii_digit())
    };
}

/// An amount of money.
#[cfg(feature = "decimal")]
#[derive(Debug, Clone, PartialEq, Eq, crate::ExtStructure)]
pub struct Currency {
    /// How much.
    pub amount: Decimal,
    /// ISO 4217 code, such as `EUR`.
    #[ext(pattern = "[A-Z]{3}", example = "EUR")]
    pub code: String,
}
