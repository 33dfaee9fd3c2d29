//! Actions by the dozen: an action may well come out of a macro.

/// Makes an action of each line; it gives back its only argument.
macro_rules! echoes {
    ($($(#[$attribute:meta])* $name:ident: $type:ty;)*) => { $(
        $(#[$attribute])*
        #[ext_runtime::ext_action]
        pub fn $name(
            /// What comes back.
            value: $type,
        ) -> $type {
            value
        }
    )* };
}
