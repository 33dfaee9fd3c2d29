//! Nothing to call.
