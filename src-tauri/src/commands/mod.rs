//! Every command that the window may call, in one list. A command here is one call of one use
//! case; it never decides anything and never holds a rule.

mod difference;
mod docker;
mod find;
mod frame;
mod golden;
mod hear;
mod history;
mod images;
mod pipelines;
mod policy;
mod registries;
mod review;
mod waivers;

use crate::{ready, seat::Seat};
use hallmark_workflow::error::Error;
use tauri::{State, Wry, ipc::Invoke};

/// What a command gives.
type Reply<T> = Result<T, Error>;
/// The seat, as Tauri hands it over.
type At<'a> = State<'a, Seat>;

/// The list: what is not in it cannot be called.
#[allow(
    clippy::too_many_lines,
    reason = "one list is read at one look; it holds no logic"
)]
pub fn handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        ready::window_ready,
        frame::cancel,
        frame::app_state,
        frame::status,
        frame::first_run,
        frame::choose_store,
        frame::retry_keyring,
        frame::set_appearance,
        frame::set_home_screen,
        frame::switch_workspace,
        frame::open_practice,
        frame::remove_practice,
        frame::policy,
        policy::policy_check,
        policy::policy_try,
        policy::policy_save,
        policy::tick,
        frame::workspace_init,
        frame::workspace_join,
        frame::workspace_show,
        frame::member_add,
        frame::public_key,
        frame::open_link,
        review::queue,
        review::review,
        review::tests_page,
        review::findings_page,
        review::test_row,
        review::finding_row,
        review::leave_review,
        difference::difference,
        difference::findings_since,
        difference::tests_since,
        difference::packages,
        difference::layers,
        review::report_text,
        review::pick_reports,
        review::attach,
        review::request,
        review::approve,
        review::request_changes,
        review::comment,
        review::withdraw,
        review::talk,
        review::groups,
        review::approve_many,
        waivers::waive,
        waivers::end_waiver,
        waivers::waivers,
        review::promote,
        review::rollback_targets,
        review::rollback,
        review::settle,
        golden::golden,
        golden::golden_look,
        golden::golden_image,
        golden::drift,
        golden::pick_list,
        golden::adopt,
        golden::adopt_rows,
        golden::revoke,
        find::find,
        find::find_refresh,
        pipelines::pipeline_lines,
        pipelines::pipeline_line,
        pipelines::pipelines,
        pipelines::pipelines_check,
        pipelines::pipelines_save,
        docker::engine,
        docker::engines,
        docker::choose_engine,
        docker::engine_news,
        docker::local_images,
        docker::local_image,
        docker::tag_image,
        docker::remove_image,
        docker::prune_plan,
        docker::prune,
        docker::pull,
        docker::push,
        docker::pick_folder,
        docker::pick_dockerfile,
        docker::dockerfile,
        docker::dockerfile_check,
        docker::dockerfile_save,
        docker::dockerfile_templates,
        docker::build_context,
        docker::build,
        docker::jobs,
        docker::job,
        docker::smoke_spec,
        docker::smoke,
        docker::scanners,
        docker::scan,
        docker::scan_stage,
        docker::health,
        hear::notices,
        hear::saw,
        hear::webhooks,
        hear::add_webhook,
        hear::test_webhook,
        hear::remove_webhook,
        registries::registries,
        registries::login,
        registries::test_registry,
        registries::logout,
        registries::registry_kinds,
        registries::guess_kind,
        registries::import_preview,
        registries::import_logins,
        registries::hand_over_plan,
        registries::hand_over,
        images::list,
        images::list_rows,
        images::tag_facts,
        images::tag_past,
        images::inspect,
        images::plan_deletion,
        images::delete,
        history::history,
        history::history_entry,
        history::history_verify,
        history::history_rebuild,
        history::history_export,
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn the_list_and_the_table_of_the_use_cases_name_the_same_commands() {
        let source = include_str!("mod.rs");
        let list = source
            .split("generate_handler![")
            .nth(1)
            .and_then(|rest| rest.split(']').next())
            .unwrap();
        let own = ["window_ready", "cancel"];
        let listed: BTreeSet<&str> = list
            .split(',')
            .filter_map(|path| path.trim().rsplit("::").next())
            .filter(|name| !name.is_empty() && !own.contains(name))
            .collect();
        let table = hallmark_workflow::commands::names();
        assert_eq!(listed, table.into_iter().collect());
    }
}
