//! How long calls took, counted in buckets that are wider where times are longer.

use std::collections::BTreeMap;

/// Buckets of each doubling, as a power of two: eight. A bucket is at most an eighth as wide as
/// the time at which it begins, so that its middle is within a sixteenth of all that is in it.
const PARTS: u32 = 3;

/// Counts of times in microseconds, by bucket. Below 16 µs each has a bucket of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histogram(BTreeMap<u16, u64>);

impl Histogram {
    /// Counts a time.
    pub fn add(&mut self, micros: u64) {
        *self.0.entry(bucket(micros)).or_default() += 1;
    }

    /// Adds what another one has counted.
    pub fn merge(&mut self, other: &Self) {
        for (bucket, count) in &other.0 {
            let sum = self.0.entry(*bucket).or_default();
            *sum = sum.saturating_add(*count);
        }
    }

    /// The time that so many of a hundred did not exceed, within a sixteenth: the value at its
    /// rank, by the nearest-rank method. 0 where nothing was counted.
    pub fn percentile(&self, percent: u64) -> u64 {
        let all: u128 = self.0.values().map(|it| u128::from(*it)).sum();
        let rank = (all * u128::from(percent)).div_ceil(100);
        let mut seen = 0;
        let found = self.0.iter().find(|(_, count)| {
            seen += u128::from(**count);
            seen >= rank
        });
        found.map_or(0, |(bucket, _)| middle(*bucket))
    }

    /// As it is stored: for each bucket how far it is from the one before, and its count, both
    /// in LEB128.
    pub fn to_bytes(&self) -> Vec<u8> {
        let (mut bytes, mut before) = (Vec::with_capacity(self.0.len() * 3), 0);
        for (bucket, count) in &self.0 {
            write(u64::from(bucket - before), &mut bytes);
            write(*count, &mut bytes);
            before = *bucket;
        }
        bytes
    }

    /// What was stored; `None` when it is something else.
    pub fn of_bytes(mut bytes: &[u8]) -> Option<Self> {
        let (mut buckets, mut bucket) = (BTreeMap::new(), 0u16);
        while !bytes.is_empty() {
            bucket = bucket.checked_add(u16::try_from(read(&mut bytes)?).ok()?)?;
            let is_bucket = bucket <= self::bucket(u64::MAX);
            buckets.insert(is_bucket.then_some(bucket)?, read(&mut bytes)?);
        }
        Some(Self(buckets))
    }
}

/// The bucket of a time: how often it is halved until it has `PARTS` + 1 digits, and those.
fn bucket(micros: u64) -> u16 {
    let halved = micros.checked_ilog2().unwrap_or(0).saturating_sub(PARTS);
    let number = (u64::from(halved) << PARTS) + (micros >> halved);
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// The middle of a bucket.
fn middle(bucket: u16) -> u64 {
    let halved = (bucket >> PARTS).saturating_sub(1);
    let digits = u64::from(bucket - (halved << PARTS));
    (digits << halved) + ((1 << halved) >> 1)
}

fn write(mut number: u64, bytes: &mut Vec<u8>) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

fn read(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0u64;
    for place in (0..u64::BITS).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << place;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_within_a_sixteenth() {
        let powers = (0..u64::BITS).flat_map(|it| {
            let power = 1u64 << it;
            [power - 1, power, power + 1, power | power >> 1, power | power >> 3]
        });
        for time in (0..5000).chain(powers).chain([u64::MAX]) {
            let found = middle(bucket(time));
            assert!(found.abs_diff(time) <= time / 16, "{time}: {found}");
        }
        let ordered = (1..5000).all(|it| bucket(it) - bucket(it - 1) <= 1);
        assert!(ordered);
    }

    #[test]
    fn percentiles_and_sums() {
        let of = |times: std::ops::RangeInclusive<u64>| {
            let mut one = Histogram::default();
            times.for_each(|it| one.add(it));
            one
        };
        let mut all = of(1..=600);
        all.merge(&of(601..=1000));
        assert_eq!(all, of(1..=1000));
        for (percent, exact) in [(1, 10), (50, 500), (95, 950), (99, 990), (100, 1000)] {
            let found = all.percentile(percent);
            assert!(found.abs_diff(exact) <= exact / 16, "{percent}: {found}");
        }
        assert_eq!(Histogram::default().percentile(99), 0);
        assert_eq!(of(7..=7).percentile(1), 7);
    }

    #[test]
    fn what_is_stored_is_read() {
        let mut all = Histogram::default();
        for time in [0, 0, 1, 17, 1_000_000, u64::MAX] {
            all.add(time);
        }
        all.0.insert(100, u64::MAX);
        assert_eq!(Histogram::of_bytes(&all.to_bytes()), Some(all));
        assert_eq!(Histogram::of_bytes(&[]), Some(Histogram::default()));
        for other in [&[0x80][..], &[1], &[0xff, 0xff, 0x7f, 1], &[0xff, 0xff, 3, 1], &[0x80; 30]] {
            assert_eq!(Histogram::of_bytes(other), None, "{other:?}");
        }
    }
}
