//! Registries: logins.

use super::{At, Reply};
use futures::{FutureExt as _, future::ready};
use hallmark_workflow::dto::{LoginRequest, LoginTest, RegistryInfo};

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
