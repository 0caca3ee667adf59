//! What the form alone says of a section's function: its place, its length, and how often and after what its group
//! returns. Annotations of real songs tell it as well as sound does, so it can be learned from them.

use crate::structure::labels::view::SectionView;

/// Names of the features of a section's form, in the order of [`form_features`].
pub(in crate::structure) const FORM_FEATURES: [&str; 79] = [
    "any",
    // Its length.
    "seconds",
    "under_10_s",
    "under_16_s",
    "over_30_s",
    "relative",
    "relative_short",
    "relative_long",
    "bars_up_to_4",
    "bars_8",
    "bars_12",
    "bars_16",
    "bars_odd",
    // Its place.
    "place",
    "place_squared",
    "early",
    "late",
    "middle",
    "seconds_place",
    "first",
    "second",
    "third",
    "last",
    "last_but_one",
    "last_but_two",
    // Its group.
    "group_seconds",
    "group_share",
    "group_first_place",
    "group_last_place",
    "group_starts",
    "group_ends",
    "group_ends_returning",
    "repeats",
    "in_a_row",
    "commonest",
    "most_time",
    "first_returning",
    "second_returning",
    "third_returning",
    "later_returning",
    "first_returning_seconds",
    "second_returning_seconds",
    "lead_common",
    "follow_common",
    "new_group",
    "first_of_group",
    "pass",
    "pass_share",
    "last_pass",
    // Where its group is heard once.
    "alone",
    "alone_seconds",
    "alone_middle",
    "alone_late",
    "alone_first",
    "alone_last",
    "alone_before_returning",
    // What is beside it.
    "previous_same",
    "next_same",
    "between_same",
    "after_alone",
    "before_alone",
    "after_first_returning",
    "after_second_returning",
    "before_first_returning",
    "before_second_returning",
    // The ends of the song.
    "first_alone",
    "first_seconds",
    "first_short",
    "first_commonest",
    "last_alone",
    "last_seconds",
    "last_like_first",
    // The song.
    "song_sections",
    "song_groups",
    "song_returning_groups",
    "song_none_returns",
    "song_one_returns",
    "song_returning_share",
    "song_largest_group",
];

/// A usual length in seconds, against which others are told.
const USUAL_SECONDS: f32 = 18.0;
/// Place at which bridges are on the whole, and how far from it they hardly are.
const MIDDLE: f32 = 0.62;
const MIDDLE_REACH: f32 = 0.25;

/// Length of a section on a logarithmic scale, 0 for a usual one.
pub(super) fn log_seconds(seconds: f32) -> f32 {
    (seconds.max(1.0) / USUAL_SECONDS).ln().clamp(-2.0, 2.0)
}

pub(super) fn flag(yes: bool) -> f32 {
    f32::from(u8::from(yes))
}

/// The sections of one material.
#[derive(Debug, Clone, Default)]
struct Group {
    /// Indices of its sections, in order.
    sections: Vec<usize>,
    seconds: f32,
    /// Where the first starts and where the last ends, as shares of the song.
    span: [f32; 2],
    /// Share of its sections but one that the commonest group before it stands before; the same after it.
    usual_neighbours: [f32; 2],
}

impl Group {
    fn returns(&self) -> bool {
        self.sections.len() > 1
    }

    fn is_alone(&self) -> bool {
        self.sections.len() == 1
    }
}

/// What is seen of the form of the whole song.
struct Form<'a> {
    views: &'a [SectionView],
    groups: Vec<Group>,
    /// Groups that return, in order of appearance.
    returning: Vec<usize>,
    /// First and last of the sections whose groups do not.
    alone: [Option<usize>; 2],
    seconds: f32,
    /// Median length of the sections.
    median: f32,
    /// Most sections of a group.
    most: usize,
    /// The returning group that takes most time.
    most_time: Option<usize>,
}

/// Features of the form of each of the sounding sections, which are given in order. O(n²).
pub(in crate::structure) fn form_features(views: &[SectionView]) -> Vec<[f32; FORM_FEATURES.len()]> {
    let form = Form::new(views);
    (0..views.len()).map(|idx| form.features(idx)).collect()
}

