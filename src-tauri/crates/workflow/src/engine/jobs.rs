//! Jobs: builds, pushes, pulls, scans and smoke tests, followed while they run and kept when they
//! are done.
//!
//! A job belongs to the desk and not to a page: whoever asks sees how far it is, and leaving the
//! page stops nothing. The last ones are kept in the workspace's folder; one that was running
//! when Hallmark ended is told as lost, never as done.

use super::log::Log;
use crate::{
    desk::Desk,
    dto::{
        AskJob, AskJobs, BuildWarning, JobKind, JobRow, JobState, JobStep, JobView, LayerRow,
        PushTarget, SmokeCase,
    },
    error::{Code, Error, Result},
    home::write_whole,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::watch;

/// Jobs that are kept.
const KEPT: usize = 20;
/// Steps of one answer.
const STEPS: usize = 100;
/// How long an answer waits for news.
const WAIT: Duration = Duration::from_secs(25);
/// News that come closer together than this are told at once.
const TOGETHER: Duration = Duration::from_millis(80);

/// Everything that is known of a job; what a file holds of one that ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) row: JobRow,
    #[serde(default)]
    pub(crate) steps: Vec<JobStep>,
    #[serde(skip)]
    pub(crate) layers: Vec<LayerRow>,
    #[serde(skip)]
    pub(crate) targets: Vec<PushTarget>,
    #[serde(default)]
    pub(crate) cases: Vec<SmokeCase>,
    #[serde(default)]
    pub(crate) sent: u64,
    #[serde(default)]
    pub(crate) log: Log,
    #[serde(default)]
    pub(crate) problem: Option<Error>,
    #[serde(default)]
    pub(crate) problem_line: Option<u64>,
    #[serde(default)]
    pub(crate) warnings: Vec<BuildWarning>,
    #[serde(default)]
    pub(crate) image: Option<String>,
    #[serde(default)]
    pub(crate) names: Vec<String>,
}

impl Record {
    fn view(&self, number: u64, ask: &AskJob) -> JobView {
        // The steps around where it is now are what a person looks at.
        let at = self.steps.len().saturating_sub(STEPS);
        JobView {
            number,
            row: self.row.clone(),
            steps: self.steps[at..].to_vec(),
            layers: self.layers.clone(),
            targets: self.targets.clone(),
            cases: self.cases.clone(),
            sent: self.sent,
            log: self.log.page(ask.step, ask.log_from),
            problem: self.problem.clone(),
            problem_line: self.problem_line,
            warnings: self.warnings.clone(),
            image: self.image.clone(),
            names: self.names.clone(),
        }
    }

    /// The step of that number, made where it is new.
    pub(crate) fn step(&mut self, number: u64) -> &mut JobStep {
        let at = match self.steps.binary_search_by_key(&number, |step| step.number) {
            Ok(at) => at,
            Err(at) => {
                let fresh = JobStep {
                    number,
                    name: String::new(),
                    line: None,
                    state: crate::dto::StepState::Waiting,
                    seconds: None,
                    lines: 0,
                    done: None,
                    total: None,
                };
                self.steps.insert(at, fresh);
                at
            }
        };
        &mut self.steps[at]
    }
}

/// A job that somebody may look at while it runs.
pub(crate) struct Job {
    record: Mutex<Record>,
    number: watch::Sender<u64>,
}

impl Job {
    fn of(record: Record) -> Arc<Self> {
        Arc::new(Self {
            record: Mutex::new(record),
            number: watch::Sender::new(1),
        })
    }

    fn held(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what is new, and tells whoever waits.
    pub(crate) fn now(&self, change: impl FnOnce(&mut Record)) {
        change(&mut self.held());
        self.number.send_modify(|number| *number += 1);
    }

    /// Looks at it.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&Record) -> T) -> T {
        look(&self.held())
    }

    async fn news(&self, seen: u64) -> u64 {
        let mut number = self.number.subscribe();
        if seen > 0 && *number.borrow() == seen {
            let changed = number.changed();
            if tokio::time::timeout(WAIT, changed).await.is_ok() {
                tokio::time::sleep(TOGETHER).await;
            }
        }
        *number.borrow()
    }
}

/// The jobs of a desk.
pub(crate) struct Jobs {
    folder: PathBuf,
    all: Mutex<BTreeMap<String, Arc<Job>>>,
}

