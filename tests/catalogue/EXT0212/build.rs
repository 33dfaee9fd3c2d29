//! Without the manifest.

fn main() {
    println!("cargo::rustc-link-arg-cdylib=--skip-wit-component");
}
