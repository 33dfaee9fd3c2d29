//! What the user sees. On a terminal one line that is drawn again and again, elsewhere plain
//! lines; either way something moves every few seconds.

use std::cell::Cell;
use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

use crate::run::Result;

/// How often a line appears where lines cannot be drawn again.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// The width that a drawn line keeps to: one that wraps cannot be drawn over.
const WIDTH: usize = 78;

/// Prints one line.
pub fn line(text: &str) {
    eprintln!("{text}");
}

/// A piece of work that takes seconds or minutes.
pub struct Stage {
    name: String,
    started: Instant,
    /// When a line was last printed or drawn.
    shown: Cell<Instant>,
    terminal: bool,
}

/// Does a piece of work between a line that announces it and one that tells how long it took.
pub fn stage<T>(name: &str, work: impl FnOnce(&Stage) -> Result<T>) -> Result<T> {
    let now = Instant::now();
    let stage = Stage {
        name: name.to_owned(),
        started: now,
        shown: Cell::new(now),
        terminal: stderr().is_terminal(),
    };
    if stage.terminal {
        stage.draw("");
    } else {
        line(&format!("     … {name}"));
    }
    let result = work(&stage);
    if stage.terminal {
        eprint!("\r\x1b[K");
    }
    let mark = if result.is_ok() { "  done" } else { "failed" };
    line(&format!("{mark} {name} ({})", stage.elapsed()));
    result
}

impl Stage {
    /// Shows that the work goes on; to be called several times a second. `detail` is asked
    /// for only when something is printed.
    pub fn tick(&self, detail: impl FnOnce() -> String) {
        if self.terminal {
            self.draw(&detail());
        } else if self.shown.get().elapsed() >= HEARTBEAT {
            self.shown.set(Instant::now());
            line(&format!("     … {}, {}: {}", self.name, self.elapsed(), detail()));
        }
    }

    fn draw(&self, detail: &str) {
        let text: String = format!("     … {} {} {detail}", self.name, self.elapsed())
            .chars()
            .take(WIDTH)
            .collect();
        eprint!("\r\x1b[K{text}");
        // Progress that cannot be shown is no reason to stop.
        let _ = stderr().flush();
    }

    fn elapsed(&self) -> String {
        let seconds = self.started.elapsed().as_secs_f64();
        if seconds < 60.0 {
            format!("{seconds:.1} s")
        } else {
            format!("{} min {:02} s", seconds as u64 / 60, seconds as u64 % 60)
        }
    }
}
