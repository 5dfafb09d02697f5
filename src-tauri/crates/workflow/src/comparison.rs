//! Two texts, line by line: what stays, what comes and what goes.

use crate::dto::{DraftLine, LineChange};

/// The difference of two texts of a few hundred lines.
pub(crate) fn difference(before: &str, after: &str) -> Vec<DraftLine> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let common = lengths(&old, &new);
    let (mut i, mut j) = (0, 0);
    let mut lines = Vec::new();
    let mut say = |change, text: &str| {
        lines.push(DraftLine {
            change,
            text: text.to_owned(),
        });
    };
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            say(LineChange::Same, old[i]);
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && (j == new.len() || common[i + 1][j] >= common[i][j + 1]) {
            say(LineChange::Removed, old[i]);
            i += 1;
        } else {
            say(LineChange::Added, new[j]);
            j += 1;
        }
    }
    lines
}

/// How many lines the rests from each place on have in common.
fn lengths(old: &[&str], new: &[&str]) -> Vec<Vec<u32>> {
    let mut common = vec![vec![0; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] = if old[i] == new[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    common
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_line_goes_and_comes_and_the_rest_stays() {
        let lines = difference("a\nb\nc\n", "a\nB\nc\nd\n");
        let signs: String = lines
            .iter()
            .map(|line| match line.change {
                LineChange::Same => ' ',
                LineChange::Added => '+',
                LineChange::Removed => '-',
            })
            .collect();
        assert_eq!(signs, " -+ +");
        assert!(difference("", "").is_empty());
    }
}
