//! How many requests a client may send: the generic cell rate algorithm.
//!
//! Of each client one number is kept, the time at which its allowance would be full again were
//! it to send nothing more. Times are microseconds since the Unix epoch.

use std::time::Duration;

const MINUTE: u64 = 60_000_000;

/// A rate and what may come at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    per_minute: u32,
    burst: u32,
}

/// What a quota says of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// When the allowance will be full again. To be kept; unchanged if the request is refused.
    pub full_at: u64,
    /// Requests that may follow at once.
    pub remaining: u32,
    /// Until the allowance is full again.
    pub reset: Duration,
    /// Until the next request may come, if this one may not.
    pub retry_after: Option<Duration>,
}

impl Quota {
    /// `per_minute` requests a minute, `burst` at once; `None` if either is 0, which is no limit.
    #[must_use]
    pub const fn new(per_minute: u32, burst: u32) -> Option<Self> {
        if per_minute == 0 || burst == 0 { None } else { Some(Self { per_minute, burst }) }
    }

    /// Requests a minute.
    #[must_use]
    pub const fn per_minute(self) -> u32 {
        self.per_minute
    }

    /// Requests at once.
    #[must_use]
    pub const fn burst(self) -> u32 {
        self.burst
    }

    /// Judges a request at `now` of a client whose allowance is full at `full_at`, as kept. A time
    /// further ahead than a whole burst is another quota's or another clock's, and counts as that much.
    #[must_use]
    pub fn judge(self, full_at: Option<u64>, now: u64) -> Verdict {
        let interval = MINUTE / u64::from(self.per_minute);
        let allowance = interval * u64::from(self.burst);
        let debt = full_at.unwrap_or(0).saturating_sub(now).min(allowance);
        let after = debt + interval;
        if after > allowance {
            return Verdict {
                full_at: now + debt,
                remaining: 0,
                reset: Duration::from_micros(debt),
                retry_after: Some(Duration::from_micros(after - allowance)),
            };
        }
        Verdict {
            full_at: now + after,
            remaining: ((allowance - after) / interval) as u32,
            reset: Duration::from_micros(after),
            retry_after: None,
        }
    }
}

/// Places that clients share in the store; one that takes another's place starts anew.
const PLACES: u32 = 1 << 16;

/// Where the time of one client is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place([u8; 16]);

impl Place {
    /// The place of a client: of a key by its name, or of an address.
    #[must_use]
    pub fn of(client: &str) -> Self {
        let hash = blake3::hash(client.as_bytes());
        Self(std::array::from_fn(|i| hash.as_bytes()[i]))
    }

    /// Its key in the store.
    #[must_use]
    pub fn key(self) -> String {
        let [a, b, c, d, ..] = self.0;
        format!("limit/{}", u32::from_le_bytes([a, b, c, d]) % PLACES)
    }

    /// The value that keeps `full_at`.
    #[must_use]
    pub fn pack(self, full_at: u64) -> Vec<u8> {
        [&self.0[..], &full_at.to_le_bytes()].concat()
    }

    /// What `value` keeps, if it is of this client.
    #[must_use]
    pub fn unpack(self, value: &[u8]) -> Option<u64> {
        let (client, full_at) = value.split_at_checked(16)?;
        (client == self.0).then_some(u64::from_le_bytes(full_at.try_into().ok()?))
    }
}

/// Whole seconds, rounded up: what headers carry.
#[must_use]
pub const fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + (time.subsec_nanos() > 0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_700_000_000_000_000;

    #[test]
    fn a_burst_passes_and_then_the_rate() {
        let quota = Quota::new(60, 3).unwrap();
        let mut full_at = None;
        for remaining in [2, 1, 0] {
            let verdict = quota.judge(full_at, NOW);
            assert_eq!((verdict.retry_after, verdict.remaining), (None, remaining));
            full_at = Some(verdict.full_at);
        }
        let refused = quota.judge(full_at, NOW);
        assert_eq!(refused.retry_after, Some(Duration::from_secs(1)));
        assert_eq!(Some(refused.full_at), full_at, "a refusal costs nothing");
        assert_eq!(refused.reset, Duration::from_secs(3));
        assert_eq!(quota.judge(full_at, NOW + 1_000_000).retry_after, None);
        assert_eq!(quota.judge(full_at, NOW + 999_999).retry_after, Some(Duration::from_micros(1)));
    }

    #[test]
    fn over_time_as_many_pass_as_the_rate_says() {
        for (per_minute, burst) in [(1, 1), (7, 2), (60, 10), (6000, 1)] {
            let quota = Quota::new(per_minute, burst).unwrap();
            let mut full_at = None;
            let passed = (0..600_000u64)
                .filter(|millisecond| {
                    let verdict = quota.judge(full_at, NOW + millisecond * 1000);
                    full_at = Some(verdict.full_at);
                    verdict.retry_after.is_none()
                })
                .count();
            let expected = (10 * per_minute + burst) as usize;
            assert!(passed.abs_diff(expected) <= 1 + expected / 100, "{per_minute}: {passed}");
        }
    }

    #[test]
    fn a_time_from_elsewhere_does_not_lock_a_client_out() {
        let quota = Quota::new(60, 3).unwrap();
        let verdict = quota.judge(Some(u64::MAX), NOW);
        assert_eq!(verdict.retry_after, Some(Duration::from_secs(1)));
        assert_eq!(Quota::new(0, 3), None);
        assert_eq!(whole_seconds(Duration::from_millis(1001)), 2);
    }

    #[test]
    fn a_place_keeps_the_time_of_one_client() {
        let (one, other) = (Place::of("address 1.2.3.4"), Place::of("address 1.2.3.5"));
        assert_eq!(one.unpack(&one.pack(NOW)), Some(NOW));
        assert_eq!(other.unpack(&one.pack(NOW)), None);
        assert_eq!(one.unpack(b"short"), None);
        assert_eq!(one.unpack(&one.pack(NOW)[..20]), None);
        assert_ne!(one.key(), other.key());
    }
}
