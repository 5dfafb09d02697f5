//! What every command has at hand: the global options, the workspace's folder, and how to
//! open it. It also tells what was wrong with a command line.

use crate::{
    args::Global,
    exit::{Exit, Failure, Result},
    output,
    progress::Watch,
};
use clap::error::{ContextKind, ErrorKind};
use hallmark_history::History;
use hallmark_workflow::{Desk, Env, Surroundings, Work, error::Code};
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    time::Duration,
};

/// How long a command waits for its webhooks.
const DELIVERY: Duration = Duration::from_secs(3);

/// What every command has at hand.
pub struct Context {
    global: Global,
    surroundings: Surroundings,
    watch: Watch,
}

impl Context {
    /// A context of these options.
    pub fn new(global: Global, surroundings: Surroundings) -> Self {
        let watch = Watch::new(!global.quiet && !global.json);
        Self {
            global,
            surroundings,
            watch,
        }
    }

    /// Whether one JSON document is asked for.
    pub fn json(&self) -> bool {
        self.global.json
    }

    /// Opens the workspace, and mentions promotions that were cut off.
    ///
    /// # Errors
    /// Where it cannot be found or opened.
    pub async fn desk(&self) -> Result<Desk> {
        let desk = self.unsettled_desk().await?;
        self.mention(self.cut_off().await);
        Ok(desk)
    }

    /// What to say of promotions that were cut off, where anything is said.
    pub async fn cut_off(&self) -> Option<String> {
        match self.remarks() {
            true => cut_off(&self.folder().ok()?).await,
            false => None,
        }
    }

    /// Says aside what there is to say, if anything.
    pub fn mention(&self, sentence: Option<String>) {
        if let Some(sentence) = sentence {
            self.remark(&sentence);
        }
    }

    /// Tells the workspace's webhooks what a command did, where it has any. What does not arrive in
    /// time is kept and tried again: no command fails or waits for long because of it.
    pub async fn deliver(&self) {
        let Ok(folder) = self.folder() else { return };
        if !hallmark_workflow::has_webhooks(&folder) {
            return;
        }
        let delivering = async {
            if let Ok(desk) = Desk::open(&folder, self.surroundings.clone()).await {
                let _ = desk.deliver().await;
            }
        };
        let _ = tokio::time::timeout(DELIVERY, delivering).await;
    }

    /// What the world is to this command.
    pub fn surroundings(&self) -> &Surroundings {
        &self.surroundings
    }

    /// Opens the workspace and says nothing.
    ///
    /// # Errors
    /// Where it cannot be found or opened.
    pub async fn unsettled_desk(&self) -> Result<Desk> {
        let folder = self.folder()?;
        Ok(Desk::open(&folder, self.surroundings.clone()).await?)
    }

    /// The workspace's folder.
    ///
    /// # Errors
    /// Where neither an option nor the environment says where it is.
    pub fn folder(&self) -> Result<PathBuf> {
        let named = self.global.workspace.clone();
        named
            .or_else(|| folder_from(&self.surroundings.env))
            .ok_or_else(|| {
                Failure::new(
                    Code::File,
                    "there is no folder for the workspace: HOME is not set",
                )
                .hint("Name one with --workspace DIR or in HALLMARK_HOME.")
            })
    }

    /// Long work that is shown, and that Ctrl-C stops.
    pub fn work(&self) -> Work {
        self.watch.work()
    }

    /// Says something aside, unless only the answer is wanted.
    pub fn remark(&self, sentence: &str) {
        if self.remarks() {
            output::remark(sentence);
        }
    }

    /// Passes on a line of what long work writes, unless only the answer is wanted.
    pub fn aside(&self, line: &str) {
        if self.remarks() {
            self.watch.line(line);
        }
    }

    /// Whether more is wanted than the answer.
    fn remarks(&self) -> bool {
        !self.global.quiet && !self.global.json
    }

    /// Clears what is left of progress on the terminal.
    pub fn finish(&self) {
        self.watch.finish();
    }
}

/// What to say of promotions that were cut off. They are looked at and left alone; a record
/// that cannot be read is the next command's to complain about.
async fn cut_off(folder: &Path) -> Option<String> {
    let file = folder.join("history.db");
    if !file.exists() {
        return None;
    }
    let history = History::open(&file).await.ok()?;
    match history.orphaned_intents().await.ok()?.len() as u64 {
        0 => None,
        1 => Some("1 promotion was cut off; run `hallmark settle`".to_owned()),
        many => Some(format!(
            "{many} promotions were cut off; run `hallmark settle`"
        )),
    }
}