impl<'a> Form<'a> {
    fn new(views: &'a [SectionView]) -> Self {
        let seconds = views.iter().map(|view| view.seconds).sum::<f32>().max(1e-3);
        let n_groups = views.iter().map(|view| view.group + 1).max().unwrap_or(0);
        let mut groups = vec![Group::default(); n_groups];
        for (idx, view) in views.iter().enumerate() {
            let group = &mut groups[view.group];
            if group.sections.is_empty() {
                group.span[0] = view.place;
            }
            group.sections.push(idx);
            group.seconds += view.seconds;
            group.span[1] = view.place + view.seconds / seconds;
        }
        for group in &mut groups {
            let before = group.sections.iter().filter_map(|idx| idx.checked_sub(1));
            let after = group.sections.iter().map(|idx| idx + 1).filter(|&idx| idx < views.len());
            let own = group.sections.first().map(|&idx| views[idx].group);
            group.usual_neighbours = [usual(before, views, own), usual(after, views, own)];
        }
        let mut returning: Vec<usize> = (0..n_groups).filter(|&group| groups[group].returns()).collect();
        returning.sort_by_key(|&group| groups[group].sections[0]);
        let alone = |idx: &usize| groups[views[*idx].group].is_alone();
        let mut lengths: Vec<f32> = views.iter().map(|view| view.seconds).collect();
        lengths.sort_by(f32::total_cmp);
        let middle = lengths.len() / 2;
        let median = match lengths.len() {
            0 => USUAL_SECONDS,
            n if n.is_multiple_of(2) => f32::midpoint(lengths[middle - 1], lengths[middle]),
            _ => lengths[middle],
        };
        Self {
            views,
            alone: [(0..views.len()).find(alone), (0..views.len()).rfind(alone)],
            seconds,
            median: median.max(1e-3),
            most: groups.iter().map(|group| group.sections.len()).max().unwrap_or(0),
            most_time: returning
                .iter()
                .copied()
                .rev()
                .max_by(|&a, &b| groups[a].seconds.total_cmp(&groups[b].seconds)),
            returning,
            groups,
        }
    }

    fn features(&self, idx: usize) -> [f32; FORM_FEATURES.len()] {
        let view = &self.views[idx];
        let group = &self.groups[view.group];
        let n = self.views.len();
        let seconds = log_seconds(view.seconds);
        let relative = (view.seconds / self.median).max(0.15).ln().clamp(-1.5, 1.5);
        let place = view.place + view.seconds / self.seconds / 2.0;
        let late = (place - 0.6).max(0.0) * 2.5;
        let middle = 1.0 - ((place - MIDDLE) / MIDDLE_REACH).abs().min(1.5);
        let (first, last) = (flag(idx == 0), flag(idx + 1 == n));
        let alone = flag(group.is_alone());
        let pass = group.sections.iter().position(|&other| other == idx).unwrap_or(0);
        let others = group.sections.len().saturating_sub(1);
        let in_a_row = group.sections.windows(2).filter(|pair| pair[0] + 1 == pair[1]).count();
        let rank = self.returning.iter().position(|&other| other == view.group);
        let is_rank = |wanted: usize| flag(rank == Some(wanted));
        let commonest = flag(group.sections.len() == self.most && self.most > 1);
        let of = |view: Option<&SectionView>| view.map(|view| view.group);
        let previous = of(idx.checked_sub(1).and_then(|idx| self.views.get(idx)));
        let next = of(self.views.get(idx + 1));
        let is_own = |other: Option<usize>| flag(other == Some(view.group));
        let is_ranked = |other: Option<usize>, rank: usize| {
            flag(other.is_some() && other == self.returning.get(rank).copied() && other != Some(view.group))
        };
        let is_alone = |other: Option<usize>| other.is_some_and(|other| self.groups[other].is_alone());
        let starts = flag(self.views.first().map(|first| first.group) == Some(view.group));
        let ends = flag(self.views.last().map(|last| last.group) == Some(view.group));
        let bars = |range: std::ops::RangeInclusive<usize>| flag(range.contains(&view.bars));
        let returning: f32 = self.returning.iter().map(|&group| self.groups[group].seconds).sum();
        let n_returning = self.returning.len();
        let n_groups = self.groups.iter().filter(|group| !group.sections.is_empty()).count();
        let largest = self.groups.iter().map(|other| other.seconds).fold(0.0, f32::max);
        let short = flag(view.seconds < 16.0);
        [
            1.0,
            seconds,
            flag(view.seconds < 10.0),
            short,
            flag(view.seconds > 30.0),
            relative,
            flag(view.seconds < 0.6 * self.median),
            flag(view.seconds > 1.7 * self.median),
            bars(1..=4),
            bars(7..=9),
            bars(11..=13),
            bars(15..=17),
            flag(!view.bars.is_multiple_of(4)),
            place,
            place * place,
            (0.25 - place).max(0.0) * 4.0,
            late,
            middle,
            seconds * place,
            first,
            flag(idx == 1),
            flag(idx == 2),
            last,
            flag(idx + 2 == n),
            flag(idx + 3 == n),
            log_mean(group),
            group.seconds / self.seconds,
            group.span[0],
            group.span[1],
            starts,
            ends,
            ends * flag(group.returns()),
            others.min(4) as f32 / 2.0,
            in_a_row.min(3) as f32 / 2.0,
            commonest,
            flag(self.most_time == Some(view.group)),
            is_rank(0),
            is_rank(1),
            is_rank(2),
            flag(rank.is_some_and(|rank| rank > 2)),
            is_rank(0) * seconds,
            is_rank(1) * seconds,
            group.usual_neighbours[0],
            group.usual_neighbours[1],
            flag(pass == 0),
            flag(pass == 0 && group.returns()),
            pass.min(3) as f32 / 2.0,
            pass as f32 / others.max(1) as f32,
            flag(group.returns() && pass == others),
            alone,
            alone * seconds,
            alone * middle,
            alone * late,
            flag(self.alone[0] == Some(idx)),
            flag(self.alone[1] == Some(idx)),
            alone * flag(next.is_some_and(|next| self.groups[next].returns())),
            is_own(previous),
            is_own(next),
            flag(previous.is_some() && previous == next && next != Some(view.group)),
            flag(is_alone(previous)),
            flag(is_alone(next)),
            is_ranked(previous, 0),
            is_ranked(previous, 1),
            is_ranked(next, 0),
            is_ranked(next, 1),
            first * alone,
            first * seconds,
            first * short,
            first * commonest,
            last * alone,
            last * seconds,
            last * starts * flag(idx > 0),
            n.min(20) as f32 / 10.0 - 1.0,
            n_groups.min(10) as f32 / 5.0 - 1.0,
            n_returning.min(4) as f32 / 2.0,
            flag(n_returning == 0),
            flag(n_returning == 1),
            if n_returning > 1 { returning / self.seconds } else { 0.0 },
            largest / self.seconds,
        ]
    }
}

