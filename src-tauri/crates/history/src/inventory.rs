//! Inventories: what images hold, by the evidence that counts for them, so that an image can be
//! found by a package or a vulnerability. They are an index and no part of the record: nothing
//! may be decided on them, and they can be dropped and filled again.

use crate::{History, HistoryError};
use jiff::Timestamp;
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection, sqlite::SqliteRow};

/// How many names are suggested.
const NEAR: i64 = 12;
/// Rows of one insert; SQLite takes 32,766 values in one statement.
const BATCH: usize = 500;

/// One image, and how much is known of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// `host/repository`.
    pub repository: String,
    /// The image's digest.
    pub digest: String,
    /// When its evidence was read.
    pub read_at: Timestamp,
    /// Whether a bill of materials that counts covers every platform.
    pub sbom: bool,
    /// Whether a scan that counts covers every platform.
    pub scan: bool,
    /// The stage that it waits for, where it is a candidate.
    pub candidate: Option<String>,
    /// The tag it was asked for under.
    pub tag: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Why it could not be read, where it could not.
    pub problem: Option<String>,
    /// Digests of the reports that were read.
    pub evidence: Vec<String>,
}

/// One package of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageLine {
    /// Names it is found by, in small letters.
    pub keys: Vec<String>,
    /// Its name, as the report has it.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The version without epoch and revision.
    pub upstream: String,
    /// The sort of its package URL: `deb`, `npm`; empty where it has none.
    pub ecosystem: String,
    /// Platforms it is in, in words.
    pub platforms: String,
    /// Digest of the report.
    pub evidence: String,
}

/// One finding of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingLine {
    /// Identifiers it is found by, in small letters.
    pub keys: Vec<String>,
    /// Its identifier, as the report has it.
    pub id: String,
    /// The package.
    pub package: String,
    /// The installed version.
    pub installed: String,
    /// The version with the fix.
    pub fixed: Option<String>,
    /// How bad it is.
    pub severity: String,
    /// Whether the scan itself sets it aside.
    pub suppressed: bool,
    /// Platforms it was found on, in words.
    pub platforms: String,
    /// Digest of the report.
    pub evidence: String,
}

/// Which packages to look for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackageWanted {
    /// The name, in small letters.
    pub name: String,
    /// Whether the name is only a beginning.
    pub name_begins: bool,
    /// The version, or the version without epoch and revision.
    pub version: Option<String>,
    /// Whether the version is only a beginning.
    pub version_begins: bool,
    /// The sort of package; any where it is none.
    pub ecosystem: Option<String>,
}

impl History {
    /// Keeps an inventory in the place of what was kept of the image before.
    ///
    /// # Errors
    /// [`HistoryError`]; what was there before stands then.
    pub async fn keep_inventory(
        &self,
        inventory: &Inventory,
        packages: &[PackageLine],
        findings: &[FindingLine],
    ) -> Result<(), HistoryError> {
        let kept = async {
            let mut transaction = self.begin().await?;
            drop_inventory(&mut transaction, &inventory.repository, &inventory.digest).await?;
            let id = insert(&mut transaction, inventory).await?;
            insert_packages(&mut transaction, id, packages).await?;
            insert_findings(&mut transaction, id, findings).await?;
            Ok(transaction.commit().await?)
        };
        kept.await
            .map_err(|error: HistoryError| error.at(&self.path))
    }

    /// Forgets an image.
    ///
    /// # Errors
    /// [`HistoryError`] where the database cannot be written.
    pub async fn forget_inventory(
        &self,
        repository: &str,
        digest: &str,
    ) -> Result<(), HistoryError> {
        let gone = async {
            let mut transaction = self.begin().await?;
            drop_inventory(&mut transaction, repository, digest).await?;
            Ok(transaction.commit().await?)
        };
        gone.await
            .map_err(|error: HistoryError| error.at(&self.path))
    }

    /// Every image that was read, with its number.
    ///
    /// # Errors
    /// [`HistoryError`] where the database cannot be read.
    pub async fn inventories(&self) -> Result<Vec<(i64, Inventory)>, HistoryError> {
        let rows = sqlx::query("SELECT * FROM inventories ORDER BY repository, digest")
            .fetch_all(&self.reader)
            .await;
        rows.and_then(|rows| rows.iter().map(head).collect())
            .map_err(|error| HistoryError::from(error).at(&self.path))
    }

