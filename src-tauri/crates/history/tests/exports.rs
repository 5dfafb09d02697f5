//! The record as a file for others.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Desk, comment, promotion};
use hallmark_history::{Filter, HistoryError, NewEntry};
use std::io;

async fn csv_of(desk: &Desk, filter: &Filter) -> String {
    let mut out = Vec::new();
    desk.history.export_csv(filter, &mut out).await.unwrap();
    String::from_utf8(out).unwrap()
}

#[tokio::test]
async fn csv_has_a_header_and_a_line_an_entry_newest_first() {
    let desk = Desk::new().await;
    desk.history
        .append(vec![comment(1), promotion(2)], None)
        .await
        .unwrap();
    let text = csv_of(&desk, &Filter::default()).await;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(reader.headers().unwrap().iter().next(), Some("seq"));
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(
        (&rows[0][0], &rows[0][2], &rows[0][3]),
        ("2", "promotion", "alice")
    );
    assert_eq!(&rows[0][7], promotion(2).message.unwrap());
    assert_eq!(&rows[1][0], "1");
}

#[tokio::test]
async fn no_cell_of_a_spreadsheet_can_start_a_formula() {
    let desk = Desk::new().await;
    let formulas = [
        "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "＝1", "＠x",
    ];
    let saying = |text: &str| NewEntry {
        message: Some(text.to_owned()),
        ..NewEntry::new(common::at(0), text, text)
    };
    desk.history
        .append(formulas.map(saying).to_vec(), None)
        .await
        .unwrap();
    let text = csv_of(&desk, &Filter::default()).await;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    for (row, formula) in reader.records().zip(formulas.iter().rev()) {
        let row = row.unwrap();
        for column in [2, 3, 7] {
            assert_eq!(row[column], format!("'{formula}"));
        }
    }
}

#[tokio::test]
async fn json_holds_the_stored_bytes_a_line_an_entry() {
    let desk = Desk::new().await;
    let written = desk
        .history
        .append(vec![comment(1), promotion(2)], None)
        .await
        .unwrap();
    let mut out = Vec::new();
    let count = desk
        .history
        .export_json(&Filter::default(), &mut out)
        .await
        .unwrap();
    assert_eq!(count, 2);
    let text = String::from_utf8(out).unwrap();
    let parsed: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(parsed[0]["kind"], "promotion");
    let lines: Vec<_> = text
        .lines()
        .map(|line| line.trim_end_matches(','))
        .collect();
    assert_eq!(lines[1].as_bytes(), written[1].bytes);
    assert_eq!(lines[2].as_bytes(), written[0].bytes);
}

#[tokio::test]
async fn an_export_is_filtered_and_an_empty_one_is_whole() {
    let desk = Desk::new().await;
    desk.history.append(vec![comment(1)], None).await.unwrap();
    let filter = Filter {
        actor: Some("nobody".to_owned()),
        ..Filter::default()
    };
    let mut out = Vec::new();
    assert_eq!(
        desk.history.export_json(&filter, &mut out).await.unwrap(),
        0
    );
    assert_eq!(out, b"[]\n");
    assert_eq!(csv_of(&desk, &filter).await.lines().count(), 1);
}

#[tokio::test]
async fn an_export_goes_over_every_page() {
    let desk = Desk::new().await;
    desk.history
        .append((0..250).map(comment).collect(), None)
        .await
        .unwrap();
    let mut out = Vec::new();
    assert_eq!(
        desk.history
            .export_csv(&Filter::default(), &mut out)
            .await
            .unwrap(),
        250
    );
    assert_eq!(String::from_utf8(out).unwrap().lines().count(), 251);
}

#[tokio::test]
async fn a_target_that_cannot_be_written_is_named() {
    struct Full;
    impl io::Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let desk = Desk::new().await;
    desk.history.append(vec![comment(1)], None).await.unwrap();
    for error in [
        desk.history
            .export_csv(&Filter::default(), &mut Full)
            .await
            .unwrap_err(),
        desk.history
            .export_json(&Filter::default(), &mut Full)
            .await
            .unwrap_err(),
    ] {
        assert!(matches!(error, HistoryError::Export(_)), "{error}");
    }
}
