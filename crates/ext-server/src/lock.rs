//! A server's folder is that of one server at a time: two would not know what the other one
//! deploys, and would remove each other's files.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::path::Path;

use crate::settings::StartError;

/// Most that is read of what a server says of itself, in bytes.
const LONGEST: u64 = 200;

/// Takes a folder for the server that listens there: until the file is dropped, or the process
/// ends in whatever way.
///
/// # Errors
/// When another server has it, with what that says of itself.
pub fn take(folder: &Path, address: SocketAddr) -> Result<File, StartError> {
    let failed = |error: std::io::Error| {
        StartError::new(format!("the folder {} cannot be locked: {error}", folder.display()))
    };
    // What is in it belongs to whoever has the lock.
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let mut file = options.open(folder.join("server.lock")).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::Error(error)) => return Err(failed(error)),
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            // Some systems keep it from being read as well.
            let _ = file.take(LONGEST).read_to_string(&mut holder);
            let holder = match holder.trim() {
                "" => String::new(),
                holder => format!(": {}", holder.escape_debug()),
            };
            return Err(StartError::new(format!(
                "another server runs with the folder {}{holder}; end it, or name another \
                     folder with `--data DIR`",
                folder.display()
            )));
        }
    }
    let said = format!("process {}, which listens on {address}\n", std::process::id());
    file.set_len(0).and_then(|()| file.write_all(said.as_bytes())).map_err(failed)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], 8470));
        let first = take(folder.path(), address).unwrap();
        let error = take(folder.path(), address).err().unwrap().to_string();
        assert!(error.contains("--data DIR"), "{error}");
        #[cfg(unix)]
        {
            let holder = format!(": process {}, which listens on {address};", std::process::id());
            assert!(error.contains(&holder), "{error}");
        }
        drop(first);
        take(folder.path(), address).unwrap();
    }
}
