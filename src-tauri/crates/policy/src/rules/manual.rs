//! `[[stage.<name>.manual]]`: what a person looks at and ticks, with a note and, where asked, a
//! file. A tick is a signed statement that hangs on the image as any other evidence.

use super::{Rule, signed::fits, view::View};
use crate::{
    Check,
    CheckVerdict::{Fail, Pass},
    Item, Signer, Voucher,
    when::{When, rule},
    words,
};

rule! {
    /// A check that a person makes.
    pub struct ManualRule {
        /// Its name, in small letters, such as `smoke-test`.
        #[serde(deserialize_with = "name")]
        pub check: String,
        /// What is to be looked at, in words.
        pub title: String,
        /// Whether a file belongs to it.
        #[serde(default)]
        pub file: bool,
        /// Who may tick it: `member`, `role:qa` or `member:ada`.
        #[serde(default)]
        pub by: Signer,
    }
}

pub(super) fn name<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name: String = serde::Deserialize::deserialize(deserializer)?;
    let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    match (1..=60).contains(&name.len()) && name.chars().all(known) {
        true => Ok(name),
        false => Err(serde::de::Error::custom(
            "a name is made of small letters, digits and hyphens",
        )),
    }
}

impl Rule for ManualRule {
    fn when(&self) -> When {
        self.when()
    }

    fn in_words(&self) -> String {
        let file = if self.file { ", with a file" } else { "" };
        format!("A person ticks “{}”{file}", words::shown(&self.title, 120))
    }

    fn judge(&self, view: &View<'_>) -> Check {
        let rule = format!("manual-{}", self.check);
        let title = words::shown(&self.title, 120);
        let is_tick =
            |item: &&Item<'_>| item.manual().is_some_and(|tick| *tick.check == *self.check);
        let ticks: Vec<&Item<'_>> = view
            .facts
            .evidence
            .iter()
            .filter(is_tick)
            .filter(|item| item.counts())
            .collect();
        let signed = |item: &&&Item<'_>| fits(&item.voucher, &self.by);
        let Some(tick) = ticks
            .iter()
            .filter(signed)
            .max_by_key(|item| item.report.produced_at)
        else {
            let reason = match ticks.is_empty() {
                true => format!(
                    "Nobody has ticked it: `hallmark tick IMAGE --check {} -m NOTE`.",
                    self.check
                ),
                false => "It is ticked, but not signed by whom this is asked of.".to_owned(),
            };
            return view.check(rule, title, Fail, reason, &ticks);
        };
        let by = match &tick.voucher {
            Voucher::Signed { member, .. } => words::shown(member, 80),
            _ => "somebody".to_owned(),
        };
        let said = tick
            .manual()
            .map(|tick| (words::shown(&tick.note, 200), tick.file.is_some()));
        let (note, file) = said.unwrap_or_default();
        let (verdict, reason) = match self.file && !file {
            true => (
                Fail,
                format!("{by} ticked it without the file that is asked for: {note}"),
            ),
            false => (Pass, format!("{by} ticked it: {note}")),
        };
        view.check(rule, title, verdict, reason, &[*tick])
    }
}
