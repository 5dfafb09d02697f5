//! Whose signatures count: members with their keys and roles.

use crate::{
    dto::{Member, Role},
    error::{Code, Error, Result},
    home::MemberFile,
};
use hallmark_attest::{PublicKey, predicate};

/// The members in force, and where that is known from.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    members: Vec<Trusted>,
}

#[derive(Clone, Debug)]
struct Trusted {
    name: String,
    key: PublicKey,
    key_id: String,
    roles: Vec<Role>,
}

impl Trust {
    /// Trusts nobody.
    pub fn nobody() -> Self {
        Self::default()
    }

    /// Also trusts `key` as `name`, with `roles`.
    #[must_use]
    pub fn with(mut self, name: &str, key: PublicKey, roles: &[Role]) -> Self {
        let key_id = key.id().to_string();
        if self.name_of(&key_id).is_none() {
            self.members.push(Trusted {
                name: name.to_owned(),
                key,
                key_id,
                roles: roles.to_vec(),
            });
        }
        self
    }

    /// The members a file names.
    ///
    /// # Errors
    /// [`Code::BadInput`] naming the member whose key cannot be read.
    pub fn with_files(self, members: &[MemberFile]) -> Result<Self> {
        members.iter().try_fold(self, |trust, member| {
            Ok(trust.with(
                &member.name,
                read_key(&member.name, &member.key)?,
                &member.roles,
            ))
        })
    }

    /// The members a workspace document names.
    ///
    /// # Errors
    /// [`Code::BadInput`] naming the member whose key or role cannot be read.
    pub fn of_document(document: &predicate::Workspace) -> Result<Self> {
        document
            .members
            .iter()
            .try_fold(Self::nobody(), |trust, member| {
                let roles = member
                    .roles
                    .iter()
                    .map(|role| read_role(role))
                    .collect::<Result<Vec<_>>>()?;
                Ok(trust.with(&member.name, read_key(&member.name, &member.key)?, &roles))
            })
    }

    /// All keys.
    pub fn keys(&self) -> Vec<PublicKey> {
        self.members
            .iter()
            .map(|member| member.key.clone())
            .collect()
    }

    /// The member who has this key.
    pub fn name_of(&self, key_id: &str) -> Option<String> {
        self.find(key_id).map(|member| member.name.clone())
    }

    /// The roles of the member who has this key.
    pub fn roles_of(&self, key_id: &str) -> &[Role] {
        self.find(key_id).map_or(&[], |member| &member.roles)
    }

    /// Whether the member who has this key may decide and promote.
    pub fn approves(&self, key_id: &str) -> bool {
        self.roles_of(key_id)
            .iter()
            .any(|role| matches!(role, Role::Owner | Role::Approver))
    }

    /// Whether the member who has this key may ask for review.
    pub fn requests(&self, key_id: &str) -> bool {
        self.roles_of(key_id)
            .iter()
            .any(|role| !matches!(role, Role::Auditor))
    }

    /// Whether the member who has this key may change the workspace document.
    pub fn owns(&self, key_id: &str) -> bool {
        self.roles_of(key_id).contains(&Role::Owner)
    }

    /// The members, for showing.
    pub fn members(&self) -> Vec<Member> {
        let member = |trusted: &Trusted| Member {
            name: trusted.name.clone(),
            key: trusted.key.to_pem(),
            key_id: trusted.key_id.clone(),
            roles: trusted.roles.clone(),
        };
        self.members.iter().map(member).collect()
    }

    fn find(&self, key_id: &str) -> Option<&Trusted> {
        self.members.iter().find(|member| member.key_id == key_id)
    }
}

/// A public key somebody gave, as PEM.
///
/// # Errors
/// [`Code::BadInput`] naming whose it is.
pub fn read_key(whose: &str, pem: &str) -> Result<PublicKey> {
    PublicKey::from_pem(pem).map_err(|error| {
        Error::new(
            Code::BadInput,
            format!("the public key of {whose} cannot be read: {error}"),
        )
        .hint("It must be a P-256 public key in PEM, as `hallmark key export` prints it.")
    })
}

/// A role by its name.
///
/// # Errors
/// [`Code::BadInput`].
pub fn read_role(name: &str) -> Result<Role> {
    Ok(match name {
        "owner" => Role::Owner,
        "approver" => Role::Approver,
        "requester" => Role::Requester,
        "auditor" => Role::Auditor,
        "ci" => Role::Ci,
        other => {
            return Err(Error::new(Code::BadInput, format!("“{other}” is no role"))
                .hint("The roles are owner, approver, requester, auditor and ci."));
        }
    })
}

/// A role's name.
pub fn role_name(role: Role) -> &'static str {
    match role {
        Role::Owner => "owner",
        Role::Approver => "approver",
        Role::Requester => "requester",
        Role::Auditor => "auditor",
        Role::Ci => "ci",
    }
}
