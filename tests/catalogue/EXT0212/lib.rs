//! Nothing to call, and no manifest.
