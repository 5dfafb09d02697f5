//! What a platform needs before there is a window: a display to be on, and a renderer that works.
//! It never touches the workspace.

/// Makes the process fit for a window.
///
/// # Errors
/// A sentence for the person at the terminal, where no window can open.
#[cfg(target_os = "linux")]
pub fn prepare() -> Result<(), String> {
    linux::require_display(&|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))?;
    linux::avoid_blank_window()
}

/// Nothing to prepare here.
///
/// # Errors
/// None.
#[cfg(not(target_os = "linux"))]
pub fn prepare() -> Result<(), String> {
    Ok(())
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{os::unix::process::CommandExt, path::Path, process::Command};

    const SWITCH: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

    /// GTK ends the program with a panic where there is no display; this says it in a sentence.
    pub fn require_display(is_set: &dyn Fn(&str) -> bool) -> Result<(), String> {
        if ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"]
            .into_iter()
            .any(is_set)
        {
            return Ok(());
        }
        Err(
            "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set). Start it from a \
             desktop session, or use the `hallmark` command, which needs none."
                .to_owned(),
        )
    }

    /// WebKitGTK's DMA-BUF renderer leaves the window blank with NVIDIA's own driver and where
    /// there is no render node; there the older renderer is asked for, unless the person chose.
    ///
    /// The variable must be set before any thread reads the environment, so the program starts
    /// itself once more in its own place (same process, a few milliseconds).
    pub fn avoid_blank_window() -> Result<(), String> {
        if std::env::var_os(SWITCH).is_some() || !dmabuf_fails(Path::new("/")) {
            return Ok(());
        }
        let program = std::env::current_exe()
            .map_err(|error| format!("cannot find the program's own file: {error}"))?;
        let error = Command::new(program)
            .args(std::env::args_os().skip(1))
            .env(SWITCH, "1")
            .exec();
        Err(format!("cannot start again with {SWITCH}=1: {error}"))
    }

    /// Whether the machine whose files stand under `root` is one of those.
    fn dmabuf_fails(root: &Path) -> bool {
        let nvidia = root.join("sys/module/nvidia").exists();
        let render_node = std::fs::read_dir(root.join("dev/dri"))
            .into_iter()
            .flatten()
            .flatten()
            .any(|entry| entry.file_name().to_string_lossy().starts_with("renderD"));
        nvidia || !render_node
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn without_a_display_the_sentence_says_what_to_do() {
            assert!(require_display(&|name| name == "WAYLAND_DISPLAY").is_ok());
            let sentence = require_display(&|_| false).unwrap_err();
            assert!(sentence.contains("`hallmark` command"));
        }

        #[test]
        fn the_older_renderer_is_asked_for_only_where_the_new_one_fails() {
            let root = std::env::temp_dir().join(format!("hallmark-dri-{}", std::process::id()));
            std::fs::create_dir_all(root.join("dev/dri")).unwrap();
            assert!(dmabuf_fails(&root), "no render node");
            std::fs::write(root.join("dev/dri/renderD128"), "").unwrap();
            assert!(!dmabuf_fails(&root), "a render node and no NVIDIA");
            std::fs::create_dir_all(root.join("sys/module/nvidia")).unwrap();
            assert!(dmabuf_fails(&root), "NVIDIA's own driver");
            std::fs::remove_dir_all(&root).unwrap();
        }
    }
}
