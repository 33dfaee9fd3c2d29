//! Text and bytes.

echoes! {
    /// Any text, of any length.
    echo_string: String;
    /// Binary data.
    echo_bytes: Vec<u8>;
    /// Text on the heap twice.
    echo_boxed_string: Box<String>;
}
