//! Hands `[package.metadata.ext]` of Cargo.toml to the compilation.

fn main() {
    ext_build::extension();
}
