//! Talk: comments on an image, a finding or a test, in threads; and points that stay open until
//! who raised them, or who asked for the review, resolves them with an answer.
//!
//! What was said of the image that this one supersedes, or of one that its tag named before, is
//! carried over: it is read where it hangs, and nothing is written anew.

use crate::{
    act::{Act, Signed},
    case::Case,
    desk::Desk,
    dto::{AskTalk, Decided, Said, TalkAbout, TalkThread},
    error::{Code, Error, Result},
    image::digest,
    standing::person,
};
use hallmark_attest::{Envelope, predicate as p};
use hallmark_history::Filter;
use hallmark_image::Digest;
use std::collections::{BTreeMap, BTreeSet};

/// How many images back the talk is followed.
const GENERATIONS: usize = 10;
/// How many comments of the tag's earlier images are looked through.
const KEPT: usize = 200;

/// What was said of earlier images, and who asked for their review.
#[derive(Default)]
pub(crate) struct Earlier {
    comments: Vec<Signed>,
    requesters: BTreeSet<String>,
}

impl Desk {
    /// Comments on an image, a finding or a test; or answers, and with that resolves a point.
    ///
    /// # Errors
    /// [`Code::NotAllowed`] for a key of no member and for a point that is somebody else's to
    /// resolve, [`Code::NotFound`] where there is no such thread.
    pub async fn talk(&self, ask: AskTalk) -> Result<Decided> {
        let mut case = self.talking(&ask).await?;
        let earlier = self.said_earlier(&case).await?;
        let threads = threads(&case, &earlier);
        let talk = talk_of(&ask, &threads)?;
        self.say(&mut case, &ask.message, talk).await
    }

    /// What was said of images before this one.
    pub(crate) async fn said_earlier(&self, case: &Case) -> Result<Earlier> {
        let mut earlier = Earlier::default();
        self.superseded(case, &mut earlier).await?;
        self.under_the_tag(case, &mut earlier).await?;
        Ok(earlier)
    }

    /// Along what each request says that it supersedes.
    async fn superseded(&self, case: &Case, earlier: &mut Earlier) -> Result<()> {
        let request = case.standing.request.as_ref();
        let mut next = request.and_then(|(_, request)| request.supersedes.clone());
        let mut met = BTreeSet::from([case.image.digest().clone()]);
        while let Some(digest) = next.filter(|digest| met.insert(digest.clone())) {
            if met.len() > GENERATIONS {
                return Ok(());
            }
            let repository = &case.image.repository;
            let subject = BTreeSet::from([digest.clone()]);
            let there = self.attached_to(repository, subject, &case.trust).await?;
            let requests = there.trusted().filter_map(|signed| match &signed.act {
                Act::Request(says) if says.stage == case.stage && says.digest == digest => {
                    Some((signed, says))
                }
                _ => None,
            });
            let newest = requests.max_by_key(|(_, says)| says.origin.time);
            next = newest.and_then(|(_, says)| says.supersedes.clone());
            let asked = newest.map(|(signed, _)| signed.key_id().to_owned());
            earlier.requesters.extend(asked);
            earlier.comments.extend(there.trusted().cloned());
        }
        Ok(())
    }

    /// On images that the tag named before, as this machine's history has it.
    async fn under_the_tag(&self, case: &Case, earlier: &mut Earlier) -> Result<()> {
        let Some(tag) = case.tag() else {
            return Ok(());
        };
        let filter = Filter {
            repository: Some(case.image.repository.to_string()),
            tag: Some(tag),
            kind: Some(vec!["comment".into()]),
            ..Filter::default()
        };
        let page = self.history.page(&filter, None, KEPT).await?;
        let read = page.entries.iter().filter_map(|entry| {
            let envelope = Envelope::parse(&entry.envelope()?).ok()?;
            Signed::from_envelope(&envelope, &case.trust).ok()
        });
        earlier
            .comments
            .extend(read.filter(|signed| signed.member().is_some()));
        Ok(())
    }
}

/// What the person says, where that makes sense here.
fn talk_of(ask: &AskTalk, threads: &[TalkThread]) -> Result<p::Talk> {
    let Some(answers) = &ask.answers else {
        if ask.resolves {
            return Err(Error::new(
                Code::BadInput,
                "only an answer can resolve a point",
            ));
        }
        return Ok(p::Talk {
            on: ask.on.clone().map(on),
            asks: ask.asks,
            answers: None,
            resolves: false,
        });
    };
    let thread = threads.iter().find(|one| one.statement == *answers);
    let thread = thread.ok_or_else(|| {
        Error::new(
            Code::NotFound,
            format!("nothing was said here in {answers}"),
        )
        .hint("`hallmark review --json` lists what was said under `talk`.")
    })?;
    if ask.resolves && !thread.open {
        return Err(Error::new(Code::Conflict, "that point is not open"));
    }
    if ask.resolves && !thread.can_resolve {
        return Err(Error::new(
            Code::NotAllowed,
            "only who raised the point, or who asked for the review, can resolve it",
        ));
    }
    Ok(p::Talk {
        on: thread.on.clone().map(on),
        asks: false,
        answers: Some(digest(answers)?),
        resolves: ask.resolves,
    })
}

