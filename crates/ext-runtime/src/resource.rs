//! Files that ship with an extension.

/// The path of a file that ships with the extension: one that `resources` in
/// `[package.metadata.ext]` names, relative to the folder of Cargo.toml. Without a name, the
/// folder of all of them.
///
/// In the sandbox this is below `/resources`, which can be read and not written. On the
/// author's own machine it is the file itself, so that tests find it. `cargo ext check`
/// looks whether every file that is named like this does ship.
///
/// ```
/// fn rates() -> std::io::Result<String> {
///     std::fs::read_to_string(ext_runtime::resource!("data/rates.csv"))
/// }
///
/// assert!(ext_runtime::resource!("data/rates.csv").starts_with(ext_runtime::resource!()));
/// ```
#[macro_export]
macro_rules! resource {
    () => {
        ::std::path::Path::new($crate::__resource_folder!())
    };
    ($path:literal $(,)?) => {{
        // Of one format with `ext_definition::files::uses`.
        #[cfg(target_family = "wasm")]
        const _: () = {
            const USE: &str = ::core::concat!(
                ::core::file!(),
                "\t",
                ::core::line!(),
                "\t",
                ::core::column!(),
                "\t",
                $path,
                "\n"
            );
            #[unsafe(link_section = "ext-resource-uses")]
            static ENTRY: [u8; USE.len()] = $crate::expansion::bytes(USE);
        };
        ::std::path::Path::new(::core::concat!($crate::__resource_folder!(), "/", $path))
    }};
}

/// Where resources are: for `concat!`.
#[cfg(target_family = "wasm")]
#[doc(hidden)]
#[macro_export]
macro_rules! __resource_folder {
    () => {
        "/resources"
    };
}

/// Where resources are: for `concat!`.
#[cfg(not(target_family = "wasm"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __resource_folder {
    () => {
        ::core::env!("CARGO_MANIFEST_DIR")
    };
}

/// A text as an array: a static with a link section holds its bytes, not their address.
#[cfg(target_family = "wasm")]
pub const fn bytes<const N: usize>(text: &str) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.copy_from_slice(text.as_bytes());
    bytes
}
