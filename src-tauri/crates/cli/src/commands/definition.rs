//! The manual pages and the shells' completions, from the one definition of the command.

use crate::{args::Cli, exit::Result, files::unwritable, output::Answer, page::Page};
use clap::CommandFactory;
use std::path::Path;

/// `man DIR`.
///
/// # Errors
/// Where the folder cannot be written.
pub fn man(dir: &Path) -> Result<Answer> {
    std::fs::create_dir_all(dir)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), dir))
        .map_err(|error| unwritable(dir, &error))?;
    let page = Page::of(format!("The manual pages are in {}.", dir.display()));
    Answer::new(&serde_json::json!({ "dir": dir }), page)
}

/// `completions SHELL`.
pub fn completions(shell: clap_complete::Shell) -> Answer {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "hallmark", &mut script);
    Answer::bytes(script)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_manual_page() {
        let folder = tempfile::tempdir().unwrap();
        man(folder.path()).unwrap();
        for name in ["hallmark", "hallmark-approve", "hallmark-evidence-attach"] {
            let path = folder.path().join(format!("{name}.1"));
            assert!(
                std::fs::read_to_string(&path).is_ok_and(|page| page.contains(".SH NAME")),
                "{name}"
            );
        }
        assert!(
            !folder.path().join("hallmark-man.1").exists(),
            "hidden commands have none"
        );
    }

    #[test]
    fn the_manual_says_which_exit_codes_there_are() {
        let folder = tempfile::tempdir().unwrap();
        man(folder.path()).unwrap();
        let page = std::fs::read_to_string(folder.path().join("hallmark.1")).unwrap();
        assert!(page.contains("Exit codes"), "{page}");
    }
}
