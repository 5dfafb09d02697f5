//! The record as a file for others: CSV for spreadsheets, JSON for programs and for proofs.
//! Written page by page, so that its size never matters. No cell can start a formula.

use crate::{Entry, Filter, History, HistoryError};
use std::borrow::Cow;
use std::io::Write;

/// What a spreadsheet may take for the start of a formula (OWASP, "CSV Injection"), in the
/// narrow and the full-width forms.
const FORMULA_STARTS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
const COLUMNS: [&str; 12] = [
    "seq",
    "time",
    "kind",
    "actor",
    "repository",
    "tag",
    "digest",
    "message",
    "key_id",
    "statement",
    "leaf",
    "previous",
];
/// Envelopes can be large, so few entries are held at once.
const PAGE: usize = 100;

impl History {
    /// Writes the entries asked for as CSV (RFC 4180) with a header line, newest first, and
    /// returns how many. A cell that could start a formula begins with an apostrophe.
    ///
    /// # Errors
    /// [`HistoryError::Export`] where `out` cannot be written; [`HistoryError`] otherwise.
    pub async fn export_csv(
        &self,
        filter: &Filter,
        out: &mut (dyn Write + Send),
    ) -> Result<u64, HistoryError> {
        let mut csv = csv::WriterBuilder::new()
            .quote_style(csv::QuoteStyle::Always)
            .terminator(csv::Terminator::CRLF)
            .from_writer(out);
        csv.write_record(COLUMNS).map_err(unwritten)?;
        let written = self
            .each(filter, |entry| {
                csv.write_record(row(entry).iter().map(|cell| neutral(cell).into_owned()))
                    .map_err(unwritten)
            })
            .await?;
        csv.flush().map_err(unwritten)?;
        Ok(written)
    }

    /// Writes the entries asked for as a JSON array, newest first, and returns how many. Each
    /// stands on a line of its own with exactly its stored bytes, so that anybody can compute
    /// its leaf hash from the file.
    ///
    /// # Errors
    /// [`HistoryError::Export`] where `out` cannot be written; [`HistoryError`] otherwise.
    pub async fn export_json(
        &self,
        filter: &Filter,
        out: &mut (dyn Write + Send),
    ) -> Result<u64, HistoryError> {
        let mut before: &[u8] = b"[\n";
        let written = self
            .each(filter, |entry| {
                out.write_all(before).map_err(unwritten)?;
                before = b",\n";
                out.write_all(&entry.bytes).map_err(unwritten)
            })
            .await?;
        let end: &[u8] = if written == 0 { b"[]\n" } else { b"\n]\n" };
        out.write_all(end).map_err(unwritten)?;
        out.flush().map_err(unwritten)?;
        Ok(written)
    }

    async fn each(
        &self,
        filter: &Filter,
        mut write: impl FnMut(&Entry) -> Result<(), HistoryError> + Send,
    ) -> Result<u64, HistoryError> {
        let mut after = None;
        let mut written = 0;
        loop {
            let page = self.page(filter, after, PAGE).await?;
            for entry in &page.entries {
                write(entry)?;
                written += 1;
            }
            after = page.next;
            if after.is_none() {
                return Ok(written);
            }
        }
    }
}

fn row(entry: &Entry) -> [String; COLUMNS.len()] {
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    let name = |field: &Option<hallmark_image::Digest>| {
        field.as_ref().map(ToString::to_string).unwrap_or_default()
    };
    [
        entry.seq.to_string(),
        entry.time.to_string(),
        entry.kind.clone(),
        entry.actor.clone(),
        text(&entry.repository),
        text(&entry.tag),
        name(&entry.digest),
        text(&entry.message),
        text(&entry.key_id),
        name(&entry.statement),
        entry.leaf.clone(),
        text(&entry.previous),
    ]
}

fn neutral(cell: &str) -> Cow<'_, str> {
    // Spreadsheets trim: a formula may hide behind blanks.
    let first = cell.trim_start_matches([' ', '\n', '\u{a0}']);
    if first.starts_with(FORMULA_STARTS) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

fn unwritten(error: impl std::fmt::Display) -> HistoryError {
    HistoryError::Export(error.to_string())
}