    /// Packages that are wanted, each with the number of the image that holds it.
    ///
    /// # Errors
    /// [`HistoryError`] where the database cannot be read.
    pub async fn find_packages(
        &self,
        wanted: &PackageWanted,
        limit: usize,
    ) -> Result<Vec<(i64, PackageLine)>, HistoryError> {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT * FROM inventory_packages WHERE ");
        begins(&mut query, "key", &wanted.name, wanted.name_begins);
        if let Some(version) = &wanted.version {
            query.push(" AND (");
            begins(&mut query, "version", version, wanted.version_begins);
            query.push(" OR ");
            begins(&mut query, "upstream", version, wanted.version_begins);
            query.push(")");
        }
        if let Some(ecosystem) = &wanted.ecosystem {
            query.push(" AND ecosystem = ").push_bind(ecosystem);
        }
        query
            .push(" ORDER BY key, version LIMIT ")
            .push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
        let rows = query.build().fetch_all(&self.reader).await;
        rows.and_then(|rows| rows.iter().map(package).collect())
            .map_err(|error| HistoryError::from(error).at(&self.path))
    }

    /// Findings of that identifier, or that are known by it elsewhere; each with the number of
    /// the image it was found in.
    ///
    /// # Errors
    /// [`HistoryError`] where the database cannot be read.
    pub async fn find_findings(
        &self,
        id: &str,
        prefix: bool,
        limit: usize,
    ) -> Result<Vec<(i64, FindingLine)>, HistoryError> {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT * FROM inventory_findings WHERE ");
        begins(&mut query, "key", id, prefix);
        query
            .push(" ORDER BY key LIMIT ")
            .push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
        let rows = query.build().fetch_all(&self.reader).await;
        rows.and_then(|rows| rows.iter().map(finding).collect())
            .map_err(|error| HistoryError::from(error).at(&self.path))
    }

    /// A few names of packages that begin with this text, in small letters.
    ///
    /// # Errors
    /// [`HistoryError`] where the database cannot be read.
    pub async fn near_packages(&self, text: &str) -> Result<Vec<String>, HistoryError> {
        self.near("inventory_packages", text).await
    }

    /// A few identifiers of findings that begin with this text, in small letters.
    ///
    /// # Errors
    /// [`HistoryError`] where the database cannot be read.
    pub async fn near_findings(&self, text: &str) -> Result<Vec<String>, HistoryError> {
        self.near("inventory_findings", text).await
    }

    async fn near(&self, table: &'static str, text: &str) -> Result<Vec<String>, HistoryError> {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT DISTINCT key FROM ");
        query.push(table).push(" WHERE ");
        begins(&mut query, "key", text, true);
        query.push(" ORDER BY key LIMIT ").push_bind(NEAR);
        let found = query.build_query_scalar().fetch_all(&self.reader).await;
        found.map_err(|error| HistoryError::from(error).at(&self.path))
    }
}

/// A condition that an index answers: equal to the text, or between it and all that begins so.
fn begins(query: &mut QueryBuilder<Sqlite>, column: &'static str, text: &str, prefix: bool) {
    query.push(column);
    if !prefix {
        query.push(" = ").push_bind(text.to_owned());
        return;
    }
    query.push(" >= ").push_bind(text.to_owned());
    query.push(" AND ").push(column);
    query.push(" < ").push_bind(format!("{text}\u{10ffff}"));
}

async fn drop_inventory(
    connection: &mut SqliteConnection,
    repository: &str,
    digest: &str,
) -> Result<(), HistoryError> {
    sqlx::query("DELETE FROM inventories WHERE repository = ? AND digest = ?")
        .bind(repository)
        .bind(digest)
        .execute(connection)
        .await?;
    Ok(())
}

