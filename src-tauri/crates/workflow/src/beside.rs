//! What a command beside an open desk changed: a login, a pipeline, a team that was joined.
//!
//! The workspace's file is the truth; a window that stands open takes in what became of it
//! before it does anything. A file that cannot be read right now changes nothing: whatever is
//! about to change it reads it again, and says what is wrong with it.

use crate::{
    desk::{Desk, held},
    error::Result,
    home::WorkspaceFile,
};

impl Desk {
    /// Takes in what the workspace's file says now.
    ///
    /// # Errors
    /// Where no registry can be talked to with what it says.
    pub fn look_beside(&self) -> Result<()> {
        if !self.home.workspace_file().exists() {
            return Ok(());
        }
        let other_registries = {
            let mut file = held(&self.file);
            let Ok(now) = WorkspaceFile::load(&self.home) else {
                return Ok(());
            };
            let before = std::mem::replace(&mut *file, now);
            before.registries != file.registries
        };
        if other_registries {
            self.refresh_client()?;
        }
        Ok(())
    }
}
