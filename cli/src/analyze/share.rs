//! A share of the inputs, for several machines that divide a collection among them.

use super::inputs::Input;

/// The share `index` of `count`. A file's share follows from its name alone, so that files that come or go
/// move no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    /// Below `count`.
    index: u64,
    count: u64,
}

impl Share {
    /// Most shares.
    const MAX: u64 = 100_000;

    /// Parses `N/M`. Shares are counted from 1, or from 0: `M/M` is `0/M`.
    ///
    /// # Errors
    /// What is allowed.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let share = text.split_once('/').and_then(|(index, count)| {
            let (index, count): (u64, u64) = (index.trim().parse().ok()?, count.trim().parse().ok()?);
            ((1..=Self::MAX).contains(&count) && index <= count).then(|| Self { index: index % count, count })
        });
        share.ok_or_else(|| format!("`{text}` is no share; allowed: N/M, like 3/16, with N from 0 to M"))
    }

    /// Whether `input` is of this share.
    pub(super) fn holds(self, input: &Input) -> bool {
        let name = match input {
            Input::Stdin => "-".to_owned(),
            // The same on every system.
            Input::File { relative, .. } => relative.to_string_lossy().replace('\\', "/"),
        };
        hash(name.as_bytes()) % self.count == self.index
    }
}

/// FNV-1a, finished as `MurmurHash3` is: the same on every machine and in every version.
fn hash(bytes: &[u8]) -> u64 {
    let mut hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    for factor in [0xff51_afd7_ed55_8ccd, 0xc4ce_b9fe_1a85_ec53] {
        hash = (hash ^ (hash >> 33)).wrapping_mul(factor);
    }
    hash ^ (hash >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(name: &str) -> Input {
        Input::File { path: name.into(), relative: name.into() }
    }

    #[test]
    fn shares_are_counted_from_one_or_from_nought() {
        assert_eq!(Share::parse("3/16"), Ok(Share { index: 3, count: 16 }));
        assert_eq!(Share::parse("16/16"), Share::parse("0/16"));
        for wrong in ["", "3", "17/16", "1/0", "-1/4", "a/b", "1/2/3", "1/1000000"] {
            assert!(Share::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_file_is_of_one_share_and_shares_are_even() {
        let shares: Vec<Share> = (1..=8).map(|n| Share::parse(&format!("{n}/8")).unwrap()).collect();
        let mut counts = [0; 8];
        for i in 0..4000 {
            let input = input(&format!("album/{i:04}.mp3"));
            let holders: Vec<usize> = (0..8).filter(|&n| shares[n].holds(&input)).collect();
            assert_eq!(holders.len(), 1);
            counts[holders[0]] += 1;
        }
        assert!(counts.iter().all(|count| (400..600).contains(count)), "{counts:?}");
    }

    #[test]
    fn a_share_is_for_ever() {
        let held = |share: &str| Share::parse(share).unwrap().holds(&input("album/song.mp3"));
        let of = (0..16).find(|n| held(&format!("{n}/16")));
        assert_eq!(of, Some((hash(b"album/song.mp3") % 16) as i32));
        assert_eq!(hash(b""), 0xefd0_1f60_ba99_2926);
    }
}
