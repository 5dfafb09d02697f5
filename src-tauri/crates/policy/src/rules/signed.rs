//! Rules about signatures: a kind of evidence has to be signed by whom the stage names.

use super::view::View;
use crate::{Check, CheckVerdict, Item, SignedRule, Signer, Voucher, words};

/// Every counting report of the kind is signed as asked. The same bytes attached once more
/// without a signature do no harm: one good signature is enough for them.
pub(super) fn judge(view: &View<'_>, rule: &SignedRule) -> Check {
    let id = format!("{}-signed", words::slug(rule.kind));
    let noun = words::noun(rule.kind);
    let who = who(&rule.by);
    let title = format!("Every {noun} is signed by {who}");
    let read = view.of_kind(rule.kind);
    if read.is_empty() {
        let reason = format!("{}.", view.nothing_of(rule.kind));
        return view.check(id, title, CheckVerdict::Fail, reason, &read);
    }
    let reports = view.once(rule.kind);
    let is_signed = |report: &&&Item<'_>| {
        let same = read.iter().filter(|item| item.digest == report.digest);
        same.into_iter().any(|item| fits(&item.voucher, &rule.by))
    };
    let wrong: Vec<String> = reports
        .iter()
        .filter(|report| !is_signed(report))
        .map(|item| {
            format!(
                "{} is {}",
                words::shown(item.name, 80),
                item.voucher.words()
            )
        })
        .collect();
    let (verdict, reason) = match wrong.is_empty() {
        true => {
            let signed = words::counted(reports.len() as u64, "report", "reports");
            (CheckVerdict::Pass, format!("{signed} signed by {who}."))
        }
        false => {
            let wrong = words::first_of(&wrong, wrong.len() as u64);
            (
                CheckVerdict::Fail,
                format!("{wrong}; a signature by {who} is asked for."),
            )
        }
    };
    view.check(id, title, verdict, reason, &read)
}

pub(super) fn fits(voucher: &Voucher, asked: &Signer) -> bool {
    let Voucher::Signed { member, role, .. } = voucher else {
        return false;
    };
    match asked {
        Signer::Anyone => true,
        Signer::Role(name) => role.contains(name),
        Signer::Member(name) => member == name,
    }
}

fn who(asked: &Signer) -> String {
    match asked {
        Signer::Anyone => "a member".to_owned(),
        Signer::Role(name) => format!("a member with the role {name}"),
        Signer::Member(name) => name.clone(),
    }
}
