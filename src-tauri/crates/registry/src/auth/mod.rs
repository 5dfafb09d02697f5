//! Logging in to a registry: anonymous first, then with what its answer asks for.
//!
//! A login is looked up only when a registry wants one, and only that registry's own. What
//! was learnt is kept in memory: the way to log in, tokens until they expire, and the Basic
//! header until it is refused.

mod cache;
mod challenge;
mod grant;
mod realm;
pub(crate) mod scope;
mod token;

use crate::{Error, ErrorKind, home::Home};
use cache::TokenCache;
use challenge::Challenge;
pub(crate) use grant::{Grant, secret_of};
use hallmark_credentials::Login;
use http::HeaderMap;
pub(crate) use scope::Scopes;
use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::time::Instant;

/// What was learnt about logging in to one registry.
#[derive(Default)]
pub(crate) struct Auth {
    learnt: Mutex<Learnt>,
    /// One at a time, so that ten requests at once need one token.
    asking: tokio::sync::Mutex<()>,
    /// The token server does not take GET.
    posts: AtomicBool,
}

#[derive(Default)]
struct Learnt {
    challenge: Option<Challenge>,
    tokens: TokenCache,
    basic: Option<Grant>,
    /// A token of the product's own API.
    product: Option<(Grant, Instant)>,
}

/// How long a token of a product's own API is used; Docker Hub's lives ten minutes.
const PRODUCT_LIFE: Duration = Duration::from_secs(300);

impl Auth {
    /// What to send at first: nothing, as long as the registry never asked.
    pub(crate) async fn ready(&self, home: &Home, scopes: &Scopes) -> Result<Option<Grant>, Error> {
        let challenge = match &*self.learnt() {
            Learnt {
                challenge: Some(Challenge::Basic),
                basic,
                ..
            } => return Ok(basic.clone()),
            Learnt {
                challenge: Some(bearer),
                tokens,
                ..
            } => match tokens.get(scopes) {
                Some(grant) => return Ok(Some(grant)),
                None => bearer.clone(),
            },
            Learnt {
                challenge: None, ..
            } => return Ok(None),
        };
        self.token(home, &challenge, scopes).await.map(Some)
    }

    /// What to send after a 401 with `headers`; `refused` is what was sent before.
    /// None where nothing better can be had.
    pub(crate) async fn renew(
        &self,
        home: &Home,
        scopes: &Scopes,
        headers: &HeaderMap,
        refused: Option<&Grant>,
    ) -> Result<Option<Grant>, Error> {
        let Some(challenge) = Challenge::from_headers(headers) else {
            return Ok(None);
        };
        {
            let mut learnt = self.learnt();
            learnt.challenge = Some(without_scope(&challenge));
            if let Some(refused) = refused {
                learnt.tokens.forget(refused);
                learnt.basic = learnt.basic.take().filter(|kept| !kept.is_same(refused));
            }
        }
        if challenge == Challenge::Basic {
            return self.basic(home, refused).await;
        }
        self.token(home, &challenge, scopes).await.map(Some)
    }

    async fn basic(&self, home: &Home, refused: Option<&Grant>) -> Result<Option<Grant>, Error> {
        let _asking = self.asking.lock().await;
        let kept = self.learnt().basic.clone();
        if kept.is_some() {
            return Ok(kept);
        }
        let Some(login) = login(home).await? else {
            return Ok(None);
        };
        let grant = Grant::basic(&login).ok_or_else(|| no_identity_tokens(home))?;
        // The same password once more would only count as a second wrong attempt.
        if refused.is_some_and(|refused| refused.is_same(&grant)) {
            return Ok(None);
        }
        self.learnt().basic = Some(grant.clone());
        Ok(Some(grant))
    }

    async fn token(
        &self,
        home: &Home,
        challenge: &Challenge,
        scopes: &Scopes,
    ) -> Result<Grant, Error> {
        let _asking = self.asking.lock().await;
        if let Some(grant) = self.learnt().tokens.get(scopes) {
            return Ok(grant);
        }
        let login = login(home).await?;
        let fresh = token::fetch(home, challenge, scopes, login.as_ref()).await?;
        let until = Instant::now() + fresh.life;
        let mut learnt = self.learnt();
        learnt
            .tokens
            .put(scopes.clone(), fresh.grant.clone(), until);
        Ok(fresh.grant)
    }

    /// The token server that the registry named last, as it named it.
    pub(crate) fn realm(&self) -> Option<String> {
        match &self.learnt().challenge {
            Some(Challenge::Bearer { realm, .. }) => Some(realm.clone()),
            _ => None,
        }
    }

    /// The token of the product's own API, as long as it is good.
    pub(crate) fn product(&self) -> Option<Grant> {
        let learnt = self.learnt();
        let kept = learnt.product.as_ref();
        kept.filter(|(_, until)| *until > Instant::now())
            .map(|(grant, _)| grant.clone())
    }

    pub(crate) fn keep_product(&self, grant: &Grant) {
        self.learnt().product = Some((grant.clone(), Instant::now() + PRODUCT_LIFE));
    }

    /// Whether name and password go to the token server by POST.
    pub(crate) fn posts(&self) -> bool {
        self.posts.load(Ordering::Relaxed)
    }

    /// GET was refused there: from now on it is POST.
    pub(crate) fn learn_to_post(&self) {
        self.posts.store(true, Ordering::Relaxed);
    }

    fn learnt(&self) -> MutexGuard<'_, Learnt> {
        self.learnt.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The scope belongs to the request that was refused, not to the next.
fn without_scope(challenge: &Challenge) -> Challenge {
    match challenge.clone() {
        Challenge::Bearer { realm, service, .. } => Challenge::Bearer {
            realm,
            service,
            scope: None,
        },
        basic @ Challenge::Basic => basic,
    }
}

/// The login of this registry, and of no other.
pub(crate) async fn login(home: &Home) -> Result<Option<Login>, Error> {
    let host = home.host();
    home.shared.logins.login(host).await.map_err(|why| {
        Error::new(
            ErrorKind::Logins,
            host,
            format!("The login for {host} could not be read: {why}"),
            "Make the place where logins are kept available and try again.",
        )
    })
}

fn no_identity_tokens(home: &Home) -> Error {
    Error::new(
        ErrorKind::Unsupported,
        home.host(),
        format!(
            "{} takes a name and password, and an identity token is kept for it.",
            home.host()
        ),
        "Log in again with a name and a password or access token.",
    )
}