/// Mean length of the sections of a group on a logarithmic scale.
fn log_mean(group: &Group) -> f32 {
    (group.seconds / group.sections.len().max(1) as f32).max(1.0).ln() - USUAL_SECONDS.ln()
}

/// Of the groups of neighbouring sections other than `own`: the share of all but one that the commonest has.
fn usual(neighbours: impl Iterator<Item = usize>, views: &[SectionView], own: Option<usize>) -> f32 {
    let groups: Vec<usize> =
        neighbours.map(|idx| views[idx].group).filter(|group| Some(*group) != own).collect();
    let count = |group: &usize| groups.iter().filter(|other| *other == group).count();
    let most = groups.iter().map(count).max().unwrap_or(0);
    if groups.len() > 1 { (most - 1) as f32 / (groups.len() - 1) as f32 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The features of sections of 20 seconds, given as letters of their groups.
    fn of(letters: &str) -> Vec<[f32; FORM_FEATURES.len()]> {
        let n = letters.len() as f32;
        let view = |(idx, letter): (usize, u8)| SectionView {
            group: usize::from(letter - b'A'),
            seconds: 20.0,
            bars: 8,
            place: idx as f32 / n,
            ..SectionView::default()
        };
        form_features(&letters.bytes().enumerate().map(view).collect::<Vec<_>>())
    }

    fn values(letters: &str, name: &str) -> Vec<f32> {
        let at = FORM_FEATURES.iter().position(|other| *other == name).expect("it has that name");
        of(letters).iter().map(|row| row[at]).collect()
    }

    #[test]
    fn features_have_the_names_of_what_they_say() {
        let song = "ABCBCDCE";
        assert_eq!(values(song, "bars_8"), [1.0; 8]);
        assert_eq!(values(song, "first_returning"), [0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(values(song, "second_returning"), [0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0]);
        assert_eq!(values(song, "alone_first"), [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(values(song, "alone_before_returning"), [1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
        assert_eq!(values(song, "between_same"), [0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0]);
        assert_eq!(values(song, "last_pass"), [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0]);
        assert_eq!(values(song, "last_alone").last(), Some(&1.0));
        assert_eq!(values(song, "song_returning_groups"), [1.0; 8]);
        assert_eq!(values("ABA", "last_like_first"), [0.0, 0.0, 1.0]);
    }

    #[test]
    fn what_a_group_usually_follows_is_seen() {
        // C follows B all the time, D follows anything.
        let song = "ABCDBCBCEDBC";
        let leads = values(song, "lead_common");
        assert_eq!((leads[2], leads[3]), (1.0, 0.0));
        assert!(of("").is_empty());
        assert!(of("A")[0].iter().all(|x| x.is_finite()));
    }
}
