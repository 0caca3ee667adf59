//! What speaks for a section's function: the section, its group, its neighbours, its place, the song.

use crate::structure::labels::view::SectionView;

/// Names of the features of a section, in the order of [`features_of`].
pub(in crate::structure) const LABEL_FEATURES: [&str; 66] = [
    "any",
    "level",
    "brightness",
    "density",
    "drums",
    "bass",
    "voice",
    "rise",
    "tail",
    "seconds",
    "under_10_s",
    "under_16_s",
    "over_30_s",
    "boundary",
    "group_lift",
    "group_level",
    "group_density",
    "group_voice",
    "group_seconds",
    "group_share",
    "group_first_place",
    "repeats",
    "alone",
    "rank",
    "loudest_returning",
    "quietest_returning",
    "commonest",
    "pass",
    "last_pass",
    "previous_lift",
    "previous_level",
    "previous_voice",
    "previous_same",
    "previous_loudest",
    "next_lift",
    "next_level",
    "next_voice",
    "next_same",
    "next_loudest",
    "next_boundary",
    "between_same",
    "thinner_than_both",
    "louder_than_both",
    "place",
    "late",
    "middle",
    "first",
    "first_alone",
    "first_lift",
    "first_voice",
    "first_seconds",
    "first_next_level",
    "first_commonest",
    "second",
    "last",
    "last_alone",
    "last_lift",
    "last_voice",
    "last_seconds",
    "last_tail",
    "last_like_first",
    "last_but_one",
    "song_contrast",
    "song_returning_groups",
    "song_largest_group",
    "song_spread",
];

/// Features of the sounding sections, bounded so that nothing unheard-of decides alone.
///
/// `views` are the sounding sections in order. O(n²).
pub(in crate::structure) fn features_of(views: &[SectionView]) -> Vec<[f32; LABEL_FEATURES.len()]> {
    let song = Song::new(views);
    (0..views.len()).map(|idx| song.features(views, idx)).collect()
}

/// Level, brightness and density together: more of a chorus.
fn lift(view: &SectionView) -> f32 {
    (view.level / 2.5 + view.brightness / 0.3 + view.density / 0.3).clamp(-6.0, 6.0) / 3.0
}

/// Means over the sections of a group, weighted by time.
#[derive(Debug, Clone, Copy)]
struct Group {
    n_sections: usize,
    seconds: f32,
    lift: f32,
    level: f32,
    density: f32,
    voice: f32,
    /// Place of the first.
    first: f32,
}

/// What is seen of the whole song.
struct Song {
    groups: Vec<Group>,
    seconds: f32,
    /// Group that returns and has most lift; that has least.
    loudest: Option<usize>,
    quietest: Option<usize>,
    /// Most sections of a group.
    most: usize,
    n_returning: usize,
    /// Share of time of groups that return.
    returning: f32,
    /// Standard deviation of the sections' levels in dB.
    spread: f32,
}

impl Song {
    fn new(views: &[SectionView]) -> Self {
        let n_groups = views.iter().map(|view| view.group + 1).max().unwrap_or(0);
        let mut groups = vec![
            Group {
                n_sections: 0,
                seconds: 0.0,
                lift: 0.0,
                level: 0.0,
                density: 0.0,
                voice: 0.0,
                first: 1.0
            };
            n_groups
        ];
        for view in views {
            let group = &mut groups[view.group];
            group.n_sections += 1;
            group.seconds += view.seconds;
            group.lift += view.seconds * lift(view);
            group.level += view.seconds * view.level;
            group.density += view.seconds * view.density;
            group.voice += view.seconds * view.voice;
            group.first = group.first.min(view.place);
        }
        for group in &mut groups {
            let seconds = group.seconds.max(1e-3);
            for sum in [&mut group.lift, &mut group.level, &mut group.density, &mut group.voice] {
                *sum /= seconds;
            }
        }
        let seconds = groups.iter().map(|group| group.seconds).sum::<f32>().max(1e-3);
        let returning = || groups.iter().enumerate().filter(|(_, group)| group.n_sections > 1);
        let by_lift = |a: &(usize, &Group), b: &(usize, &Group)| a.1.lift.total_cmp(&b.1.lift);
        let spread =
            (views.iter().map(|view| view.seconds * view.level * view.level).sum::<f32>() / seconds).sqrt();
        Self {
            seconds,
            loudest: returning().max_by(by_lift).map(|(group, _)| group),
            quietest: returning().min_by(by_lift).map(|(group, _)| group),
            most: groups.iter().map(|group| group.n_sections).max().unwrap_or(0),
            n_returning: returning().count(),
            returning: returning().map(|(_, group)| group.seconds).sum::<f32>() / seconds,
            spread,
            groups,
        }
    }

