//! Calls, counted.

use super::histogram::Histogram;
use super::{CallRecord, Outcome};

/// What is known of many calls together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// How many ended so, in the order of [`Outcome::ALL`].
    pub(super) outcomes: [u64; Outcome::ALL.len()],
    /// How long those took together that [ran](Outcome::ran), in microseconds.
    pub(super) micros: u64,
    /// How long each of those took.
    pub(super) durations: Histogram,
}

impl Counts {
    /// Counts a call.
    pub fn add(&mut self, call: &CallRecord) {
        self.outcomes[call.outcome as usize] += 1;
        if call.outcome.ran() {
            self.micros = self.micros.saturating_add(call.micros);
            self.durations.add(call.micros);
        }
    }

    /// Adds what was counted elsewhere.
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.outcomes.iter_mut().zip(other.outcomes) {
            *count = count.saturating_add(more);
        }
        self.micros = self.micros.saturating_add(other.micros);
        self.durations.merge(&other.durations);
    }

    /// How many ended in one of these ways.
    pub fn ended(&self, outcomes: &[Outcome]) -> u64 {
        outcomes.iter().map(|it| self.outcomes[*it as usize]).sum()
    }

    /// All calls.
    pub fn calls(&self) -> u64 {
        self.outcomes.iter().sum()
    }

    /// Those that failed here: the extension trapped or reached a limit, or the server failed.
    pub fn failed(&self) -> u64 {
        self.ended(&[Outcome::Trap, Outcome::Limit, Outcome::Failed])
    }

    /// Those that ended as they should for what was asked: with the action's own error, or
    /// because the arguments did not fit.
    pub fn errors(&self) -> u64 {
        self.ended(&[Outcome::Error, Outcome::Arguments])
    }

    /// Those that were not let in.
    pub fn shed(&self) -> u64 {
        self.ended(&[Outcome::Shed])
    }

    /// Whether there are times: whether any call ran.
    pub fn ran(&self) -> bool {
        Outcome::ALL.iter().any(|it| it.ran() && self.outcomes[*it as usize] > 0)
    }

    /// How long those took on average that ran, in microseconds.
    pub fn mean(&self) -> u64 {
        let ran = Outcome::ALL.iter().filter(|it| it.ran());
        let ran: u64 = ran.map(|it| self.outcomes[*it as usize]).sum();
        self.micros / ran.max(1)
    }

    /// So many of a hundred that ran took no longer, within a sixteenth; in microseconds.
    pub fn percentile(&self, percent: u64) -> u64 {
        self.durations.percentile(percent)
    }
}
