//! A text in Rego, read and asked: what it denies and what it warns of.
//!
//! It can reach nothing but the facts that it is handed: no network, no clock, no chance and no
//! other data, so that the same facts always give the same answer. It ends by itself within
//! [`TIME`], and what could take memory without bound is refused before it is run.

use regorus::{Engine, Value, utils::limits::ExecutionTimerConfig};
use std::{num::NonZeroU32, time::Duration};

/// How long one text may take.
const TIME: Duration = Duration::from_secs(5);
const CHECKED_EVERY: NonZeroU32 = NonZeroU32::new(64).unwrap();
/// The longest text, bytes.
const MAX_BYTES: usize = 64 * 1024;
/// The most that is kept of what a text says, and of each sentence.
const MAX_SENTENCES: usize = 1000;
const MAX_SENTENCE: usize = 400;
/// What is not offered, and why not.
const REFUSED: [(&str, &str); 4] = [
    ("numbers.range", "it makes lists without bound"),
    ("rand.", "the same facts have to give the same answer"),
    ("http.", "a policy asks nobody but the facts"),
    ("time.now_ns", "write input.now, the time of the judgement"),
];

/// What is wrong with a text: the line and column in it, from 1, where they are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) place: Option<(usize, usize)>,
    pub(crate) reason: String,
}

/// What a text said of the facts, each a sentence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) denied: Vec<String>,
    pub(crate) warned: Vec<String>,
}

/// Whether a text can be asked: it is Rego, and defines `deny` or `warn`.
pub(crate) fn check(text: &str) -> Result<(), Wrong> {
    compiled(text).map(|_| ())
}

/// Asks a text about the facts.
pub(crate) fn ask(text: &str, facts: &serde_json::Value) -> Result<Said, Wrong> {
    let (mut engine, package, rules) = compiled(text)?;
    engine.set_input(Value::from(facts.clone()));
    let mut sentences = |rule: &'static str| match rules.contains(&rule) {
        true => {
            let answer = engine.eval_rule(format!("{package}.{rule}"));
            said(rule, &answer.map_err(|error| told(&error))?)
        }
        false => Ok(Vec::new()),
    };
    Ok(Said {
        denied: sentences("deny")?,
        warned: sentences("warn")?,
    })
}

/// The text, ready to be asked, with its package and which of the two rules it defines.
fn compiled(text: &str) -> Result<(Engine, String, Vec<&'static str>), Wrong> {
    refuse(text)?;
    let mut engine = Engine::new();
    engine.set_strict_builtin_errors(true);
    engine.set_execution_timer_config(ExecutionTimerConfig {
        limit: TIME,
        check_interval: CHECKED_EVERY,
    });
    let package = engine.add_policy("policy".to_owned(), text.to_owned());
    let package = package.map_err(|error| told(&error))?;
    engine.set_input(Value::new_object());
    let mut rules = Vec::new();
    for rule in ["deny", "warn"] {
        match engine.eval_rule(format!("{package}.{rule}")) {
            Ok(_) => rules.push(rule),
            Err(error) if error.to_string().contains("not a valid rule path") => {}
            Err(error) => refuse_unknown(&error).map(|()| rules.push(rule))?,
        }
    }
    match rules.is_empty() {
        true => Err(Wrong {
            place: None,
            reason: "it defines neither deny nor warn; write deny contains \"why\" if { … }"
                .to_owned(),
        }),
        false => Ok((engine, package, rules)),
    }
}

/// What is wrong with the text itself shows when it is asked about nothing; what is missing from
/// nothing does not.
fn refuse_unknown(error: &impl std::fmt::Display) -> Result<(), Wrong> {
    let wrong = told(error);
    let unknown = [
        "could not find function",
        "unsafe",
        "undefined variable",
        "recursion",
    ];
    match unknown.iter().any(|word| wrong.reason.contains(word)) {
        true => Err(wrong),
        false => Ok(()),
    }
}

fn refuse(text: &str) -> Result<(), Wrong> {
    let wrong = |at: usize, reason: String| {
        let before = &text[..at];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let place = (
            before.matches('\n').count() + 1,
            before[line_start..].chars().count() + 1,
        );
        Err(Wrong {
            place: Some(place),
            reason,
        })
    };
    if text.len() > MAX_BYTES {
        return wrong(0, "the text is larger than 64 KiB".to_owned());
    }
    for (word, why) in REFUSED {
        if let Some(at) = text.find(word) {
            let word = word.trim_end_matches('.');
            return wrong(at, format!("{word} is not offered: {why}"));
        }
    }
    Ok(())
}

/// The sentences of an answer: a set or a list of texts, or of objects with a `msg`.
fn said(rule: &str, answer: &Value) -> Result<Vec<String>, Wrong> {
    let all: Vec<&Value> = match answer {
        Value::Undefined => Vec::new(),
        Value::Set(set) => set.iter().collect(),
        Value::Array(list) => list.iter().collect(),
        _ => return Err(no_sentences(rule)),
    };
    let first = all.into_iter().take(MAX_SENTENCES);
    first.map(|one| sentence(rule, one)).collect()
}

fn sentence(rule: &str, value: &Value) -> Result<String, Wrong> {
    let text = match value {
        Value::String(text) => Some(text.as_ref()),
        Value::Object(_) => value["msg"].as_string().ok().map(AsRef::as_ref),
        _ => None,
    };
    let text = text.ok_or_else(|| no_sentences(rule))?;
    Ok(crate::words::shown(
        text.trim().trim_end_matches('.'),
        MAX_SENTENCE,
    ))
}

fn no_sentences(rule: &str) -> Wrong {
    Wrong {
        place: None,
        reason: format!("{rule} has to give sentences: write {rule} contains \"why\" if {{ … }}"),
    }
}

/// What the interpreter says: `--> policy:3:5`, an excerpt, and after `error: ` the reason.
fn told(error: &impl std::fmt::Display) -> Wrong {
    let text = error.to_string();
    let place = text.split("--> policy:").nth(1).and_then(|rest| {
        let mut figures = rest.split(|c: char| !c.is_ascii_digit());
        Some((figures.next()?.parse().ok()?, figures.next()?.parse().ok()?))
    });
    let reason = text.rsplit("error: ").next().unwrap_or(&text).trim();
    let reason = match reason.contains("time limit") {
        true => format!("it took longer than {} seconds", TIME.as_secs()),
        false => crate::words::shown(reason, MAX_SENTENCE),
    };
    Wrong { place, reason }
}
