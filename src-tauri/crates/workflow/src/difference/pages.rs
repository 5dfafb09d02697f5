//! Pages of a comparison: the findings, tests and packages that changed, narrowed and in order.

use super::Compared;
use crate::{
    desk::Desk,
    dto::{
        FindingRow, FindingsPage, FindingsSince, FindingsSinceQuery, PackageChange, PackageRow,
        PackagesPage, PackagesQuery, PackagesShow, TestsSincePage, TestsSinceQuery,
    },
    error::Result,
    pages::page,
    short_rows::{Row, short},
};

impl Desk {
    /// A page of the findings that came, went or stayed.
    ///
    /// # Errors
    /// Where either image, or anything attached to it, cannot be read.
    pub async fn findings_since(&self, query: FindingsSinceQuery) -> Result<FindingsPage> {
        let compared = self.compared(&query.of).await?;
        let all = match query.show {
            FindingsSince::New => &compared.findings.new,
            FindingsSince::Fixed => &compared.findings.fixed,
            FindingsSince::Unchanged => &compared.findings.unchanged,
        };
        let holds = part(query.text.as_deref());
        let words = |row: &FindingRow| {
            let title = row.title.as_deref().unwrap_or_default();
            format!("{} {} {title}", row.id, row.package)
        };
        let rows: Vec<&FindingRow> = all.iter().filter(|row| holds(&words(row))).collect();
        Ok(FindingsPage {
            total: rows.len() as u64,
            rows: owned(rows, query.offset, query.limit),
        })
    }

    /// A page of the tests that changed.
    ///
    /// # Errors
    /// As [`findings_since`](Self::findings_since).
    pub async fn tests_since(&self, query: TestsSinceQuery) -> Result<TestsSincePage> {
        let compared = self.compared(&query.of).await?;
        let holds = part(query.text.as_deref());
        let all = compared.runs.of(query.show);
        let rows: Vec<_> = all.filter(|row| holds(&row.words())).collect();
        Ok(TestsSincePage {
            total: rows.len() as u64,
            rows: owned(rows, query.offset, query.limit),
        })
    }

    /// A page of the packages, with what became of each.
    ///
    /// # Errors
    /// As [`findings_since`](Self::findings_since).
    pub async fn packages(&self, query: PackagesQuery) -> Result<PackagesPage> {
        let compared = self.compared(&query.of).await?;
        let rows = wanted(&compared, &query);
        Ok(PackagesPage {
            total: rows.len() as u64,
            packages: compared.packages.here,
            rows: owned(rows, query.offset, query.limit),
        })
    }
}

fn wanted<'a>(compared: &'a Compared, query: &PackagesQuery) -> Vec<&'a PackageRow> {
    use PackageChange as P;
    let shown = |row: &PackageRow| match query.show {
        PackagesShow::All => true,
        PackagesShow::Differing => row.change.is_some(),
        PackagesShow::Upgraded => row.change == Some(P::Upgraded),
        PackagesShow::Downgraded => matches!(row.change, Some(P::Downgraded | P::Changed)),
        PackagesShow::Added => row.change == Some(P::Added),
        PackagesShow::Removed => row.change == Some(P::Removed),
    };
    let holds = part(query.text.as_deref());
    let words = |row: &PackageRow| {
        let versions = row.version.iter().chain(&row.before).chain(&row.licences);
        let versions: Vec<&str> = versions.map(String::as_str).collect();
        format!("{} {} {}", row.ecosystem, row.name, versions.join(" "))
    };
    let rows = compared.packages.rows.iter();
    rows.filter(|row| shown(row) && holds(&words(row)))
        .collect()
}

/// Whether a text holds the part that is looked for, in any case.
fn part(text: Option<&str>) -> impl Fn(&str) -> bool {
    let wanted = text.unwrap_or_default().to_lowercase();
    move |words| words.to_lowercase().contains(&wanted)
}

fn owned<R: Row + Clone>(rows: Vec<&R>, offset: u64, limit: u64) -> Vec<R> {
    let rows = page(rows, offset, limit).into_iter();
    rows.map(|row| short(row.clone())).collect()
}
