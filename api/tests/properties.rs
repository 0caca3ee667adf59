//! What clients and operators may write, whatever it is.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use sectionist_api::cache::ContentHash;
use sectionist_api::client::{Network, client_address, given};
use sectionist_api::encoding::{Encoding, Gunzip, accepts_gzip};
use sectionist_api::names::{attachment, file_name, parameter};
use sectionist_api::parameters::Reader;
use sectionist_api::quota::{Place, Quota};
use sectionist_api::{origins::Origins, variables};
use sectionist_core::AnalysisParams;

proptest! {
    /// Names that are answered can be read by the rules that uploads are read by.
    #[test]
    fn names_survive_the_way_back(name in "\\PC{1,80}") {
        let header = attachment(Some(&name), "mid");
        prop_assert!(header.bytes().all(|b| (b' '..=b'~').contains(&b)), "{header}");
        let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
        let read = parameter(header.as_bytes(), "filename");
        let wanted = format!("{}.mid", if stem.is_empty() { "song" } else { stem });
        prop_assert_eq!(read.as_deref(), Some(wanted.as_str()), "{}", header);
    }

    #[test]
    fn any_header_is_read(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "\\PC{0,60}") {
        for disposition in [bytes.clone(), format!("attachment; {text}").into_bytes(), format!("x; filename={text}").into_bytes()] {
            if let Some(name) = file_name(&disposition) {
                prop_assert!(!name.is_empty() && name.chars().count() <= 255);
                prop_assert!(!name.contains(['/', '\\', '\r', '\n', '\0']), "{name:?}");
            }
        }
        let _ = given(Some(&bytes), Some(&bytes));
        let _ = accepts_gzip([text.as_str()].into_iter());
        let _ = Encoding::parse(&text);
        let proxies = [Network::parse("0.0.0.0/0").expect("a network")];
        let _ = client_address(&text, [text.as_str()].into_iter(), &proxies);
        let _ = Reader::default().take([(text.as_str(), text.as_str()), ("include", text.as_str())]);
    }

    #[test]
    fn any_value_of_the_store_is_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let fingerprint = ContentHash::default().fingerprint(&AnalysisParams::default());
        prop_assert_eq!(fingerprint.unpack(&bytes, Duration::ZERO, Duration::MAX), None);
        let full_at = Place::of("someone").unpack(&bytes);
        let quota = Quota::new(60, 3).expect("a limit");
        let verdict = quota.judge(full_at, 1_700_000_000_000_000);
        prop_assert!(verdict.retry_after.is_none_or(|time| time <= Duration::from_secs(1)));
    }

    #[test]
    fn any_bytes_are_gzip_or_not(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        let mut gunzip = Gunzip::default();
        let mut n_decoded = 0;
        let mut take = |part: &[u8]| { n_decoded += part.len(); Ok(()) };
        let start = [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff][..], &bytes].concat();
        let _ = gunzip.push(&start, |how| how, &mut take).and_then(|()| gunzip.finish(|how| how, &mut take));
        prop_assert!(n_decoded <= 2000 * bytes.len());
    }

    #[test]
    fn any_variable_is_taken_or_refused(text in "\\PC{0,40}", which in 0..variables::ALL.len()) {
        let variable = variables::ALL[which];
        let values = BTreeMap::from([(variable.name.to_owned(), text.clone())]);
        if let Err(error) = variables::check(&values) {
            prop_assert_eq!(error.name(), variable.name);
            prop_assert!(!variable.secret || text.chars().count() < 12 || !error.to_string().contains(&text));
        }
        let _ = Origins::parse(&text);
    }
}
