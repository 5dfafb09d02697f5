//! Tags, placed after everything else, and looked at once they are.
//!
//! Some registries place several tags with one PUT and say which in `OCI-Tag`; most answer
//! 201 all the same and place none. Only what is echoed counts. Where the attempt was in vain
//! each tag's own PUT has to tell the digest that it names; so the attempt costs no request.

use super::{
    CopyJob, Spot,
    run::{Run, Standing},
    write_end::WriteEnd,
};
use crate::{Error, ErrorKind, Target, layout::Writer, manifests};
use hallmark_image::{Manifest, Tag};

/// Places the tags of `job`, in their order, and looks at what they name then.
pub(super) async fn place(
    run: &Run<'_>,
    job: &CopyJob,
    root: &Manifest,
    standing: Standing,
) -> Result<(), Error> {
    let spot = match &run.to {
        WriteEnd::Registry(spot) => spot,
        WriteEnd::Layout(writer) => return commit(writer, job, root).await,
    };
    let wanted = wanted(run, job, root, standing).await?;
    if wanted.is_empty() {
        return Ok(());
    }
    let _lane = run.lanes.acquire().await;
    let (echoed, in_vain) = at_once(spot, root, &wanted).await?;
    let mut unsure = Vec::new();
    for tag in wanted.iter().copied().filter(|tag| !echoed.contains(tag)) {
        let placed = manifests::put(&spot.home, &spot.name, Target::Tag(tag), root).await?;
        if !placed.digest_told {
            unsure.push(tag);
        }
    }
    run.tally.manifest(root);
    if let Some(last) = wanted.last()
        && !in_vain
        && !unsure.contains(last)
    {
        unsure.push(last);
    }
    for tag in unsure {
        check(run, spot, root, tag).await?;
    }
    Ok(())
}

/// A folder's tags all change at once, with everything else that it lists.
async fn commit(writer: &Writer, job: &CopyJob, root: &Manifest) -> Result<(), Error> {
    if job.tags.is_empty() {
        writer.list(root.descriptor(), None);
    }
    for tag in &job.tags {
        writer.list(root.descriptor(), Some(tag.to_string()));
    }
    writer.commit().await
}

/// The tags that do not name the image yet.
async fn wanted<'j>(
    run: &Run<'_>,
    job: &'j CopyJob,
    root: &Manifest,
    standing: Standing,
) -> Result<Vec<&'j Tag>, Error> {
    let tags = job.tags.iter();
    if standing != Standing::There {
        return Ok(tags.collect());
    }
    let mut wanted = Vec::new();
    for tag in tags.skip(1) {
        if run.to.tagged(tag).await?.as_ref() != Some(root.digest()) {
            wanted.push(tag);
        }
    }
    Ok(wanted)
}

/// All tags with one PUT, where there are several and the registry is not known to ignore
/// that. Says which were placed, and whether that was tried in vain.
async fn at_once<'t>(
    spot: &Spot,
    root: &Manifest,
    tags: &[&'t Tag],
) -> Result<(Vec<&'t Tag>, bool), Error> {
    if tags.len() < 2 || spot.home.echoes_tags.get() == Some(&false) {
        return Ok((Vec::new(), false));
    }
    let echoed = match manifests::put_tags(&spot.home, &spot.name, root, tags).await {
        Ok(echoed) => echoed,
        // It does not like the form; the tags are placed one by one.
        Err(error) if matches!(error.kind(), ErrorKind::Protocol | ErrorKind::Unsupported) => {
            Vec::new()
        }
        Err(error) => return Err(error),
    };
    let _ = spot.home.echoes_tags.set(!echoed.is_empty());
    let in_vain = echoed.is_empty();
    Ok((echoed, in_vain))
}

async fn check(run: &Run<'_>, spot: &Spot, root: &Manifest, tag: &Tag) -> Result<(), Error> {
    let found = run.to.tagged(tag).await?;
    if found.as_ref() == Some(root.digest()) {
        return Ok(());
    }
    let (host, name, wanted) = (spot.home.host(), &spot.name, root.digest());
    let found = found.map_or_else(|| "nothing".to_owned(), |digest| digest.to_string());
    Err(Error::new(
        ErrorKind::DigestMismatch,
        host,
        format!("The tag {tag} of {name} on {host} was placed on {wanted} and names {found} now."),
        "Somebody else may have moved it at the same time; look at it, and copy again if it \
         should be this image.",
    ))
}
