//! What the sound says of a section's function: loud, bright, dense, sung, against its song and its neighbours.
//!
//! All of it is 0 of a section that sounds like its song and is found as surely as others, so that forms without
//! sound can be learned from.

use crate::structure::labels::form::{flag, log_seconds};
use crate::structure::labels::view::SectionView;

/// Names of the features of a section's sound, in the order of [`sound_features`].
pub(in crate::structure) const SOUND_FEATURES: [&str; 46] = [
    // The section.
    "level",
    "brightness",
    "density",
    "drums",
    "bass",
    "voice",
    "rise",
    "tail",
    "boundary",
    "next_boundary",
    // Its group.
    "group_lift",
    "group_level",
    "group_density",
    "group_voice",
    "rank",
    "loudest_returning",
    "quietest_returning",
    "most_sung_returning",
    // What is beside it.
    "previous_lift",
    "previous_level",
    "previous_density",
    "previous_drums",
    "previous_voice",
    "previous_loudest",
    "next_lift",
    "next_level",
    "next_density",
    "next_drums",
    "next_voice",
    "next_loudest",
    "thinner_than_both",
    "louder_than_both",
    // Where its group is heard once, and at the ends of the song.
    "alone_lift",
    "alone_voice",
    "first_lift",
    "first_voice",
    "first_next_level",
    "last_lift",
    "last_voice",
    "last_tail",
    "song_spread",
    // Where it is long, and where it returns.
    "seconds_voice",
    "seconds_lift",
    "pass_lift",
    "commonest_lift",
    "late_lift",
];

/// Probability of a boundary as those that are found have it on the whole.
pub(in crate::structure) const USUAL_BOUNDARY: f32 = 0.75;

/// Level, brightness and density together: more of a chorus.
fn lift(view: &SectionView) -> f32 {
    (view.level / 2.5 + view.brightness / 0.3 + view.density / 0.3).clamp(-6.0, 6.0) / 3.0
}

/// Means over the sections of a group, weighted by time.
#[derive(Debug, Clone, Copy, Default)]
struct Group {
    n_sections: usize,
    seconds: f32,
    lift: f32,
    level: f32,
    density: f32,
    voice: f32,
}

impl Group {
    fn add(&mut self, view: &SectionView) {
        self.n_sections += 1;
        self.seconds += view.seconds;
        self.lift += view.seconds * lift(view);
        self.level += view.seconds * view.level;
        self.density += view.seconds * view.density;
        self.voice += view.seconds * view.voice;
    }

    fn finish(&mut self) {
        let seconds = self.seconds.max(1e-3);
        for sum in [&mut self.lift, &mut self.level, &mut self.density, &mut self.voice] {
            *sum /= seconds;
        }
    }
}

/// What is heard of the whole song.
struct Song<'a> {
    views: &'a [SectionView],
    groups: Vec<Group>,
    seconds: f32,
    /// Of the groups that return: that with most lift, with least, with most voice.
    loudest: Option<usize>,
    quietest: Option<usize>,
    most_sung: Option<usize>,
    /// Groups that return.
    n_returning: usize,
    /// Most sections of a group.
    most: usize,
    /// Standard deviation of the sections' levels in dB.
    spread: f32,
}

/// Features of the sound of each of the sounding sections, which are given in order; bounded so that nothing
/// unheard-of decides alone. O(n²).
pub(in crate::structure) fn sound_features(views: &[SectionView]) -> Vec<[f32; SOUND_FEATURES.len()]> {
    let song = Song::new(views);
    (0..views.len()).map(|idx| song.features(idx)).collect()
}

