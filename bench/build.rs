//! Writes the typed clients of the extensions that are called here.

fn main() {
    ext_build::client();
}
