//! A page of human output: sentences, labelled facts and aligned tables.
//!
//! Every line is made safe as it is added, so that no foreign text reaches the terminal as
//! anything but text. There are no colours: the words carry the meaning.

use crate::text::plain;
use unicode_width::UnicodeWidthStr;

/// Lines of human output.
#[derive(Clone, Debug, Default)]
pub struct Page {
    lines: Vec<String>,
}

impl Page {
    /// An empty page.
    pub fn new() -> Self {
        Self::default()
    }

    /// A page of one sentence.
    pub fn of(sentence: impl AsRef<str>) -> Self {
        let mut page = Self::new();
        page.line(sentence);
        page
    }

    /// Adds one line.
    pub fn line(&mut self, text: impl AsRef<str>) {
        self.lines.push(plain(text.as_ref().trim_end()));
    }

    /// Adds text of several lines, each of them indented.
    pub fn lines(&mut self, text: &str, indent: usize) {
        for line in text.lines() {
            self.line(format!("{:indent$}{line}", ""));
        }
    }

    /// Adds each sentence on a line of its own, after a word that says what they are.
    pub fn notes<'a>(&mut self, word: &str, sentences: impl IntoIterator<Item = &'a String>) {
        for sentence in sentences {
            self.line(format!("{word}: {sentence}"));
        }
    }

    /// Begins a part under a heading.
    pub fn heading(&mut self, text: &str) {
        if !self.lines.is_empty() {
            self.lines.push(String::new());
        }
        self.line(text);
    }

    /// Adds labelled facts, their texts aligned; those without a text are left out.
    pub fn facts<'a>(&mut self, facts: impl IntoIterator<Item = (&'a str, Option<String>)>) {
        let rows = facts
            .into_iter()
            .filter_map(|(label, text)| Some([label.to_owned(), text?]));
        self.rows(rows.map(Vec::from).collect());
    }

    /// Adds a table with its columns' names.
    pub fn table<const N: usize>(&mut self, names: [&str; N], rows: Vec<[String; N]>) {
        let header = names.map(str::to_uppercase).to_vec();
        self.rows(
            std::iter::once(header)
                .chain(rows.into_iter().map(Vec::from))
                .collect(),
        );
    }

    /// Adds rows whose columns are aligned.
    pub fn rows(&mut self, rows: Vec<Vec<String>>) {
        let rows: Vec<Vec<String>> = rows
            .into_iter()
            .map(|row| row.iter().map(|cell| plain(cell)).collect())
            .collect();
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let widest = |column| {
            rows.iter()
                .filter_map(|row| row.get(column))
                .map(|cell: &String| cell.width())
                .max()
        };
        let widths: Vec<usize> = (0..columns)
            .map(|column| widest(column).unwrap_or(0))
            .collect();
        self.lines
            .extend(rows.iter().map(|row| aligned(row, &widths)));
    }

    /// The page as text, ending in a newline unless it is empty.
    pub fn text(&self) -> String {
        self.lines
            .iter()
            .flat_map(|line| [line.as_str(), "\n"])
            .collect()
    }
}

fn aligned(row: &[String], widths: &[usize]) -> String {
    let pad = |(cell, width): (&String, &usize)| {
        format!("{cell}{:1$}", "", width.saturating_sub(cell.width()))
    };
    let cells: Vec<String> = row.iter().zip(widths).map(pad).collect();
    cells.join("  ").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_what_the_eye_sees() {
        let mut page = Page::new();
        let row = |a: &str, b: &str| [a.to_owned(), b.to_owned()];
        page.table(["tag", "by"], vec![row("日本", "Ada"), row("1.2.3", "Bo")]);
        assert_eq!(page.text(), "TAG    BY\n日本   Ada\n1.2.3  Bo\n");
    }

    #[test]
    fn foreign_text_cannot_make_a_line_of_its_own() {
        let mut page = Page::of("why: ok\ngolden: yes");
        page.facts([("reason", Some("x\u{1b}[31m".to_owned())), ("none", None)]);
        assert_eq!(page.text(), "why: ok golden: yes\nreason  x\\u{1b}[31m\n");
    }
}
