//! What a call wanted and was not granted, as records of its log.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use crate::record::{Level, Record};

/// The most different refusals that the log of a call tells.
const MAX_DENIED: usize = 20;

/// The most bytes of a name that the extension chose.
const MAX_NAME: usize = 255;

/// The refusals of the call that runs, each once. Clones share them.
#[derive(Default, Clone)]
pub struct Denied(Arc<Mutex<Vec<String>>>);

impl Denied {
    /// A request to a host.
    #[cfg_attr(not(feature = "http"), expect(dead_code, reason = "no requests are sent"))]
    pub fn host(&self, host: &str, why: &str) {
        let host: String = host.chars().take(MAX_NAME).collect();
        self.add(format!("denied an HTTP request to `{host}`: {why}"));
    }

    /// A variable or a folder that the manifest requests.
    pub fn requested(&self, what: &str, grant: &str) {
        self.add(format!("denied {what}, which is not granted; help: `--grant {grant}`"));
    }

    fn add(&self, message: String) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() < MAX_DENIED && !all.contains(&message) {
            all.push(message);
        }
    }

    /// Takes them, as records.
    pub fn take(&self) -> Vec<Record> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let record = |message| Record {
            at: SystemTime::now(),
            level: Level::Warn,
            target: "cargo-ext".to_owned(),
            message,
            fields: Vec::new(),
        };
        all.drain(..).map(record).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_is_told_once_and_few_are_told() {
        let denied = Denied::default();
        for _ in 0..2 {
            denied.clone().requested("the variable `KEY`", "environment:KEY");
        }
        let told = denied.take();
        let [record] = &told[..] else { panic!("{told:?}") };
        assert_eq!(
            record.to_string(),
            "WARN cargo-ext: denied the variable `KEY`, which is not granted; help: `--grant \
             environment:KEY`"
        );
        assert!(denied.take().is_empty());
        for number in 0..100 {
            denied.host(&format!("{number}.{}", "x".repeat(1000)), "no");
        }
        let told = denied.take();
        assert_eq!(told.len(), MAX_DENIED);
        assert!(told.iter().all(|it| it.message.len() < 300));
    }
}
