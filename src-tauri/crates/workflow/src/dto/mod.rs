//! What crosses from the use cases to the window and to `--json`: plain data, complete in
//! itself, with no rule in it. TypeScript is generated from these types.

mod adoption;
mod app;
mod asks;
mod audit;
mod copy;
mod difference;
mod find;
mod golden;
mod images;
mod login;
mod many;
mod pages;
mod people;
mod pipelines;
mod policy;
mod promotion;
mod queue;
mod registries;
mod review;
mod talk;
mod waivers;

pub use adoption::*;
pub use app::*;
pub use asks::*;
pub use audit::*;
pub use copy::*;
pub use difference::*;
pub use find::*;
pub use golden::*;
pub use images::*;
pub use login::*;
pub use many::*;
pub use pages::*;
pub use people::*;
pub use pipelines::*;
pub use policy::*;
pub use promotion::*;
pub use queue::*;
pub use registries::*;
pub use review::*;
pub use talk::*;
pub use waivers::*;
