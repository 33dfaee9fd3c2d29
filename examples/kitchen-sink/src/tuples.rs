//! Values side by side, without names.

echoes! {
    /// Two of one size.
    echo_pair: (u32, f32);
    /// Padding in the middle and at the end.
    echo_padded: (u8, u64, u8);
    /// One that owns memory.
    echo_labelled: (String, f64);
    /// Tuples in a tuple.
    echo_nested_tuple: ((u8, (char, String)), (bool,));
    /// As many as there can be.
    echo_twelve: (u8, i8, u16, i16, u32, i32, u64, i64, f32, f64, bool, char);
}