    fn features(&self, views: &[SectionView], idx: usize) -> [f32; LABEL_FEATURES.len()] {
        let flag = |yes: bool| f32::from(u8::from(yes));
        let view = &views[idx];
        let group = &self.groups[view.group];
        let own = lift(view);
        let previous = idx.checked_sub(1).map(|i| &views[i]);
        let next = views.get(idx + 1);
        let against = |other: Option<&SectionView>, value: fn(&SectionView) -> f32, unit: f32| {
            other.map_or(0.0, |other| ((value(other) - value(view)) / unit).clamp(-2.0, 2.0))
        };
        let same = |other: Option<&SectionView>| flag(other.is_some_and(|other| other.group == view.group));
        let in_loudest = |other: Option<&SectionView>| {
            flag(self.loudest.is_some() && other.map(|other| other.group) == self.loudest)
        };
        let (first, last) = (flag(idx == 0), flag(idx + 1 == views.len()));
        let (is_inner, alone) = (idx > 0 && next.is_some(), flag(group.n_sections == 1));
        let levels = [against(previous, |v| v.level, 4.0), against(next, |v| v.level, 4.0)];
        let long = (view.seconds.max(1.0) / 18.0).ln().clamp(-2.0, 2.0);
        let below: f32 =
            self.groups.iter().filter(|other| other.lift < group.lift).map(|other| other.seconds).sum();
        let rank = (below + group.seconds / 2.0) / self.seconds - 0.5;
        let commonest = flag(group.n_sections == self.most && self.most > 1);
        let pass = views[..idx].iter().filter(|other| other.group == view.group).count();
        let between =
            flag(is_inner && previous.map(|v| v.group) == next.map(|v| v.group) && same(next) == 0.0);
        let voice = (view.voice / 1.5).clamp(-1.5, 1.5);
        let place = view.place + view.seconds / self.seconds / 2.0;
        let largest = self.groups.iter().map(|other| other.seconds).fold(0.0, f32::max) / self.seconds;
        [
            1.0,
            (view.level / 4.0).clamp(-2.0, 2.0),
            (view.brightness / 0.5).clamp(-2.0, 2.0),
            (view.density / 0.5).clamp(-2.0, 2.0),
            (view.drums / 0.7).clamp(-2.0, 2.0),
            (view.bass / 8.0).clamp(-2.0, 2.0),
            voice,
            (view.rise / 3.0).clamp(-1.5, 1.5),
            (view.tail / 6.0).clamp(-1.5, 1.5),
            long,
            flag(view.seconds < 10.0),
            flag(view.seconds < 16.0),
            flag(view.seconds > 30.0),
            view.boundary,
            group.lift,
            (group.level / 4.0).clamp(-2.0, 2.0),
            (group.density / 0.5).clamp(-2.0, 2.0),
            (group.voice / 1.5).clamp(-1.5, 1.5),
            (group.seconds / group.n_sections.max(1) as f32).max(1.0).ln() - 18f32.ln(),
            group.seconds / self.seconds,
            group.first,
            group.n_sections.saturating_sub(1).min(4) as f32 / 2.0,
            alone,
            rank,
            in_loudest(Some(view)),
            flag(self.quietest == Some(view.group) && self.n_returning > 1),
            commonest,
            pass.min(3) as f32 / 2.0,
            flag(group.n_sections > 1 && pass + 1 == group.n_sections),
            against(previous, lift, 1.0),
            levels[0],
            against(previous, |v| v.voice, 1.5),
            same(previous),
            in_loudest(previous),
            against(next, lift, 1.0),
            levels[1],
            against(next, |v| v.voice, 1.5),
            same(next),
            in_loudest(next),
            next.map_or(1.0, |next| next.boundary),
            between,
            flag(is_inner) * levels[0].min(levels[1]).max(0.0),
            flag(is_inner) * (-levels[0].max(levels[1])).max(0.0),
            place,
            (place - 0.6).max(0.0) * 2.5,
            1.0 - ((place - 0.62) / 0.25).abs().min(1.5),
            first,
            first * alone,
            first * own,
            first * voice,
            first * long,
            first * levels[1],
            first * commonest,
            flag(idx == 1),
            last,
            last * alone,
            last * own,
            last * voice,
            last * long,
            last * (view.tail / 6.0).clamp(-1.5, 1.5),
            last * flag(idx > 0 && views[0].group == view.group),
            flag(idx + 2 == views.len()),
            if self.n_returning > 1 { self.returning } else { 0.0 },
            self.n_returning.min(4) as f32 / 2.0,
            largest,
            (self.spread / 4.0).min(2.0),
        ]
    }
}
