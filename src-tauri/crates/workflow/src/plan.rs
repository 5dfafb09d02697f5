//! What will move, in a sentence that a person can check before they confirm.

use crate::{
    case::Case,
    dto::Plan,
    image::{Image, VERSION},
};
use hallmark_image::Digest;

/// The plan of a case; `today` is the image the stage's first tag names now.
pub(crate) fn plan(case: &Case, today: Option<&Image>) -> Plan {
    let names: Vec<String> = case.tags.iter().map(|(tag, _)| tag.to_string()).collect();
    let to = named(case.image.digest(), case.version().as_deref());
    let version = today.and_then(|image| image.label(VERSION));
    let place = at(case);
    let sentence = match case.golden() {
        _ if case.there() => format!(
            "{}{place} {} {to} already.",
            list(&names),
            verb(&names, "names", "name")
        ),
        None => format!(
            "{}{place} {} placed on {to}; there was none before.",
            list(&names),
            verb(&names, "is", "are")
        ),
        Some(from) => format!(
            "{}{place} {} from {} to {to}. The old one stays pinned.",
            list(&names),
            verb(&names, "moves", "move"),
            named(from, version.as_deref())
        ),
    };
    Plan {
        tags: case.moves(),
        sentence,
    }
}

/// ` at prod.example.com/golden/api`, where the stage places its images in another repository.
pub(crate) fn at(case: &Case) -> String {
    match case.is_elsewhere() {
        true => format!(" at {}", case.place.repository),
        false => String::new(),
    }
}

fn named(digest: &Digest, version: Option<&str>) -> String {
    match version {
        Some(version) => format!("{} ({version})", digest.short()),
        None => digest.short().to_owned(),
    }
}

fn verb<'a>(names: &[String], one: &'a str, many: &'a str) -> &'a str {
    if names.len() == 1 { one } else { many }
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [init @ .., last] => format!("{} and {last}", init.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_as_people_list_them() {
        let names =
            |names: &[&str]| list(&names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>());
        assert_eq!(names(&["golden"]), "golden");
        assert_eq!(names(&["golden", "prod"]), "golden and prod");
        assert_eq!(names(&["a", "b", "c"]), "a, b and c");
    }
}