async fn insert(
    connection: &mut SqliteConnection,
    inventory: &Inventory,
) -> Result<i64, HistoryError> {
    let done = sqlx::query(
        "INSERT INTO inventories (repository, digest, read_at, sbom, scan, candidate, tag, \
         version, problem, evidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&inventory.repository)
    .bind(&inventory.digest)
    .bind(inventory.read_at.as_microsecond())
    .bind(inventory.sbom)
    .bind(inventory.scan)
    .bind(&inventory.candidate)
    .bind(&inventory.tag)
    .bind(&inventory.version)
    .bind(&inventory.problem)
    .bind(serde_json::json!(inventory.evidence).to_string())
    .execute(connection)
    .await?;
    Ok(done.last_insert_rowid())
}

async fn insert_packages(
    connection: &mut SqliteConnection,
    id: i64,
    packages: &[PackageLine],
) -> Result<(), HistoryError> {
    let rows: Vec<(&String, &PackageLine)> = packages
        .iter()
        .flat_map(|line| line.keys.iter().map(move |key| (key, line)))
        .collect();
    for rows in rows.chunks(BATCH) {
        let mut query = QueryBuilder::<Sqlite>::new(
            "INSERT INTO inventory_packages \
             (key, version, upstream, inventory, name, ecosystem, platforms, evidence) ",
        );
        query.push_values(rows, |mut row, (key, line)| {
            row.push_bind(*key)
                .push_bind(&line.version)
                .push_bind(&line.upstream)
                .push_bind(id)
                .push_bind(&line.name)
                .push_bind(&line.ecosystem)
                .push_bind(&line.platforms)
                .push_bind(&line.evidence);
        });
        query.build().execute(&mut *connection).await?;
    }
    Ok(())
}

async fn insert_findings(
    connection: &mut SqliteConnection,
    id: i64,
    findings: &[FindingLine],
) -> Result<(), HistoryError> {
    let rows: Vec<(&String, &FindingLine)> = findings
        .iter()
        .flat_map(|line| line.keys.iter().map(move |key| (key, line)))
        .collect();
    for rows in rows.chunks(BATCH) {
        let mut query = QueryBuilder::<Sqlite>::new(
            "INSERT INTO inventory_findings (key, inventory, id, package, installed, fixed, \
             severity, suppressed, platforms, evidence) ",
        );
        query.push_values(rows, |mut row, (key, line)| {
            row.push_bind(*key)
                .push_bind(id)
                .push_bind(&line.id)
                .push_bind(&line.package)
                .push_bind(&line.installed)
                .push_bind(&line.fixed)
                .push_bind(&line.severity)
                .push_bind(line.suppressed)
                .push_bind(&line.platforms)
                .push_bind(&line.evidence);
        });
        query.build().execute(&mut *connection).await?;
    }
    Ok(())
}

fn head(row: &SqliteRow) -> Result<(i64, Inventory), sqlx::Error> {
    let read_at: i64 = row.try_get("read_at")?;
    let evidence: String = row.try_get("evidence")?;
    let inventory = Inventory {
        repository: row.try_get("repository")?,
        digest: row.try_get("digest")?,
        read_at: Timestamp::from_microsecond(read_at).unwrap_or_default(),
        sbom: row.try_get("sbom")?,
        scan: row.try_get("scan")?,
        candidate: row.try_get("candidate")?,
        tag: row.try_get("tag")?,
        version: row.try_get("version")?,
        problem: row.try_get("problem")?,
        evidence: serde_json::from_str(&evidence).unwrap_or_default(),
    };
    Ok((row.try_get("id")?, inventory))
}

fn package(row: &SqliteRow) -> Result<(i64, PackageLine), sqlx::Error> {
    let line = PackageLine {
        keys: vec![row.try_get("key")?],
        name: row.try_get("name")?,
        version: row.try_get("version")?,
        upstream: row.try_get("upstream")?,
        ecosystem: row.try_get("ecosystem")?,
        platforms: row.try_get("platforms")?,
        evidence: row.try_get("evidence")?,
    };
    Ok((row.try_get("inventory")?, line))
}

fn finding(row: &SqliteRow) -> Result<(i64, FindingLine), sqlx::Error> {
    let line = FindingLine {
        keys: vec![row.try_get("key")?],
        id: row.try_get("id")?,
        package: row.try_get("package")?,
        installed: row.try_get("installed")?,
        fixed: row.try_get("fixed")?,
        severity: row.try_get("severity")?,
        suppressed: row.try_get("suppressed")?,
        platforms: row.try_get("platforms")?,
        evidence: row.try_get("evidence")?,
    };
    Ok((row.try_get("inventory")?, line))
}
