//! Results that fit a register, whatever they are wrapped in, and need no memory.

use ext_runtime::prelude::*;

/// A field of a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ExtStructure)]
pub struct Small {
    /// The byte.
    pub value: u8,
}

/// A structure around a structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ExtStructure)]
pub struct Wrapper {
    /// The structure.
    pub inner: Small,
}

/// A field of a negative byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ExtStructure)]
pub struct Signed {
    /// The byte.
    pub value: i8,
}

/// One case, no data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ExtEnum)]
pub enum Only {
    /// The only one.
    This,
}

/// One case, with data: the number of the case is there all the same.
#[derive(Debug, Clone, PartialEq, ExtEnum)]
pub enum OnlyData {
    /// The only one.
    This(f32),
}

echoes! {
    /// A byte in a structure.
    echo_small: Small;
    /// A byte in a structure in a structure.
    echo_wrapper: Wrapper;
    /// A signed byte in a structure.
    echo_signed: Signed;
    /// A tuple of one.
    echo_single_bool: (bool,);
    /// A signed number in a tuple of one.
    echo_single_i16: (i16,);
    /// A float in a tuple of one.
    echo_single_f32: (f32,);
    /// Tuples of one in a tuple of one.
    echo_single_nested: (((i64,),),);
    /// An enum in a tuple of one.
    echo_single_only: (Only,);
    /// One case.
    echo_only: Only;
    /// One case with data.
    echo_only_data: OnlyData;
}
