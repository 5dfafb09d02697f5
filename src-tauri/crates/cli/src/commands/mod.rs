//! The commands: each asks one use case and words its answer.

mod copy;
mod definition;
mod delete;
mod docker;
mod evidence;
mod find;
mod golden;
mod hear;
mod history;
mod images;
mod parse;
mod people;
mod pipelines;
mod policy;
mod promotion;
mod registries;
mod requests;
mod review;
mod smoke;
mod verify;
mod wait;
mod waive;
mod words;
mod workspace;

use crate::{args::Command, context::Context, exit::Result, output::Answer};

/// Does what was asked.
///
/// # Errors
/// What the use case says; the exit code follows from it.
pub async fn run(context: &Context, command: Command) -> Result<Answer> {
    match command {
        Command::Login(ask) => Box::pin(registries::login(context, ask)).await,
        Command::Logout(ask) => Box::pin(registries::logout(context, &ask)).await,
        Command::Registries(ask) => Box::pin(registries::registries(context, ask)).await,
        Command::Workspace(ask) => Box::pin(workspace::run(context, ask)).await,
        Command::Images(ask) => Box::pin(images::list(context, &ask)).await,
        Command::Copy(ask) => Box::pin(copy::copy(context, ask)).await,
        Command::Inspect(ask) => Box::pin(images::inspect(context, &ask)).await,
        Command::Delete(ask) => Box::pin(delete::delete(context, &ask)).await,
        Command::Evidence(ask) => Box::pin(evidence::run(context, ask)).await,
        Command::Request(ask) => Box::pin(requests::request(context, ask)).await,
        Command::Queue(ask) => Box::pin(requests::queue(context, &ask)).await,
        Command::Withdraw(ask) => Box::pin(requests::withdraw(context, ask)).await,
        Command::Status(ask) => Box::pin(wait::status(context, &ask)).await,
        Command::Review(ask) => Box::pin(review::review(context, &ask)).await,
        Command::Tick(ask) => Box::pin(policy::tick(context, ask)).await,
        Command::Approve(ask) => Box::pin(requests::approve(context, ask.decision)).await,
        Command::RequestChanges(ask) => Box::pin(requests::object(context, ask.decision)).await,
        Command::Comment(ask) => Box::pin(requests::comment(context, ask)).await,
        Command::Waive(ask) => Box::pin(waive::waive(context, ask)).await,
        Command::Waivers(_) => Box::pin(waive::waivers(context)).await,
        Command::Promote(ask) => Box::pin(promotion::promote(context, &ask)).await,
        Command::Settle(_) => Box::pin(promotion::settle(context)).await,
        Command::Rollback(ask) => Box::pin(promotion::rollback(context, ask)).await,
        Command::Golden(ask) => Box::pin(golden::golden(context, &ask)).await,
        Command::Find(ask) => Box::pin(find::find(context, ask)).await,
        Command::Adopt(ask) => Box::pin(golden::adopt(context, ask)).await,
        Command::Drift(_) => Box::pin(golden::drift(context)).await,
        Command::Revoke(ask) => Box::pin(golden::revoke(context, ask)).await,
        Command::Verify(ask) => Box::pin(verify::verify(context, &ask)).await,
        Command::History(ask) => Box::pin(history::run(context, ask)).await,
        Command::Engine(ask) => Box::pin(docker::engine(context, ask)).await,
        Command::Build(ask) => Box::pin(docker::build(context, ask)).await,
        Command::Tag(ask) => Box::pin(docker::tag(context, ask)).await,
        Command::Untag(ask) => Box::pin(docker::untag(context, ask)).await,
        Command::Push(ask) => Box::pin(docker::push(context, ask)).await,
        Command::Pull(ask) => Box::pin(docker::pull(context, ask)).await,
        Command::Scan(ask) => Box::pin(smoke::scan(context, ask)).await,
        Command::Smoke(ask) => Box::pin(smoke::smoke(context, &ask)).await,
        Command::Notices(ask) => Box::pin(hear::notices(context, ask)).await,
        Command::Webhook(ask) => Box::pin(hear::webhook(context, ask)).await,
        Command::Health(ask) => Box::pin(smoke::health(context, ask)).await,
        Command::Key(ask) => Box::pin(people::key(context, ask)).await,
        Command::Member(ask) => Box::pin(people::member(context, ask)).await,
        Command::Policy(ask) => Box::pin(people::policy(context, &ask)).await,
        Command::Pipelines(ask) => Box::pin(pipelines::run(context, &ask)).await,
        Command::Man { dir } => definition::man(&dir),
        Command::Completions { shell } => Ok(definition::completions(shell)),
    }
}
