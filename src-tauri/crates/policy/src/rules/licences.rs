//! `[stage.<name>.licences]`: under which licences packages may stand.

use super::{
    Rule,
    packages::{judge, named},
    view::View,
};
use crate::{
    Check, Level,
    pattern::fits,
    when::{When, rule},
    words,
};
use hallmark_evidence::{Kind, Package};

rule! {
    /// Licences by their SPDX id; `*` stands for anything.
    pub struct LicencesRule {
        /// The only ones that are allowed; empty: all but those that are denied.
        #[serde(default)]
        pub allow: Vec<String>,
        /// Those that are not.
        #[serde(default)]
        pub deny: Vec<String>,
        /// What a package means that names no licence: `allow` or `refuse`.
        #[serde(default)]
        pub unnamed: Level,
    }
}

impl Rule for LicencesRule {
    fn when(&self) -> When {
        self.when()
    }

    fn kind(&self) -> Option<Kind> {
        Some(Kind::Sbom)
    }

    fn in_words(&self) -> String {
        let mut parts = Vec::new();
        if !self.allow.is_empty() {
            parts.push(format!(
                "every licence is one of {}",
                words::listed(&self.allow)
            ));
        }
        if !self.deny.is_empty() {
            parts.push(format!(
                "no licence is one of {}",
                words::listed(&self.deny)
            ));
        }
        if self.unnamed == Level::Refuse {
            parts.push("every package names one".to_owned());
        }
        words::upper(&words::listed(&parts))
    }

    fn judge(&self, view: &View<'_>) -> Check {
        judge(
            view,
            "licences-allowed",
            "Every licence is allowed",
            |package| self.wrong(package),
        )
    }
}

impl LicencesRule {
    fn wrong(&self, package: &Package) -> Option<String> {
        if package.licences.is_empty() {
            let refused = self.unnamed == Level::Refuse;
            return refused.then(|| format!("{} names no licence", named(package)));
        }
        let wrong = package
            .licences
            .iter()
            .find(|licence| !self.permits(licence))?;
        Some(format!(
            "{} stands under {}",
            named(package),
            words::shown(wrong, 80)
        ))
    }

    /// Whether an SPDX expression can be kept to: of what OR joins one part, of the rest all.
    fn permits(&self, expression: &str) -> bool {
        let spaced = expression.replace('(', " ( ").replace(')', " ) ");
        let words: Vec<&str> = spaced.split_whitespace().collect();
        match expression.contains(" OR ")
            || expression.contains(" AND ")
            || expression.contains(" WITH ")
        {
            true => any(&words, &|id: &str| self.allows(id)),
            false => self.allows(expression.trim()),
        }
    }

    fn allows(&self, id: &str) -> bool {
        let one_of = |list: &[String]| list.iter().any(|pattern| fits(pattern, id));
        !one_of(&self.deny) && (self.allow.is_empty() || one_of(&self.allow))
    }
}

/// Splits at a joining word that stands in no parentheses.
fn split<'w, 't>(words: &'w [&'t str], at: &str) -> Vec<&'w [&'t str]> {
    let mut depth = 0_i32;
    words
        .split(|word| {
            depth += i32::from(*word == "(") - i32::from(*word == ")");
            depth == 0 && *word == at
        })
        .collect()
}

fn any(words: &[&str], allows: &dyn Fn(&str) -> bool) -> bool {
    split(words, "OR").into_iter().any(|part| all(part, allows))
}

fn all(words: &[&str], allows: &dyn Fn(&str) -> bool) -> bool {
    let parts = split(words, "AND");
    match parts.as_slice() {
        [["(", inner @ .., ")"]] => any(inner, allows),
        // An exception gives more rights, never fewer.
        [[id, "WITH", _]] => allows(id),
        [one] => allows(&one.join(" ")),
        parts => parts.iter().all(|part| all(part, allows)),
    }
}
