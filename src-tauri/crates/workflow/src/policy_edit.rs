//! Changing the policy: looked at as a draft first, saved as the text that a person wrote.
//!
//! Solo it is a file, in a team a part of the signed document, of which a new version is written.
//! Whoever saves names the text that they changed; if somebody changed it meanwhile, nothing is
//! written.

use crate::{
    comparison::difference,
    desk::Desk,
    dto::{PolicyCheck, PolicyDraft, PolicyProblem, PolicyText, WorkspaceKind},
    error::{Code, Error, Result},
    home::write_whole,
    rules::stages_in_words,
};
use hallmark_image::Digest;
use hallmark_policy::{Policy, PolicyError};

/// Longer texts are not compared line by line.
const MAX_LINES: usize = 3000;

impl Desk {
    /// What a draft comes to: what is wrong with it and where, what it says, what would change.
    ///
    /// # Errors
    /// Where the policy in force cannot be read.
    pub async fn policy_check(&self, draft: PolicyDraft) -> Result<PolicyCheck> {
        let now = self.policy_source().await?;
        let (problem, words) = match Policy::parse(&draft.text) {
            Ok(policy) => (None, stages_in_words(&policy)),
            Err(error) => (Some(problem(error)), Vec::new()),
        };
        let long = draft.text.lines().count().max(now.lines().count()) > MAX_LINES;
        Ok(PolicyCheck {
            problem,
            words,
            difference: match long {
                true => Vec::new(),
                false => difference(&now, &draft.text),
            },
        })
    }

    /// Puts a policy in force.
    ///
    /// # Errors
    /// [`Code::BadInput`] naming line and reason; [`Code::NotAllowed`] for anybody but an owner of
    /// a team; [`Code::Conflict`] where somebody changed it meanwhile.
    pub async fn policy_save(&self, draft: PolicyDraft) -> Result<PolicyText> {
        let policy = usable(&draft.text)?;
        match self.file().kind {
            WorkspaceKind::Team => {
                let before = self.document().await?;
                self.may_change(&before)?;
                unchanged(&before.says.policy, draft.base.as_deref())?;
                let text = policy.text().to_owned();
                self.next_document(&before, |says| says.policy = text)
                    .await?;
            }
            _ => {
                unchanged(&self.policy_source().await?, draft.base.as_deref())?;
                write_whole(&self.home.policy_file(), policy.text().as_bytes())?;
                let digest = policy.digest();
                let note = format!("The policy was changed; its digest is {digest}.");
                self.note("policy", note).await?;
            }
        }
        self.policy_text().await
    }
}

/// A policy that can be used.
///
/// # Errors
/// [`Code::BadInput`] naming line and reason.
pub(crate) fn usable(text: &str) -> Result<Policy> {
    Policy::parse(text).map_err(|error| {
        Error::new(Code::BadInput, error.to_string()).hint("Mend the line; nothing was saved.")
    })
}

fn problem(error: PolicyError) -> PolicyProblem {
    PolicyProblem {
        line: error.line as u64,
        column: error.column as u64,
        message: error.reason,
    }
}

fn unchanged(now: &str, base: Option<&str>) -> Result<()> {
    let now = Digest::sha256(now).to_string();
    match base {
        Some(base) if base != now => Err(Error::new(
            Code::Conflict,
            "somebody else changed the policy meanwhile",
        )
        .hint("Look at it again, then repeat your change.")),
        _ => Ok(()),
    }
}
