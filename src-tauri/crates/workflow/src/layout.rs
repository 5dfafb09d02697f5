//! The pipelines' text: read out of the workspace's file, put back, and rewritten so that
//! what people wrote beside it stays.

use crate::{
    comments::{merge, unplace},
    desk::Desk,
    error::{Error, Result},
    home::cannot,
    pipeline::PipelineFile,
};
use serde::Serialize;
use std::{fs, io::ErrorKind};
use toml_edit::{DocumentMut, Item};

/// The key that the pipelines stand under.
const PIPELINES: &str = "pipelines";

impl Desk {
    /// `workspace.toml` as it stands.
    pub(crate) fn workspace_text(&self) -> Result<String> {
        let path = self.home.workspace_file();
        match fs::read_to_string(&path) {
            Ok(text) => Ok(text),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
            Err(error) => Err(cannot("read", &path, &error)),
        }
    }
}

/// The pipelines of a workspace's file, as a text of their own.
pub(crate) fn extract(workspace: &str) -> Result<String> {
    let document = parsed(workspace)?;
    let mut own = DocumentMut::new();
    if let Some(item) = document.get(PIPELINES) {
        own.insert(PIPELINES, item.clone());
        unplace(own.as_table_mut());
    }
    Ok(tidy(&own))
}

/// A workspace's file with these pipelines in place of its own.
pub(crate) fn put(workspace: &str, pipelines: &str) -> Result<String> {
    let mut document = parsed(workspace)?;
    let mut own = parsed(pipelines)?;
    match own.remove(PIPELINES) {
        Some(item) => {
            let mut placed = DocumentMut::new();
            placed.insert(PIPELINES, item);
            unplace(placed.as_table_mut());
            document.remove(PIPELINES);
            document.insert(PIPELINES, apart(placed.remove(PIPELINES)));
        }
        None => {
            document.remove(PIPELINES);
        }
    }
    Ok(document.to_string())
}

/// An empty line before the first, as between any two tables.
fn apart(item: Option<Item>) -> Item {
    let mut item = item.unwrap_or_default();
    let first = item
        .as_array_of_tables_mut()
        .and_then(|list| list.get_mut(0));
    if let Some(first) = first {
        let before = first.decor().prefix().and_then(|prefix| prefix.as_str());
        let before = before
            .unwrap_or_default()
            .trim_start_matches('\n')
            .to_owned();
        first.decor_mut().set_prefix(format!("\n{before}"));
    }
    item
}

/// The text of `pipelines`: `text`, with what differs taken over.
pub(crate) fn rewritten(text: &str, pipelines: &[PipelineFile]) -> Result<String> {
    #[derive(Serialize)]
    struct Wanted<'a> {
        pipelines: &'a [PipelineFile],
    }
    let mut document = parsed(text)?;
    if pipelines.is_empty() {
        document.remove(PIPELINES);
        return Ok(tidy(&document));
    }
    let wanted = toml::to_string(&Wanted { pipelines }).map_err(Error::internal)?;
    merge(document.as_table_mut(), parsed(&wanted)?.as_table());
    Ok(tidy(&document))
}

fn parsed(text: &str) -> Result<DocumentMut> {
    text.parse()
        .map_err(Error::bad_input::<toml_edit::TomlError>)
}

fn tidy(document: &DocumentMut) -> String {
    document.to_string().trim_start_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::written;

    const OURS: &str = r#"# Payments, since May
[[pipelines]]
repositories = "r.io/payments/*" # all of them

# what is tried
[[pipelines.stages]]
name = "qa"
tags = ["qa"]

# what is run
[[pipelines.stages]]
name = "golden"
target = "prod.io/{path}"
tags = ["golden"]
"#;

    #[test]
    fn pipelines_go_into_the_workspaces_file_and_come_out_as_they_were() {
        let workspace = "# mine\nid = \"1\"\n\n[secrets]\nstore = \"keyring\"\n";
        let with = put(workspace, OURS).unwrap();
        assert!(with.starts_with(workspace), "{with}");
        assert_eq!(extract(&with).unwrap(), OURS);
        assert_eq!(put(&with, OURS).unwrap(), with);
        assert_eq!(put(&with, "").unwrap(), workspace);
    }

    #[test]
    fn comments_stay_where_a_field_changes_a_stage_moves_or_one_is_added() {
        let mut files = written(OURS).unwrap();
        files[0].stages[1].tags.push("prod".to_owned());
        let text = rewritten(OURS, &files).unwrap();
        assert_eq!(
            text,
            OURS.replace("tags = [\"golden\"]", "tags = [\"golden\", \"prod\"]")
        );

        files[0].stages.swap(0, 1);
        let mut more = files[0].clone();
        more.repositories = "r.io/tools/*".to_owned();
        files.push(more);
        let text = rewritten(OURS, &files).unwrap();
        assert_eq!(written(&text).unwrap(), files);
        for comment in [
            "# Payments, since May",
            "# all of them",
            "# what is tried",
            "# what is run",
        ] {
            assert_eq!(text.matches(comment).count(), 1, "{comment}: {text}");
        }
        assert_eq!(rewritten(&text, &[]).unwrap().trim(), "");
    }
}
