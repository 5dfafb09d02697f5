//! The frame: the workspace, first run, settings, the team.

use super::{At, Reply};
use futures::FutureExt as _;
use hallmark_workflow::{
    dto::{
        AppState, Appearance, AskInit, AskJoin, AskMember, AskSwitch, ChooseStore, FirstRun,
        HomeScreen, Keyring, PolicyText, Progress, Status, Team,
    },
    error::{Code, Error},
    https_link,
};
use tauri::{AppHandle, ipc::Channel};
use tauri_plugin_dialog::DialogExt;
use tauri_plugin_opener::OpenerExt;

#[tauri::command]
#[allow(clippy::needless_pass_by_value)] // Tauri hands state over by value.
pub fn cancel(seat: At<'_>, task: &str) {
    seat.cancel(task);
}

#[tauri::command]
pub async fn app_state(seat: At<'_>) -> Reply<AppState> {
    seat.app_state().await
}

#[tauri::command]
pub async fn status(seat: At<'_>) -> Reply<Status> {
    seat.with(|desk| desk.status().boxed()).await
}

#[tauri::command]
pub async fn first_run(seat: At<'_>, args: FirstRun) -> Reply<AppState> {
    let state = seat.with(|desk| desk.first_run(args).boxed()).await?;
    Ok(seat.with_others(state))
}

#[tauri::command]
pub async fn choose_store(seat: At<'_>, args: ChooseStore) -> Reply<AppState> {
    let state = seat.with(|desk| desk.choose_store(args).boxed()).await?;
    Ok(seat.with_others(state))
}

#[tauri::command]
pub async fn retry_keyring(seat: At<'_>) -> Reply<Keyring> {
    seat.with(|desk| desk.keyring().map(Ok).boxed()).await
}

#[tauri::command]
pub async fn set_appearance(seat: At<'_>, args: Appearance) -> Reply<AppState> {
    let state = seat.with(|desk| desk.set_appearance(args).boxed()).await?;
    Ok(seat.with_others(state))
}

#[tauri::command]
pub async fn set_home_screen(seat: At<'_>, args: HomeScreen) -> Reply<AppState> {
    let state = seat.with(|desk| desk.set_home_screen(args).boxed()).await?;
    Ok(seat.with_others(state))
}

#[tauri::command]
pub async fn switch_workspace(app: AppHandle, seat: At<'_>, args: AskSwitch) -> Reply<AppState> {
    let home = match args.home {
        Some(home) => Some(home.into()),
        None => super::review::ask(move || app.dialog().file().blocking_pick_folder()).await?,
    };
    match home {
        Some(home) => seat.switch(home).await,
        None => seat.app_state().await,
    }
}

#[tauri::command]
pub async fn open_practice(
    seat: At<'_>,
    task: String,
    progress: Channel<Progress>,
) -> Reply<AppState> {
    seat.practise(task, progress).await
}

#[tauri::command]
pub async fn remove_practice(seat: At<'_>) -> Reply<AppState> {
    seat.stop_practising().await
}

#[tauri::command]
pub async fn policy(seat: At<'_>) -> Reply<PolicyText> {
    seat.with(|desk| desk.policy_text().boxed()).await
}

#[tauri::command]
pub async fn workspace_init(seat: At<'_>, args: AskInit) -> Reply<Team> {
    seat.with(|desk| desk.workspace_init(args).boxed()).await
}

#[tauri::command]
pub async fn workspace_join(seat: At<'_>, args: AskJoin) -> Reply<Team> {
    seat.with(|desk| desk.workspace_join(args).boxed()).await
}

#[tauri::command]
pub async fn workspace_show(seat: At<'_>) -> Reply<Option<Team>> {
    match seat.with(|desk| desk.team().boxed()).await {
        Ok(team) => Ok(Some(team)),
        Err(error) if error.code == Code::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[tauri::command]
pub async fn member_add(seat: At<'_>, args: AskMember) -> Reply<Team> {
    seat.with(|desk| desk.member_add(args).boxed()).await
}

#[tauri::command]
pub async fn public_key(seat: At<'_>) -> Reply<String> {
    Ok(seat
        .with(|desk| desk.key_show(None).boxed())
        .await?
        .public_key)
}

/// Links leave the window for the person's own browser, and only over https.
#[tauri::command]
#[allow(clippy::needless_pass_by_value)] // Tauri hands arguments over by value.
pub fn open_link(app: AppHandle, args: String) -> Reply<()> {
    let url = https_link(&args)
        .ok_or_else(|| Error::new(Code::BadInput, "only https links are opened"))?;
    app.opener()
        .open_url(url, None::<&str>)
        .map_err(|error| Error::new(Code::File, format!("no browser could be opened: {error}")))
}