impl Jobs {
    /// Those that were kept in `folder`; it is made when the first job begins.
    pub(crate) fn in_folder(folder: PathBuf) -> Self {
        Self {
            folder,
            all: Mutex::default(),
        }
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Job>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, name: &str, kind: JobKind, title: &str, at: Timestamp) -> Result<Arc<Job>> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
            let words = format!("{name:?} is no name of a job: letters, digits and dashes only");
            return Err(Error::new(Code::BadInput, words));
        }
        let record = Record {
            row: JobRow {
                job: name.to_owned(),
                kind,
                title: title.to_owned(),
                state: JobState::Running,
                started: at,
                ended: None,
                message: String::new(),
            },
            steps: Vec::new(),
            layers: Vec::new(),
            targets: Vec::new(),
            cases: Vec::new(),
            sent: 0,
            log: Log::default(),
            problem: None,
            problem_line: None,
            warnings: Vec::new(),
            image: None,
            names: Vec::new(),
        };
        self.keep(&record);
        let job = Job::of(record);
        let mut all = self.held();
        let runs = all
            .get(name)
            .is_some_and(|job| job.look(|record| record.row.state == JobState::Running));
        if runs {
            let words = format!("a job named {name} is running already");
            return Err(Error::new(Code::Conflict, words));
        }
        all.insert(name.to_owned(), Arc::clone(&job));
        Ok(job)
    }

    /// The files of finished jobs are a convenience: where none can be written, the job is still
    /// here until Hallmark ends.
    fn keep(&self, record: &Record) {
        let kept = fs::create_dir_all(&self.folder)
            .map_err(|error| error.to_string())
            .and_then(|()| serde_json::to_vec(record).map_err(|error| error.to_string()))
            .and_then(|bytes| {
                write_whole(&self.file(&record.row.job), &bytes).map_err(|error| error.message)
            });
        if let Err(why) = kept {
            tracing::warn!(job = record.row.job, why, "the job is not kept");
        }
        self.forget_old();
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.json"))
    }

    fn forget_old(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return;
        };
        let mut files: Vec<(std::time::SystemTime, PathBuf)> = entries
            .flatten()
            .filter(|entry| entry.path().extension().is_some_and(|end| end == "json"))
            .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
            .collect();
        files.sort_by(|a, b| b.cmp(a));
        for (_, path) in files.into_iter().skip(KEPT) {
            let _ = fs::remove_file(path);
        }
    }

    /// A job that ended in an earlier life of Hallmark. One that still says it runs was lost.
    fn kept(&self, path: &Path) -> Option<Record> {
        let mut record: Record = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        if record.row.state == JobState::Running {
            record.row.state = JobState::Lost;
            record.row.message = "Hallmark ended before it did.".to_owned();
        }
        Some(record)
    }

    fn rows(&self) -> Vec<JobRow> {
        let mut rows: BTreeMap<String, JobRow> = BTreeMap::new();
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            if let Some(record) = self.kept(&entry.path()) {
                rows.insert(record.row.job.clone(), record.row);
            }
        }
        for (name, job) in self.held().iter() {
            rows.insert(name.clone(), job.look(|record| record.row.clone()));
        }
        let mut rows: Vec<JobRow> = rows.into_values().collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.started));
        rows
    }

    fn find(&self, name: &str) -> Option<Arc<Job>> {
        if let Some(job) = self.held().get(name) {
            return Some(Arc::clone(job));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let record = name
            .chars()
            .all(plain)
            .then(|| self.kept(&self.file(name)))?;
        record.map(Job::of)
    }
}

impl Desk {
    /// Jobs that run, and the last ones that ended; newest first.
    pub fn jobs(&self, ask: &AskJobs) -> Vec<JobRow> {
        let mut rows = self.jobs.rows();
        rows.retain(|row| ask.kinds.is_empty() || ask.kinds.contains(&row.kind));
        rows
    }

    /// A job in full. Where nothing is new since the number that was asked with, the answer waits
    /// for news, at most 25 seconds.
    ///
    /// # Errors
    /// [`Code::NotFound`] where there is none of that name.
    pub async fn job(&self, ask: AskJob) -> Result<JobView> {
        let job = self
            .jobs
            .find(&ask.job)
            .ok_or_else(|| Error::new(Code::NotFound, format!("there is no job {}", ask.job)))?;
        let runs = job.look(|record| record.row.state == JobState::Running);
        let number = match runs {
            true => job.news(ask.seen).await,
            false => *job.number.borrow(),
        };
        Ok(job.look(|record| record.view(number, &ask)))
    }

    /// Runs `work` as a job: whoever asks can follow it, and how it ended is kept.
    pub(crate) async fn as_job<T>(
        &self,
        (name, kind, title): (&str, JobKind, &str),
        work: impl AsyncFnOnce(&Job) -> Result<T>,
        told: impl FnOnce(&T) -> String,
    ) -> Result<T> {
        let job = self.jobs.begin(name, kind, title, self.now())?;
        // Where whoever waits goes away, the work was stopped and the job says so.
        let mut unwatched = Ended {
            desk: self,
            job: &job,
            done: false,
        };
        let result = work(&job).await;
        unwatched.done = true;
        let (state, message) = match &result {
            Ok(done) => (JobState::Done, told(done)),
            Err(error) if error.code == Code::Cancelled => {
                (JobState::Cancelled, "It was stopped.".to_owned())
            }
            Err(error) => (JobState::Failed, error.message.clone()),
        };
        self.end(&job, state, message, result.as_ref().err());
        result
    }

    fn end(&self, job: &Job, state: JobState, message: String, problem: Option<&Error>) {
        let at = self.now();
        job.now(|record| {
            record.log.close();
            record.row.state = state;
            record.row.message = message;
            record.row.ended = Some(at);
            record.problem = problem.filter(|_| state == JobState::Failed).cloned();
        });
        job.look(|record| self.jobs.keep(record));
    }
}

/// Ends a job whose work was dropped.
struct Ended<'a> {
    desk: &'a Desk,
    job: &'a Job,
    done: bool,
}

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        if !self.done {
            let words = "It was stopped.".to_owned();
            self.desk.end(self.job, JobState::Cancelled, words, None);
        }
    }
}
