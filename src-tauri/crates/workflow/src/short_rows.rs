//! Rows as a page carries them to the window: a page is never more than 64 KiB, however long the
//! texts of a report are. Whoever opens a row asks for the whole of it.

use crate::dto::{FindingRow, PackageRow, TestChange, TestRow};
use serde::Serialize;

/// The most bytes of a row in a page.
const ROW: usize = 1024;
/// Characters to which the texts of a row are cut, until it fits.
const CUTS: [usize; 4] = [300, 100, 30, 8];
/// Platforms, reports and licences that a row of a page names.
const NAMED: usize = 4;

/// A row whose texts are a report's.
pub(crate) trait Row: Serialize {
    /// Leaves out what a page never shows.
    fn trim(&mut self) {}
    /// Cuts each text to so many characters.
    fn cut(&mut self, most: usize);
}

impl Row for TestRow {
    fn trim(&mut self) {
        self.detail = None;
    }

    fn cut(&mut self, most: usize) {
        let texts = [&mut self.suite, &mut self.name];
        cut(texts.into_iter().chain(&mut self.message), most);
    }
}

impl Row for FindingRow {
    fn trim(&mut self) {
        self.platforms.truncate(NAMED);
        self.evidence.truncate(NAMED);
        self.lines.truncate(NAMED);
    }

    fn cut(&mut self, most: usize) {
        let texts = [&mut self.id, &mut self.package, &mut self.installed];
        let more = [&mut self.fixed, &mut self.title, &mut self.status];
        let texts = texts.into_iter().chain(more.into_iter().flatten());
        cut(texts.chain(&mut self.platforms), most);
        // A part of an address is another address.
        self.url.take_if(|url| url.chars().nth(most).is_some());
    }
}

impl Row for TestChange {
    fn cut(&mut self, most: usize) {
        let texts = [&mut self.suite, &mut self.name];
        cut(texts.into_iter().chain(&mut self.message), most);
    }
}

impl Row for PackageRow {
    fn trim(&mut self) {
        self.platforms.truncate(NAMED);
        self.licences.truncate(NAMED);
    }

    fn cut(&mut self, most: usize) {
        let texts = [&mut self.name, &mut self.ecosystem];
        let more = self.before.iter_mut().chain(&mut self.version);
        let lists = self.platforms.iter_mut().chain(&mut self.licences);
        cut(texts.into_iter().chain(more).chain(lists), most);
    }
}

/// A row whose texts are cut until it is short enough.
pub(crate) fn short<R: Row>(mut row: R) -> R {
    row.trim();
    for most in CUTS {
        row.cut(most);
        let length = serde_json::to_vec(&row).map_or(0, |text| text.len());
        if length <= ROW {
            break;
        }
    }
    row
}

fn cut<'t>(texts: impl Iterator<Item = &'t mut String>, most: usize) {
    for text in texts {
        if let Some((at, _)) = text.char_indices().nth(most) {
            text.truncate(at);
            text.push('…');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long(character: char) -> String {
        character.to_string().repeat(5_000)
    }

    fn bytes(row: &impl Serialize) -> usize {
        serde_json::to_vec(row).unwrap().len()
    }

    #[test]
    fn a_row_of_any_texts_is_short_enough_for_a_page_of_sixty() {
        for character in ['x', '\u{1}', '\u{202e}', '"', '𝕏'] {
            let text = || long(character);
            let package = PackageRow {
                name: text(),
                ecosystem: text(),
                before: Some(text()),
                version: Some(text()),
                change: None,
                platforms: vec![text(); 40],
                licences: vec![text(); 40],
                evidence: "sha256:".to_owned() + &"0".repeat(64),
                line: Some(u64::MAX),
            };
            assert!(bytes(&short(package)) <= ROW, "{character:?}");
        }
    }

    #[test]
    fn an_address_is_whole_or_not_there() {
        let finding = |url: String| FindingRow {
            url: Some(url),
            ..FindingRow::default()
        };
        let kept = short(finding("https://example.com/CVE-1".into()));
        assert_eq!(kept.url.as_deref(), Some("https://example.com/CVE-1"));
        let url = format!("https://example.com/{}", long('x'));
        assert_eq!(short(finding(url)).url, None);
    }
}
