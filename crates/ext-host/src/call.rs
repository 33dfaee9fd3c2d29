//! Typed calls.

use ext_definition::values::Violation;
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
    type Params<'a>: ComponentNamedList + Lower;
    /// What the component returns: nothing, or one value.
    type Results: ComponentNamedList + Lift + 'static;
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
