//! What changed between a candidate and another image.

use super::{At, Reply};
use futures::FutureExt as _;
use hallmark_workflow::dto::{
    AskDifference, Difference, FindingsPage, FindingsSinceQuery, PackagesPage, PackagesQuery,
    PlatformLayers, TestsSincePage, TestsSinceQuery,
};

#[tauri::command]
pub async fn difference(seat: At<'_>, args: AskDifference) -> Reply<Difference> {
    seat.with(|desk| desk.difference(args).boxed()).await
}

#[tauri::command]
pub async fn findings_since(seat: At<'_>, args: FindingsSinceQuery) -> Reply<FindingsPage> {
    seat.with(|desk| desk.findings_since(args).boxed()).await
}

#[tauri::command]
pub async fn tests_since(seat: At<'_>, args: TestsSinceQuery) -> Reply<TestsSincePage> {
    seat.with(|desk| desk.tests_since(args).boxed()).await
}

#[tauri::command]
pub async fn packages(seat: At<'_>, args: PackagesQuery) -> Reply<PackagesPage> {
    seat.with(|desk| desk.packages(args).boxed()).await
}

#[tauri::command]
pub async fn layers(seat: At<'_>, args: AskDifference) -> Reply<Vec<PlatformLayers>> {
    seat.with(|desk| desk.layers(args).boxed()).await
}
