//! Registries: logins.

use super::{At, Reply};
use futures::{FutureExt as _, future::ready};
use hallmark_workflow::{
    dto::{
        AskHandOver, AskImport, HandOverPlan, ImportPreview, Imported, LoginRequest, LoginTest,
        RegistryInfo, RegistryKindInfo,
    },
    kinds,
};

#[tauri::command]
pub async fn registries(seat: At<'_>) -> Reply<Vec<RegistryInfo>> {
    seat.with(|desk| ready(Ok(desk.registries())).boxed()).await
}

#[tauri::command]
pub async fn login(seat: At<'_>, args: LoginRequest) -> Reply<LoginTest> {
    seat.with(|desk| desk.login(args).boxed()).await
}

#[tauri::command]
pub async fn test_registry(seat: At<'_>, args: String) -> Reply<LoginTest> {
    seat.with(|desk| async move { desk.test_registry(&args).await }.boxed())
        .await
}

#[tauri::command]
pub async fn logout(seat: At<'_>, args: String) -> Reply<Vec<RegistryInfo>> {
    seat.with(|desk| async move { desk.logout(&args).await }.boxed())
        .await
}

#[tauri::command]
pub async fn registry_kinds() -> Reply<Vec<RegistryKindInfo>> {
    Ok(kinds::kinds())
}

#[tauri::command]
pub async fn guess_kind(args: String) -> Reply<RegistryKindInfo> {
    kinds::guess(&args)
}

#[tauri::command]
pub async fn import_preview(seat: At<'_>) -> Reply<ImportPreview> {
    seat.with(|desk| async move { Ok(desk.import_preview().await) }.boxed())
        .await
}

#[tauri::command]
pub async fn import_logins(seat: At<'_>, args: AskImport) -> Reply<Vec<Imported>> {
    seat.with(|desk| desk.import(args).boxed()).await
}

#[tauri::command]
pub async fn hand_over_plan(seat: At<'_>, args: String) -> Reply<HandOverPlan> {
    seat.with(|desk| async move { desk.hand_over_plan(&args) }.boxed())
        .await
}

#[tauri::command]
pub async fn hand_over(seat: At<'_>, args: AskHandOver) -> Reply<HandOverPlan> {
    seat.with(|desk| desk.hand_over(args).boxed()).await
}
