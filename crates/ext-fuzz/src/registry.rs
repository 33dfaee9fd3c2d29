//! What a registry answers, and the lock file.

use std::path::Path;

use ext_registry::{Lock, lock};

/// `index.json`, an image manifest, a config: whichever it is.
pub fn files(bytes: &[u8]) {
    ext_registry::read_untrusted(bytes);
}

/// `Ext.lock`: what is read is written the same.
pub fn lock(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(lock) = Lock::parse(text, Path::new(lock::FILE_NAME)) {
        let again = Lock::parse(&lock.to_string(), Path::new(lock::FILE_NAME));
        assert_eq!(again.ok().as_ref(), Some(&lock), "what is written can be read");
    }
}
