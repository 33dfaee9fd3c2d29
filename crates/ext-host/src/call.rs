//! Typed calls.

use ext_definition::values::Violation;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasmtime::component::{ComponentNamedList, Lift, Lower};

/// The signature of one action, for typed calls: generated clients implement it, once for
/// each action.
///
/// It is checked against the component at an instance's first call; a signature that does
/// not fit is an error there, never undefined behaviour.
pub trait Call: 'static {
    /// Which of the definition's actions.
    const INDEX: usize;
    /// The parameters, borrowed where that helps.
    type Params<'a>: ComponentNamedList + Lower + Arguments;
    /// What the component returns: nothing, or one value.
    type Results: ComponentNamedList + Lift + DeserializeOwned + 'static;
    /// What the call gives.
    type Output;
    /// The action's own error; `Infallible` for none.
    type Error;

    /// Which rules of the definition the parameters break.
    #[inline]
    fn check(_: &Self::Params<'_>) -> Vec<Violation> {
        Vec::new()
    }

    /// Tells a result from an error.
    fn outcome(results: Self::Results) -> Result<Self::Output, Self::Error>;
}

/// What can be given to an action on a platform server: a tuple of values with names.
///
/// It is asked for with the feature `remote` and without, so that nobody's feature breaks
/// somebody else's code.
pub trait Arguments {
    /// Writes them as the members of an object.
    #[cfg(feature = "remote")]
    #[doc(hidden)]
    fn write(&self, members: &mut crate::remote::Members<'_>) -> serde_json::Result<()>;
}

/// As many as wasmtime takes, one more than serde.
macro_rules! tuples {
    ($($($element:ident)*;)*) => { $(
        impl<$($element: Serialize),*> Arguments for ($($element,)*) {
            #[cfg(feature = "remote")]
            fn write(&self, members: &mut crate::remote::Members<'_>) -> serde_json::Result<()> {
                #[allow(non_snake_case, reason = "each value under its type's name")]
                let ($($element,)*) = self;
                $(members.next($element)?;)*
                members.end()
            }
        }
    )* };
}

tuples! {
    ;
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
    A B C D E F G H I;
    A B C D E F G H I J;
    A B C D E F G H I J K;
    A B C D E F G H I J K L;
    A B C D E F G H I J K L M;
    A B C D E F G H I J K L M N;
    A B C D E F G H I J K L M N O;
    A B C D E F G H I J K L M N O P;
    A B C D E F G H I J K L M N O P Q;
}
