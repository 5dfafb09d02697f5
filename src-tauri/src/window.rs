//! The one window of one workspace: its plugins, its place on the screen, its colour before the
//! page is there. It never knows what the page shows.

use crate::{
    arguments::Arguments,
    commands,
    ready::Ready,
    seat::{Places, Seat},
};
use hallmark_workflow::Surroundings;
use tauri::{App, AppHandle, Context, Manager, Theme, WebviewWindow, WebviewWindowBuilder, Wry};
use tauri::{plugin::TauriPlugin, window::Color};
use tauri_plugin_window_state::StateFlags;

const LABEL: &str = "main";
/// The page's own backgrounds, so that nothing flashes before it is painted.
const LIGHT: Color = Color(0xf4, 0xf3, 0xf0, 0xff);
const DARK: Color = Color(0x16, 0x16, 0x14, 0xff);

/// Opens the window and stays until it is closed.
///
/// # Errors
/// A sentence, where the window cannot open.
pub fn run(arguments: &Arguments) -> Result<(), String> {
    let context: Context<Wry> = tauri::generate_context!();
    let home = arguments.home(&|name| std::env::var(name).ok());
    let instance = arguments.instance(&context.config().identifier, home.as_deref());
    let practice = arguments.practice;
    tauri::Builder::default()
        .plugin(one_window(&instance))
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_notification::init())
        .plugin(
            tauri_plugin_opener::Builder::new()
                .open_js_links_on_click(false)
                .build(),
        )
        .plugin(remembered_place())
        .manage(Ready::new(arguments.ready_file.clone()))
        .invoke_handler(commands::handler())
        .setup(move |app| {
            app.manage(Seat::new(
                places(app)?,
                Surroundings::real(),
                home,
                practice,
            ));
            sit_down_early(app.handle());
            Ok(open(app)?)
        })
        .run(context)
        .map_err(|error| format!("the window cannot open: {error}"))
}

/// Where workspaces lie: the command's own default, beside it the one to practise in.
fn places(app: &App) -> tauri::Result<Places> {
    let data = app.path().data_dir()?;
    Ok(Places {
        plain: data.join("hallmark"),
        practice: data.join("hallmark-practice"),
        known: app.path().app_config_dir()?.join("workspaces.json"),
    })
}

/// Opens the workspace while the page is still being read; whoever asks first waits for it.
fn sit_down_early(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        app.state::<Seat>().open_early().await;
    });
}

/// A second start on the same workspace brings the first window to the front.
fn one_window(instance: &str) -> TauriPlugin<Wry> {
    tauri_plugin_single_instance::Builder::new()
        .dbus_id(instance)
        .callback(|app, _arguments, _folder| bring_to_front(app))
        .build()
}

/// Size and place come back at the next start; whether it is shown does not.
fn remembered_place() -> TauriPlugin<Wry> {
    tauri_plugin_window_state::Builder::new()
        .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
        .build()
}

fn bring_to_front(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL) {
        // A window manager may refuse each of these; the person can still click the window.
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
    }
}

fn open(app: &App) -> tauri::Result<()> {
    let windows = &app.config().app.windows;
    let Some(config) = windows.iter().find(|window| window.label == LABEL) else {
        return Err(tauri::Error::WindowNotFound);
    };
    let window = WebviewWindowBuilder::from_config(app, config)?.build()?;
    paint_background(&window)
}

fn paint_background(window: &WebviewWindow) -> tauri::Result<()> {
    let dark = window.theme()? == Theme::Dark;
    window.set_background_color(Some(if dark { DARK } else { LIGHT }))
}
