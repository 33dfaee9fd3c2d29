//! What an extension writes to its standard output and error: kept up to a limit (the
//! beginning and the end), never a reason for it to fail.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

/// Bytes that are kept of the beginning.
const HEAD: usize = 48 << 10;

/// Bytes that are kept of the end: where a panic is reported.
const TAIL: usize = (16 << 10) - GAP.len();

/// Stands for what is not kept.
pub const GAP: &str = "\n[…]\n";

/// The output of the call that runs, or ran last.
#[derive(Clone, Default)]
pub struct Written(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    head: Vec<u8>,
    /// What came when the head was full; at most twice as long as needed.
    tail: Vec<u8>,
    /// Whether something between the two is missing.
    gap: bool,
}

impl Kept {
    fn write(&mut self, bytes: &[u8]) {
        let room = HEAD - self.head.len();
        let (head, tail) = bytes.split_at(bytes.len().min(room));
        self.head.extend_from_slice(head);
        self.tail.extend_from_slice(tail);
        if self.tail.len() > 2 * TAIL {
            self.shorten();
        }
    }

    fn shorten(&mut self) {
        let excess = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..excess);
        self.gap |= excess > 0;
    }
}

impl Written {
    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts back some of what was taken.
    pub fn keep(&self, output: &str) {
        self.lock().write(output.as_bytes());
    }

    /// Forgets what was written so far.
    pub fn forget(&self) {
        *self.lock() = Kept::default();
    }

    /// Takes what was written so far.
    pub fn take(&self) -> String {
        let mut kept = std::mem::take(&mut *self.lock());
        kept.shorten();
        let mut bytes = kept.head;
        if kept.gap {
            bytes.extend_from_slice(GAP.as_bytes());
        }
        bytes.extend_from_slice(&kept.tail);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl IsTerminal for Written {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Written {
    fn async_stream(&self) -> Box<dyn tokio::io::AsyncWrite + Send + Sync> {
        // For WASI 0.3 only, which is not linked.
        Box::new(tokio::io::sink())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl OutputStream for Written {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.lock().write(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(HEAD)
    }
}

// What `#[async_trait]` makes of `async fn ready(&mut self) {}`.
impl Pollable for Written {
    fn ready<'a, 'b>(&'a mut self) -> Pin<Box<dyn Future<Output = ()> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        Box::pin(std::future::ready(()))
    }
}
