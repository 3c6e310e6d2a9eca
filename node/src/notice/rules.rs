//! What holds at a place, why somebody is told of a message, and whether it may disturb.

use std::collections::HashMap;

use folkmoot_core::ids::{ChannelId, ServerId};
use folkmoot_ledger::{NoticeLevel, NoticePlace, NoticeReason, NoticeSettings, QuietHours};

use super::holds;

/// Minutes of a day.
const DAY_MINUTES: i64 = 24 * 60;

/// Everything that was set, by place.
pub type Settings = HashMap<NoticePlace, NoticeSettings>;

/// A message as the rules see it.
#[derive(Clone, Copy, Debug)]
pub struct Heard<'a> {
    /// Its text.
    pub text: &'a str,
    /// Whether it names one.
    pub names_me: bool,
    /// Whether it answers a message of one's own.
    pub answers_me: bool,
}

/// What holds at a place, with what was set around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effective {
    /// Which messages are told.
    pub level: NoticeLevel,
    /// Whether the channel stays silent.
    pub muted: bool,
    /// Words one is told of.
    pub keywords: Vec<String>,
    /// When nothing disturbs.
    pub quiet: Option<QuietHours>,
}

impl Effective {
    /// What holds in a channel, in a server, or where neither is named. In a `public` server not every message is told, unless
    /// something was set.
    #[must_use]
    pub fn at(settings: &Settings, server: Option<ServerId>, channel: Option<ChannelId>, public: bool) -> Self {
        // The nearest first.
        let places = channel
            .map(NoticePlace::Channel)
            .into_iter()
            .chain(server.map(NoticePlace::Server))
            .chain([NoticePlace::Everywhere]);
        let held: Vec<&NoticeSettings> = places.filter_map(|place| settings.get(&place)).collect();
        let usual = if public { NoticeLevel::Mentions } else { NoticeLevel::All };
        let mut keywords: Vec<String> = held.iter().flat_map(|settings| &settings.keywords).cloned().collect();
        keywords.sort_unstable();
        keywords.dedup();
        Self {
            level: held.iter().find_map(|settings| settings.level).unwrap_or(usual),
            muted: held.iter().any(|settings| settings.muted),
            keywords,
            quiet: held.iter().find_map(|settings| settings.quiet),
        }
    }

    /// Why one is told of a message: the most personal reason there is.
    #[must_use]
    pub fn reason(&self, heard: Heard<'_>) -> NoticeReason {
        if heard.names_me {
            NoticeReason::Mention
        } else if heard.answers_me {
            NoticeReason::Reply
        } else if self.keywords.iter().any(|keyword| holds(heard.text, keyword)) {
            NoticeReason::Keyword
        } else {
            NoticeReason::Message
        }
    }

    /// Whether a message told for this reason may disturb now.
    #[must_use]
    pub fn may_disturb(&self, reason: NoticeReason, dnd: bool, now_ms: u64) -> bool {
        let personal = matches!(reason, NoticeReason::Mention | NoticeReason::Reply);
        let wanted = match self.level {
            NoticeLevel::All => true,
            NoticeLevel::Mentions => reason != NoticeReason::Message,
            NoticeLevel::Nothing => false,
        };
        wanted && (personal || !self.muted) && !dnd && !self.quiet.is_some_and(|quiet| contains(quiet, now_ms))
    }
}

