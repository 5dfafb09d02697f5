//! `verify`: the gate before a deployment.

use crate::{
    args::Verify,
    context::Context,
    exit::{Exit, Result},
    files,
    output::Answer,
    page::Page,
    text::{short_key, time},
};
use hallmark_workflow::dto::Verification;

/// `verify IMAGE --stage S [--key FILE…]`; no, unless trusted signatures say so.
///
/// # Errors
/// Where the registry cannot be asked, or a key cannot be read.
pub async fn verify(context: &Context, ask: &Verify) -> Result<Answer> {
    let (image, keys) = ask.image_and_keys()?;
    let keys = keys
        .iter()
        .map(|key| files::text(key))
        .collect::<Result<Vec<String>>>()?;
    let keys = (!keys.is_empty()).then_some(keys);
    let desk = context.desk().await?;
    let answer = desk.verify(&image.to_string(), &ask.stage, keys).await?;
    told(&answer)
}

fn told(answer: &Verification) -> Result<Answer> {
    let word = if answer.golden { "Yes" } else { "No" };
    let mut page = Page::of(format!("{word}: {}", answer.reason));
    let key = answer
        .key_id
        .as_deref()
        .map(|key| format!(", key {}", short_key(key)));
    let by = answer
        .promoted_by
        .as_ref()
        .map(|by| format!("{by}{}", key.unwrap_or_default()));
    page.facts([
        ("image", Some(answer.image.clone())),
        ("stage", Some(answer.stage.clone())),
        ("promoted by", by),
        ("promoted at", answer.promoted_at.map(time)),
        (
            "approved by",
            (!answer.approved_by.is_empty()).then(|| answer.approved_by.join(", ")),
        ),
    ]);
    page.notes("not believed", &answer.distrusted);
    Ok(Answer::new(answer, page)?.exit(Exit::of(answer.golden)))
}
