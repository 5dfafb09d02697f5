//! `[stage.<name>.evidence_age]` and `[stage.<name>.image_age]`: how old reports and the image
//! itself may be.

use super::{Rule, view::View};
use crate::{
    Check,
    CheckVerdict::{Fail, Pass},
    Item,
    when::{When, rule},
    words,
};
use hallmark_evidence::{CLOCK_TOLERANCE, Kind};
use jiff::Timestamp;

const SECONDS_A_DAY: i64 = 24 * 60 * 60;

rule! {
    /// How old reports may be.
    pub struct EvidenceAgeRule {
        /// Days of 24 hours.
        pub max_days: u32,
        /// Of these kinds; empty: of all that count.
        #[serde(default)]
        pub kinds: Vec<Kind>,
    }
}

rule! {
    /// How old the image may be.
    pub struct ImageAgeRule {
        /// Days of 24 hours.
        pub max_days: u32,
    }
}

impl Rule for EvidenceAgeRule {
    fn when(&self) -> When {
        self.when()
    }

    fn in_words(&self) -> String {
        let days = words::counted(self.max_days.into(), "day", "days");
        match self.kinds.as_slice() {
            [] => format!("No evidence is older than {days}"),
            kinds => {
                let kinds: Vec<&str> = kinds.iter().map(|kind| words::noun(*kind)).collect();
                format!("No {} is older than {days}", kinds.join(" or "))
            }
        }
    }

    fn judge(&self, view: &View<'_>) -> Check {
        let days = words::counted(self.max_days.into(), "day", "days");
        let (rule, title) = ("evidence-fresh", format!("Evidence is at most {days} old"));
        let wanted = |item: &&Item<'_>| {
            item.counts()
                && item.has_substance()
                && (self.kinds.is_empty() || self.kinds.contains(&item.report.kind))
        };
        let read: Vec<&Item<'_>> = view.facts.evidence.iter().filter(wanted).collect();
        if read.is_empty() {
            let reason = "No evidence that this is asked of counts for this image.";
            return view.check(rule, title, Fail, reason, &read);
        }
        let now = view.facts.now;
        let old = |item: &&Item<'_>| {
            let why = too_old(item.report.produced_at, now, self.max_days)?;
            Some(format!("{} {why}", words::shown(item.name, 80)))
        };
        let wrong: Vec<String> = read.iter().filter_map(old).collect();
        let (verdict, reason) = match wrong.len() {
            0 => (
                Pass,
                format!(
                    "{} at most {days} old.",
                    words::counted(read.len() as u64, "report is", "reports are")
                ),
            ),
            count => (
                Fail,
                format!(
                    "{}; the limit is {days}.",
                    words::first_of(&wrong, count as u64)
                ),
            ),
        };
        view.check(rule, title, verdict, reason, &read)
    }
}

impl Rule for ImageAgeRule {
    fn when(&self) -> When {
        self.when()
    }

    fn in_words(&self) -> String {
        let days = words::counted(self.max_days.into(), "day", "days");
        format!("The image was built at most {days} ago")
    }

    fn judge(&self, view: &View<'_>) -> Check {
        let days = words::counted(self.max_days.into(), "day", "days");
        let (rule, title) = ("image-fresh", format!("The image is at most {days} old"));
        let built = view.facts.about.created;
        let (verdict, reason) = match too_old(built, view.facts.now, self.max_days) {
            None => (
                Pass,
                format!("It was built {}.", ago(built, view.facts.now)),
            ),
            Some(_) if built.is_none() => {
                (Fail, "The image does not say when it was built.".to_owned())
            }
            Some(why) => (Fail, format!("The image {why}; the limit is {days}.")),
        };
        view.check(rule, title, verdict, reason, &[])
    }
}

/// What is wrong with a time, if anything is.
pub(super) fn too_old(time: Option<Timestamp>, now: Timestamp, limit: u32) -> Option<String> {
    let Some(time) = time else {
        return Some("does not say when it was made".to_owned());
    };
    if time.duration_since(now) > CLOCK_TOLERANCE {
        return Some("is dated in the future".to_owned());
    }
    let seconds = now.duration_since(time).as_secs();
    let days = seconds / SECONDS_A_DAY;
    let old = seconds > i64::from(limit) * SECONDS_A_DAY;
    let over = if days == i64::from(limit) {
        "a little over "
    } else {
        ""
    };
    old.then(|| {
        format!(
            "is {over}{} old",
            words::counted(days.unsigned_abs(), "day", "days")
        )
    })
}

/// How many days ago a time was, with a fraction; in the future: less than nought.
pub(super) fn days_old(time: Option<Timestamp>, now: Timestamp) -> Option<f64> {
    let seconds = now.duration_since(time?).as_secs_f64();
    Some(seconds / SECONDS_A_DAY as f64)
}

fn ago(time: Option<Timestamp>, now: Timestamp) -> String {
    let seconds = time.map_or(0, |time| now.duration_since(time).as_secs().max(0));
    match seconds / SECONDS_A_DAY {
        0 => "less than a day ago".to_owned(),
        days => format!("{} ago", words::counted(days.unsigned_abs(), "day", "days")),
    }
}