impl<'a> Song<'a> {
    fn new(views: &'a [SectionView]) -> Self {
        let n_groups = views.iter().map(|view| view.group + 1).max().unwrap_or(0);
        let mut groups = vec![Group::default(); n_groups];
        views.iter().for_each(|view| groups[view.group].add(view));
        groups.iter_mut().for_each(Group::finish);
        let seconds = groups.iter().map(|group| group.seconds).sum::<f32>().max(1e-3);
        let returning = || groups.iter().enumerate().filter(|(_, group)| group.n_sections > 1);
        let most = |value: fn(&Group) -> f32| {
            returning().max_by(|a, b| value(a.1).total_cmp(&value(b.1))).map(|(group, _)| group)
        };
        let spread =
            (views.iter().map(|view| view.seconds * view.level * view.level).sum::<f32>() / seconds).sqrt();
        Self {
            views,
            seconds,
            loudest: most(|group| group.lift),
            quietest: most(|group| -group.lift),
            most_sung: most(|group| group.voice),
            n_returning: returning().count(),
            most: groups.iter().map(|group| group.n_sections).max().unwrap_or(0),
            spread,
            groups,
        }
    }

    fn features(&self, idx: usize) -> [f32; SOUND_FEATURES.len()] {
        let view = &self.views[idx];
        let group = &self.groups[view.group];
        let own = lift(view);
        let previous = idx.checked_sub(1).map(|i| &self.views[i]);
        let next = self.views.get(idx + 1);
        let against = |other: Option<&SectionView>, value: fn(&SectionView) -> f32, unit: f32| {
            other.map_or(0.0, |other| ((value(other) - value(view)) / unit).clamp(-2.0, 2.0))
        };
        let in_loudest = |other: Option<&SectionView>| {
            flag(self.loudest.is_some() && other.map(|other| other.group) == self.loudest)
        };
        let (first, last) = (flag(idx == 0), flag(idx + 1 == self.views.len()));
        let is_inner = flag(idx > 0 && next.is_some());
        let alone = flag(group.n_sections == 1);
        let levels = [against(previous, |v| v.level, 4.0), against(next, |v| v.level, 4.0)];
        let below: f32 =
            self.groups.iter().filter(|other| other.lift < group.lift).map(|other| other.seconds).sum();
        let rank = (below + group.seconds / 2.0) / self.seconds - 0.5;
        let voice = (view.voice / 1.5).clamp(-1.5, 1.5);
        let tail = (view.tail / 6.0).clamp(-1.5, 1.5);
        let seconds = log_seconds(view.seconds);
        let pass = self.views[..idx].iter().filter(|other| other.group == view.group).count();
        let place = view.place + view.seconds / self.seconds / 2.0;
        [
            (view.level / 4.0).clamp(-2.0, 2.0),
            (view.brightness / 0.5).clamp(-2.0, 2.0),
            (view.density / 0.5).clamp(-2.0, 2.0),
            (view.drums / 0.7).clamp(-2.0, 2.0),
            (view.bass / 8.0).clamp(-2.0, 2.0),
            voice,
            (view.rise / 3.0).clamp(-1.5, 1.5),
            tail,
            view.boundary - USUAL_BOUNDARY,
            next.map_or(0.0, |next| next.boundary - USUAL_BOUNDARY),
            group.lift,
            (group.level / 4.0).clamp(-2.0, 2.0),
            (group.density / 0.5).clamp(-2.0, 2.0),
            (group.voice / 1.5).clamp(-1.5, 1.5),
            rank,
            in_loudest(Some(view)),
            flag(self.quietest == Some(view.group) && self.n_returning > 1),
            flag(self.most_sung == Some(view.group)),
            against(previous, lift, 1.0),
            levels[0],
            against(previous, |v| v.density, 0.5),
            against(previous, |v| v.drums, 0.7),
            against(previous, |v| v.voice, 1.5),
            in_loudest(previous),
            against(next, lift, 1.0),
            levels[1],
            against(next, |v| v.density, 0.5),
            against(next, |v| v.drums, 0.7),
            against(next, |v| v.voice, 1.5),
            in_loudest(next),
            is_inner * levels[0].min(levels[1]).max(0.0),
            is_inner * (-levels[0].max(levels[1])).max(0.0),
            alone * own,
            alone * voice,
            first * own,
            first * voice,
            first * levels[1],
            last * own,
            last * voice,
            last * tail,
            (self.spread / 4.0).min(2.0),
            seconds * voice,
            seconds * own,
            pass.min(3) as f32 / 2.0 * own,
            flag(group.n_sections == self.most && self.most > 1) * own,
            (place - 0.6).max(0.0) * 2.5 * own,
        ]
    }
}
