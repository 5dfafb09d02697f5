//! The one definition of the command: names, options, values and their help.
//!
//! Parsing, the manual pages and the shells' completions all come from it. What a person
//! names is read into its type here, so that nonsense is refused before anything is opened.

mod docker;
mod evidence;
mod find;
mod golden;
mod hear;
mod history;
mod people;
mod registries;
mod review;
mod stage;
mod value;
mod waive;

pub use docker::*;
pub use evidence::*;
pub use find::*;
pub use golden::*;
pub use hear::*;
pub use history::*;
pub use people::*;
pub use registries::*;
pub use review::*;
pub use stage::*;
pub use waive::*;

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

const AFTER: &str = "\
Exit codes:
  0  done, or yes
  1  no: the policy refuses, not golden, conflict, drift found, history broken
  2  wrong usage or bad input
  3  could not: network, login, not found, engine or keyring missing

IMAGE is HOST[:PORT]/REPOSITORY:TAG or …@sha256:…; Docker Hub's short forms are understood.";

/// The desk for golden container images: review them on evidence, sign them off, promote them.
#[derive(Debug, Parser)]
#[command(name = "hallmark", bin_name = "hallmark", version, after_help = AFTER)]
#[command(subcommand_required = true, arg_required_else_help = true)]
#[command(disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Options that stand before or after the command.
#[derive(Args, Clone, Debug, Default)]
pub struct Global {
    /// Print one JSON document on standard output; errors are JSON on standard error
    #[arg(long, global = true)]
    pub json: bool,
    /// The workspace's folder; else HALLMARK_HOME, else `hallmark` in the user's data folder
    #[arg(long, global = true, value_name = "DIR")]
    pub workspace: Option<PathBuf>,
    /// Show no progress and no remarks, only the answer and errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    Login(Login),
    Logout(Logout),
    Registries(Registries),
    #[command(subcommand)]
    Workspace(Workspace),
    Images(Images),
    Inspect(Inspect),
    Copy(Copy),
    Delete(Delete),
    #[command(subcommand)]
    Evidence(Evidence),
    Request(Request),
    Queue(Queue),
    Withdraw(Withdraw),
    Status(Status),
    Review(Review),
    Tick(Tick),
    Approve(Approve),
    RequestChanges(RequestChanges),
    Comment(Comment),
    Waive(Waive),
    Waivers(Waivers),
    Promote(Promote),
    Settle(Settle),
    Rollback(Rollback),
    Golden(Golden),
    #[command(subcommand)]
    Find(Find),
    Adopt(Adopt),
    Drift(Drift),
    Revoke(Revoke),
    Verify(Verify),
    History(History),
    Engine(Engine),
    Build(Build),
    Tag(Tag),
    Untag(Untag),
    Push(Push),
    Pull(Pull),
    Scan(Scan),
    Smoke(Smoke),
    Health(Health),
    Notices(Notices),
    Webhook(Webhook),
    #[command(subcommand)]
    Key(Key),
    #[command(subcommand)]
    Member(Member),
    #[command(subcommand)]
    Policy(Policy),
    #[command(subcommand)]
    Pipelines(Pipelines),
    /// Write the manual pages into a folder
    #[command(hide = true)]
    Man {
        /// The folder, made where there is none
        dir: PathBuf,
    },
    /// Print a shell's completions
    #[command(hide = true)]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

impl Command {
    /// Whether webhooks are told what waits once it is done. A copy opens no workspace, and whoever
    /// asks to stay offline is not overruled.
    pub fn tells(&self) -> bool {
        match self {
            Self::Copy(_) | Self::Man { .. } | Self::Completions { .. } => false,
            Self::Notices(ask) => !ask.offline,
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, error::ErrorKind};

    fn parse(words: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(std::iter::once("hallmark").chain(words.split_whitespace()))
    }

    fn refused(words: &str) -> ErrorKind {
        parse(words).expect_err(words).kind()
    }

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_and_option_says_what_it_is_for() {
        fn check(command: &clap::Command) {
            assert!(command.get_about().is_some(), "{}", command.get_name());
            for argument in command.get_arguments() {
                assert!(
                    argument.get_help().is_some(),
                    "{} {}",
                    command.get_name(),
                    argument.get_id()
                );
            }
            command.get_subcommands().for_each(check);
        }
        check(&Cli::command());
    }

    #[test]
    fn global_options_stand_before_or_after_the_command() {
        for words in [
            "--json --workspace /w --quiet queue",
            "queue --json --workspace /w --quiet",
        ] {
            let global = parse(words).unwrap().global;
            assert!(global.json && global.quiet, "{words}");
            assert_eq!(global.workspace.unwrap(), PathBuf::from("/w"), "{words}");
        }
        assert!(parse("history verify --json").unwrap().global.json);
    }

    #[test]
    fn a_login_is_by_password_or_anonymous_or_dockers_own() {
        for words in [
            "login r.io -u ada --password-stdin",
            "login r.io -u ada",
            "login r.io --anonymous --plain-http",
            "login r.io --from-docker --ca ca.pem",
            "login r.io -u ada --confirm-realm https://auth.r.io",
        ] {
            parse(words).unwrap_or_else(|error| panic!("{words}: {error}"));
        }
        assert_eq!(refused("login r.io"), ErrorKind::MissingRequiredArgument);
        assert_eq!(
            refused("login r.io --anonymous --from-docker"),
            ErrorKind::ArgumentConflict
        );
        assert_eq!(
            refused("login r.io --anonymous -u ada"),
            ErrorKind::ArgumentConflict
        );
        assert!(parse("login r.io --anonymous --password-stdin").is_err());
    }

    #[test]
    fn a_password_is_never_an_argument() {
        assert_eq!(
            refused("login r.io -u ada --password x"),
            ErrorKind::UnknownArgument
        );
        assert_eq!(
            refused("login r.io -u ada -p x"),
            ErrorKind::UnknownArgument
        );
    }

    #[test]
    fn a_decision_needs_a_stage_and_a_reason() {
        for command in ["approve", "request-changes", "comment"] {
            parse(&format!("{command} r.io/a:1 --stage golden -m fine")).unwrap();
            for missing in ["--stage golden", "-m fine"] {
                assert_eq!(
                    refused(&format!("{command} r.io/a:1 {missing}")),
                    ErrorKind::MissingRequiredArgument
                );
            }
        }
        parse("withdraw r.io/a:1 --stage golden").unwrap();
    }

    #[test]
    fn an_adoption_is_of_a_place_with_a_tag_or_of_a_list() {
        for words in [
            "adopt r.io/payments --tag golden --dry-run --grace 30d",
            "adopt --csv list.csv -m moved",
        ] {
            parse(words).unwrap_or_else(|error| panic!("{words}: {error}"));
        }
        for words in ["adopt", "adopt r.io", "adopt --tag golden"] {
            assert_eq!(
                refused(words),
                ErrorKind::MissingRequiredArgument,
                "{words}"
            );
        }
        for words in [
            "adopt r.io --tag golden --csv l.csv",
            "adopt --csv l.csv --tag golden",
        ] {
            assert_eq!(refused(words), ErrorKind::ArgumentConflict, "{words}");
        }
    }

    #[test]
    fn a_reason_of_nothing_is_no_reason() {
        let words = [
            "hallmark", "approve", "r.io/a:1", "--stage", "golden", "-m", "  ",
        ];
        assert_eq!(
            Cli::try_parse_from(words).unwrap_err().kind(),
            ErrorKind::ValueValidation
        );
    }

    #[test]
    fn nonsense_is_refused_before_anything_is_opened() {
        assert_eq!(
            refused("member add ada --key k.pem --role king"),
            ErrorKind::InvalidValue
        );
        for words in [
            "inspect r.io/a:b:c",
            "inspect UPPER/../x",
            "evidence get r.io/a:1 sha256:12",
            "evidence attach r.io/a:1 f.xml --platform linux",
            "rollback r.io/a --stage golden --to abc -m why",
            "history --since yesterday",
            "history --digest xyz",
            "revoke UPPER/../x -m why",
        ] {
            assert_eq!(refused(words), ErrorKind::ValueValidation, "{words}");
        }
    }

    #[test]
    fn what_is_found_is_a_package_or_a_vulnerability() {
        for words in [
            "find package openssl@3.0.17 --ecosystem deb --offline",
            "find cve CVE-2026-20771 --refresh",
        ] {
            parse(words).unwrap_or_else(|error| panic!("{words}: {error}"));
        }
        assert_eq!(
            refused("find cve CVE-1 --refresh --offline"),
            ErrorKind::ArgumentConflict
        );
        assert_eq!(refused("find package"), ErrorKind::MissingRequiredArgument);
    }

    #[test]
    fn kinds_are_separated_by_commas_or_repeated() {
        let Command::History(history) = parse("history --kind approve,promotion --kind rollback")
            .unwrap()
            .command
        else {
            panic!("history");
        };
        assert_eq!(history.filter.kind, ["approve", "promotion", "rollback"]);
    }

    #[test]
    fn keys_to_verify_with_may_stand_before_or_after_the_image() {
        for words in [
            "verify r.io/a:1 --stage golden --key a.pem b.pem",
            "verify --stage golden --key a.pem b.pem r.io/a:1",
            "verify --key a.pem --key b.pem r.io/a:1 --stage golden",
        ] {
            let Command::Verify(verify) = parse(words).unwrap().command else {
                panic!("verify")
            };
            let (image, keys) = verify.image_and_keys().unwrap();
            assert_eq!(image.to_string(), "r.io/a:1", "{words}");
            assert_eq!(
                keys,
                [PathBuf::from("a.pem"), PathBuf::from("b.pem")],
                "{words}"
            );
        }
        let Command::Verify(verify) = parse("verify --stage golden --key a.pem").unwrap().command
        else {
            panic!("verify")
        };
        assert!(verify.image_and_keys().is_err());
    }

    #[test]
    fn who_stays_offline_and_who_copies_tells_nobody() {
        let tells = |words| parse(words).unwrap().command.tells();
        assert!(tells("notices") && tells("queue"));
        assert!(!tells("notices --offline") && !tells("copy r.io/a:1 r.io/b:1"));
    }
}