/// Whether a moment lies within quiet hours. They may reach over midnight; equal ends are the whole day.
fn contains(quiet: QuietHours, now_ms: u64) -> bool {
    let minutes = i64::try_from(now_ms / 60_000).unwrap_or(0) + i64::from(quiet.utc_offset_minutes);
    let minute = minutes.rem_euclid(DAY_MINUTES);
    let (from, to) = (i64::from(quiet.from_minute), i64::from(quiet.to_minute));
    if from < to { (from..to).contains(&minute) } else { minute >= from || minute < to }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: ServerId = ServerId::new([1; 32]);
    const CHANNEL: ChannelId = ChannelId::new([2; 32]);
    const HOUR_MS: u64 = 3_600_000;

    fn plain(text: &str) -> Heard<'_> {
        Heard { text, names_me: false, answers_me: false }
    }

    fn level(level: NoticeLevel) -> NoticeSettings {
        NoticeSettings { level: Some(level), ..NoticeSettings::default() }
    }

    fn at(settings: &Settings) -> Effective {
        Effective::at(settings, Some(SERVER), Some(CHANNEL), false)
    }

    #[test]
    fn nearest_place_decides_and_keywords_add_up() {
        let mut settings = Settings::new();
        assert_eq!(at(&settings).level, NoticeLevel::All);
        assert_eq!(Effective::at(&settings, Some(SERVER), None, true).level, NoticeLevel::Mentions);
        let night = QuietHours { from_minute: 1320, to_minute: 420, utc_offset_minutes: 0 };
        let everywhere = NoticeSettings {
            level: Some(NoticeLevel::Nothing),
            keywords: vec!["tea".into()],
            quiet: Some(night),
            ..NoticeSettings::default()
        };
        settings.insert(NoticePlace::Everywhere, everywhere);
        assert_eq!(at(&settings).level, NoticeLevel::Nothing);
        settings.insert(NoticePlace::Server(SERVER), level(NoticeLevel::Mentions));
        assert_eq!(at(&settings).level, NoticeLevel::Mentions);
        let channel = NoticeSettings { keywords: vec!["kettle".into(), "tea".into()], ..level(NoticeLevel::All) };
        settings.insert(NoticePlace::Channel(CHANNEL), channel);
        let effective = at(&settings);
        assert_eq!(effective.level, NoticeLevel::All);
        assert_eq!(effective.keywords, ["kettle", "tea"]);
        assert_eq!(effective.quiet, Some(night));
    }

    #[test]
    fn the_most_personal_reason_is_told() {
        let settings = Settings::from([(
            NoticePlace::Everywhere,
            NoticeSettings { keywords: vec!["tea".into()], ..NoticeSettings::default() },
        )]);
        let effective = at(&settings);
        let named = Heard { text: "tea", names_me: true, answers_me: true };
        assert_eq!(effective.reason(named), NoticeReason::Mention);
        assert_eq!(effective.reason(Heard { names_me: false, ..named }), NoticeReason::Reply);
        assert_eq!(effective.reason(plain("tea?")), NoticeReason::Keyword);
        assert_eq!(effective.reason(plain("coffee?")), NoticeReason::Message);
    }

    #[test]
    fn level_mute_quiet_hours_and_status_say_what_may_disturb() {
        use NoticeReason::{Keyword, Mention, Message, Reply};
        let effective = |level, muted| Effective { level, muted, keywords: Vec::new(), quiet: None };
        let raised = |effective: &Effective| {
            [Mention, Reply, Keyword, Message].map(|reason| effective.may_disturb(reason, false, 0))
        };
        assert_eq!(raised(&effective(NoticeLevel::All, false)), [true; 4]);
        assert_eq!(raised(&effective(NoticeLevel::Mentions, false)), [true, true, true, false]);
        assert_eq!(raised(&effective(NoticeLevel::Nothing, false)), [false; 4]);
        assert_eq!(raised(&effective(NoticeLevel::All, true)), [true, true, false, false]);
        assert!(!effective(NoticeLevel::All, false).may_disturb(Mention, true, 0), "not to be disturbed");
        let always = QuietHours { from_minute: 0, to_minute: 0, utc_offset_minutes: 0 };
        let quiet = Effective { quiet: Some(always), ..effective(NoticeLevel::All, false) };
        assert_eq!(raised(&quiet), [false; 4]);
    }

    #[test]
    fn quiet_hours_reach_over_midnight_and_follow_the_clock_on_the_wall() {
        let night = QuietHours { from_minute: 22 * 60, to_minute: 7 * 60, utc_offset_minutes: 0 };
        for (hour, quiet) in [(21, false), (22, true), (0, true), (6, true), (7, false), (12, false)] {
            assert_eq!(contains(night, hour * HOUR_MS), quiet, "{hour} o'clock");
        }
        let east = QuietHours { utc_offset_minutes: 120, ..night };
        assert!(contains(east, 20 * HOUR_MS) && !contains(east, 5 * HOUR_MS));
        let west = QuietHours { utc_offset_minutes: -120, ..night };
        assert!(contains(west, HOUR_MS) && !contains(west, 22 * HOUR_MS));
        let noon = QuietHours { from_minute: 12 * 60, to_minute: 13 * 60, utc_offset_minutes: 0 };
        assert!(contains(noon, 12 * HOUR_MS) && !contains(noon, 13 * HOUR_MS));
        let always = QuietHours { from_minute: 5, to_minute: 5, utc_offset_minutes: 0 };
        assert!(contains(always, 0) && contains(always, 5 * HOUR_MS));
    }
}
