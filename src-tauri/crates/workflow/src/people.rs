//! Who sits here, and first run: a name, a key in the keyring, and a home screen.

use crate::{
    desk::Desk,
    dto::{
        AppState, Appearance, ChooseStore, FirstRun, HistoryState, HomeScreen, KeyInfo, Me, Member,
        Status, WorkspaceInfo,
    },
    error::{Code, Error, Result},
};
use hallmark_attest::{PublicKey, SigningKey};
use hallmark_credentials::SecretString;
use hallmark_history::Filter;

/// The longest name, characters.
const NAME: usize = 100;

impl Desk {
    /// What the window needs to draw its frame.
    ///
    /// # Errors
    /// Where the workspace's files cannot be read. A registry that is away is no error.
    pub async fn app_state(&self) -> Result<AppState> {
        let file = self.file();
        let document = self.known_document().await?;
        Ok(AppState {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            me: self.me().await?,
            first_run: file.me.is_none(),
            home_screen: file.window.home_screen,
            appearance: file.window.appearance,
            keyring: self.keyring().await,
            workspaces: Vec::new(),
            workspace: WorkspaceInfo {
                id: file.id.clone(),
                name: file.name.clone(),
                home: self.home.path().display().to_string(),
                kind: file.kind,
                repository: file.team.map(|team| team.repository.to_string()),
                document: document.map(|document| document.info()),
                policy_file: self.home.policy_file().display().to_string(),
            },
        })
    }

    async fn me(&self) -> Result<Option<Me>> {
        let (Some(me), Some(key)) = (self.file().me, self.my_key()?) else {
            return Ok(None);
        };
        let key_id = key.id().to_string();
        let trust = self.known_trust().await.unwrap_or_default();
        Ok(Some(Me {
            name: trust.name_of(&key_id).unwrap_or(me.name),
            roles: trust.roles_of(&key_id).to_vec(),
            key_id,
        }))
    }

    /// The status bar.
    ///
    /// # Errors
    /// Where the history cannot be read.
    pub async fn status(&self) -> Result<Status> {
        let verified = self.last_verified().await?;
        let open = self.history.orphaned_intents().await?.len() as u64;
        Ok(Status {
            keyring: self.keyring().await,
            registries: self.registry_states(),
            history: HistoryState {
                entries: self.history.count(&Filter::default()).await?,
                verified_to: verified.as_ref().map(|done| done.entries),
                verified_at: verified.as_ref().map(|done| done.at),
                problem: verified.and_then(|done| done.problem),
            },
            open_intents: open,
            drifted: self.known_drift().await?,
        })
    }

    /// Ends first run: makes the key, and keeps the name and the home screen.
    ///
    /// # Errors
    /// [`Code::BadInput`] for a name that is none; where the keyring fails, nothing is kept.
    pub async fn first_run(&self, ask: FirstRun) -> Result<AppState> {
        let name = name(&ask.name)?;
        self.ensure_key(Some(&name)).await?;
        self.change(|file| file.window.home_screen = ask.home_screen)?;
        self.app_state().await
    }

    /// Chooses where secrets live; the key and the logins of the store before are copied there.
    ///
    /// # Errors
    /// [`Code::KeyringMissing`], [`Code::KeyringLocked`] and [`Code::KeyringBroken`] where the
    /// store does not work; then the old one stays.
    pub async fn choose_store(&self, ask: ChooseStore) -> Result<AppState> {
        self.use_store(ask.store, ask.passphrase.map(SecretString::new))
            .await?;
        self.app_state().await
    }

    /// Light, dark, or as the system says.
    ///
    /// # Errors
    /// Where the workspace file cannot be written.
    pub async fn set_appearance(&self, appearance: Appearance) -> Result<AppState> {
        self.change(|file| file.window.appearance = appearance)?;
        self.app_state().await
    }

    /// The screen to begin with.
    ///
    /// # Errors
    /// Where the workspace file cannot be written.
    pub async fn set_home_screen(&self, screen: HomeScreen) -> Result<AppState> {
        self.change(|file| file.window.home_screen = screen)?;
        self.app_state().await
    }

    /// Who signs here; a key is made where there is none.
    ///
    /// # Errors
    /// Where the keyring fails.
    pub async fn key_show(&self, wanted: Option<&str>) -> Result<KeyInfo> {
        let wanted = wanted.map(name).transpose()?;
        let key = self.ensure_key(wanted.as_deref()).await?;
        Ok(self.key_info(&key))
    }

    /// Takes a private key from elsewhere as the one to sign with.
    ///
    /// # Errors
    /// [`Code::BadInput`] for one that cannot be read; [`Code::Conflict`] where there is another.
    pub async fn key_import(&self, pem: SecretString, wanted: Option<&str>) -> Result<KeyInfo> {
        let key = SigningKey::from_pem(pem.expose()).map_err(|error| {
            Error::new(
                Code::BadInput,
                format!("the private key cannot be read: {error}"),
            )
            .hint("It must be a P-256 private key in PEM (PKCS #8 or SEC 1), without a passphrase.")
        })?;
        let other = self
            .my_key()?
            .is_some_and(|mine| mine.to_pem() != key.public().to_pem());
        if other {
            return Err(Error::new(Code::Conflict, "this workspace has a signing key already")
                .hint("Statements signed with it would lose their author. Use another workspace folder, or remove [me] from workspace.toml first."));
        }
        let wanted = wanted.map(name).transpose()?;
        let public = self.adopt_key(wanted.as_deref(), key).await?;
        Ok(self.key_info(&public))
    }

    fn key_info(&self, key: &PublicKey) -> KeyInfo {
        KeyInfo {
            name: self.file().me.map(|me| me.name).unwrap_or_default(),
            key_id: key.id().to_string(),
            public_key: key.to_pem(),
            place: self.vault().place().to_string(),
        }
    }

    /// The members whose signatures count.
    ///
    /// # Errors
    /// Where the workspace document cannot be read or believed.
    pub async fn members(&self) -> Result<Vec<Member>> {
        Ok(self.trust().await?.members())
    }
}

fn name(text: &str) -> Result<String> {
    let name = text.trim();
    let plain =
        !name.is_empty() && name.chars().count() <= NAME && !name.chars().any(char::is_control);
    match plain {
        true => Ok(name.to_owned()),
        false => Err(Error::new(
            Code::BadInput,
            "a name is missing, or is longer than 100 characters",
        )
        .hint("It stands on every decision: the name your team knows you by.")),
    }
}
