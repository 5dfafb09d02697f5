//! Registries: logins, and what there is to see.

use super::{At, Reply};
use futures::{FutureExt as _, future::ready};
use hallmark_workflow::dto::{AskNames, Inspection, LoginRequest, LoginTest, Names, RegistryInfo};

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
pub async fn repositories(seat: At<'_>, args: AskNames) -> Reply<Names> {
    seat.with(|desk| desk.repositories(args).boxed()).await
}

#[tauri::command]
pub async fn tags(seat: At<'_>, args: AskNames) -> Reply<Names> {
    seat.with(|desk| desk.tags(args).boxed()).await
}

#[tauri::command]
pub async fn inspect(seat: At<'_>, args: String) -> Reply<Inspection> {
    seat.with(|desk| async move { desk.inspect(&args).await }.boxed())
        .await
}