/// Every thread about a case: open points first, then the newest.
pub(crate) fn threads(case: &Case, earlier: &Earlier) -> Vec<TalkThread> {
    let mut said: BTreeMap<&Digest, (&Signed, &p::Decision)> = BTreeMap::new();
    for signed in case.attached.trusted().chain(&earlier.comments) {
        if let Act::Decision(says) = &signed.act
            && says.decision == p::Choice::Comment
            && says.stage == case.stage
        {
            said.insert(&signed.digest, (signed, says));
        }
    }
    let mut order: Vec<(&Signed, &p::Decision)> = said.values().copied().collect();
    order.sort_by_key(|(_, says)| says.origin.time);
    let mut threads: Vec<TalkThread> = Vec::new();
    for (signed, says) in order {
        let talk = says.talk.clone().unwrap_or_default();
        let root = talk.answers.as_ref().filter(|root| said.contains_key(root));
        let known = root.and_then(|root| {
            let name = root.to_string();
            threads.iter_mut().find(|one| one.statement == name)
        });
        match known {
            Some(thread) => answered(thread, case, earlier, signed, says),
            None => threads.push(begun(case, earlier, signed, says)),
        }
    }
    threads.sort_by_key(|one| {
        let newest = one.said.last().map(|said| said.at);
        (!one.open, std::cmp::Reverse(newest))
    });
    threads
}

fn begun(case: &Case, earlier: &Earlier, signed: &Signed, says: &p::Decision) -> TalkThread {
    let talk = says.talk.clone().unwrap_or_default();
    let mine = case.me.as_deref() == Some(signed.key_id());
    let asked = case
        .me
        .as_deref()
        .is_some_and(|me| is_requester(case, earlier, me));
    TalkThread {
        statement: signed.digest.to_string(),
        on: talk.on.map(about),
        asks: talk.asks,
        open: talk.asks,
        from: (says.digest != *case.image.digest()).then(|| says.digest.to_string()),
        can_resolve: talk.asks && (mine || asked),
        said: vec![one(signed, says, false)],
    }
}

/// An answer resolves the point where its author may do that.
fn answered(
    thread: &mut TalkThread,
    case: &Case,
    earlier: &Earlier,
    signed: &Signed,
    says: &p::Decision,
) {
    let raised = thread
        .said
        .first()
        .and_then(|first| first.by.key_id.clone());
    let may =
        raised.as_deref() == Some(signed.key_id()) || is_requester(case, earlier, signed.key_id());
    let resolves = may && thread.open && says.talk.as_ref().is_some_and(|talk| talk.resolves);
    thread.open &= !resolves;
    thread.can_resolve &= thread.open;
    thread.said.push(one(signed, says, resolves));
}

/// Whether the key is that of who asked for the review of this image, or of one before it.
fn is_requester(case: &Case, earlier: &Earlier, key_id: &str) -> bool {
    let request = case.standing.request.as_ref();
    request.is_some_and(|(signed, _)| signed.key_id() == key_id)
        || earlier.requesters.contains(key_id)
}

fn one(signed: &Signed, says: &p::Decision, resolves: bool) -> Said {
    Said {
        by: person(signed),
        at: says.origin.time,
        message: says.message.clone(),
        resolves,
        statement: signed.digest.to_string(),
    }
}

fn about(on: p::TalkOn) -> TalkAbout {
    match on {
        p::TalkOn::Finding { id, package } => TalkAbout::Finding { id, package },
        p::TalkOn::Test { suite, name } => TalkAbout::Test { suite, name },
    }
}

fn on(about: TalkAbout) -> p::TalkOn {
    match about {
        TalkAbout::Finding { id, package } => p::TalkOn::Finding { id, package },
        TalkAbout::Test { suite, name } => p::TalkOn::Test { suite, name },
    }
}

/// `on CVE-2026-1 in zlib1g: `, before what was said.
pub(crate) fn on_what(talk: Option<&p::Talk>) -> String {
    match talk.and_then(|talk| talk.on.as_ref()) {
        None => String::new(),
        Some(p::TalkOn::Finding {
            id,
            package: Some(package),
        }) => format!("on {id} in {package}: "),
        Some(p::TalkOn::Finding { id, package: None }) => format!("on {id}: "),
        Some(p::TalkOn::Test { suite, name }) => format!("on the test {suite} {name}: "),
    }
}