/// `HALLMARK_HOME`, else `hallmark` in the user's data folder (XDG Base Directory, 0.8).
fn folder_from(env: &Env) -> Option<PathBuf> {
    let set = |name: &str| {
        env(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let data = || set("XDG_DATA_HOME").filter(|path| path.is_absolute());
    let in_home = || set("HOME").map(|home| home.join(".local").join("share"));
    set("HALLMARK_HOME").or_else(|| {
        Some(
            data()
                .or_else(in_home)
                .or_else(|| set("APPDATA"))?
                .join("hallmark"),
        )
    })
}

/// Whether `--json` was asked for, also where the rest cannot be understood.
pub fn wants_json(arguments: impl Iterator<Item = OsString>) -> bool {
    arguments
        .skip(1)
        .take_while(|word| word != "--")
        .any(|word| word == "--json")
}

/// Tells what was wrong with a command line; help and version are no failure.
pub fn tell_usage(error: &clap::Error, json: bool) -> Exit {
    let asked = matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    );
    if asked || !json {
        // A closed terminal changes nothing about what was wrong.
        let _ = error.print();
        return if asked { Exit::Done } else { Exit::BadInput };
    }
    output::tell_failure(&usage_failure(error), json)
}

fn usage_failure(error: &clap::Error) -> Failure {
    let text = error.render().to_string();
    let help = ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    let said = match error.kind() {
        kind if kind == help => "no command is given".to_owned(),
        _ => first_paragraph(&text),
    };
    let usage = error
        .get(ContextKind::Usage)
        .map(|usage| usage.to_string().replace('\n', " "));
    let hint = usage.unwrap_or_else(|| "Try `hallmark --help`.".to_owned());
    Failure::new(Code::BadInput, said).hint(hint)
}

/// Clap's sentence without its prefix, its lines joined.
fn first_paragraph(text: &str) -> String {
    let lines = text
        .lines()
        .take_while(|line| !line.trim().is_empty())
        .map(str::trim);
    lines
        .collect::<Vec<_>>()
        .join(" ")
        .trim_start_matches("error: ")
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Cli;
    use clap::Parser;
    use hallmark_history::NewIntent;
    use std::sync::Arc;

    fn folder(set: &[(&str, &str)]) -> Option<String> {
        let set: Vec<(String, String)> = set
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let env: Env = Arc::new(move |name| {
            set.iter()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.clone())
        });
        folder_from(&env).map(|path| path.display().to_string())
    }

    #[test]
    fn the_workspace_is_in_the_data_folder_unless_another_is_named() {
        let home = ("HOME", "/h");
        assert_eq!(folder(&[home]).unwrap(), "/h/.local/share/hallmark");
        assert_eq!(
            folder(&[home, ("XDG_DATA_HOME", "/d")]).unwrap(),
            "/d/hallmark"
        );
        assert_eq!(
            folder(&[home, ("XDG_DATA_HOME", "d")]).unwrap(),
            "/h/.local/share/hallmark"
        );
        assert_eq!(folder(&[home, ("HALLMARK_HOME", "/w")]).unwrap(), "/w");
        assert_eq!(
            folder(&[home, ("HALLMARK_HOME", "")]).unwrap(),
            "/h/.local/share/hallmark"
        );
        assert_eq!(folder(&[]), None);
    }

    #[test]
    fn json_is_recognised_where_the_rest_is_not() {
        let wants = |words: &str| wants_json(words.split(' ').map(OsString::from));
        assert!(wants("hallmark nonsense --json"));
        assert!(!wants("hallmark evidence parse -- --json"));
        assert!(
            !wants("--json queue"),
            "the program's own name is no option"
        );
    }

    #[test]
    fn a_wrong_command_line_is_an_error_with_its_usage() {
        let error = Cli::try_parse_from(["hallmark", "approve", "r.io/a:1"]).unwrap_err();
        let failure = usage_failure(&error);
        assert_eq!(
            (failure.code.as_str(), failure.exit),
            ("bad-input", Exit::BadInput)
        );
        assert!(failure.message.contains("--stage"), "{}", failure.message);
        assert!(!failure.message.starts_with("error"), "{}", failure.message);
        assert!(failure.hint.unwrap().contains("hallmark approve"));
    }

    #[tokio::test]
    async fn a_promotion_that_was_cut_off_is_mentioned_until_it_is_settled() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("history.db");
        assert_eq!(cut_off(folder.path()).await, None);
        assert!(!file.exists(), "looking for a history begins none");
        let history = History::open(&file).await.unwrap();
        assert_eq!(cut_off(folder.path()).await, None);
        let intent = history.begin_intent(promotion()).await.unwrap();
        assert_eq!(cut_off(folder.path()).await, None, "its owner lives");
        drop(intent);
        let said = Some("1 promotion was cut off; run `hallmark settle`".to_owned());
        assert_eq!(cut_off(folder.path()).await, said);
        assert_eq!(
            cut_off(folder.path()).await,
            said,
            "looking changes nothing"
        );
    }

    fn promotion() -> NewIntent {
        NewIntent {
            kind: "promotion".into(),
            repository: "r.io/a".into(),
            stage: "golden".into(),
            tags: vec![],
            detail: serde_json::Value::Null,
        }
    }
}
