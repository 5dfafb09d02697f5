//! What the classic builder tells of a build: text, in which `Step 3/7 : RUN …` begins a step.
//! Podman's builder writes `STEP 3/7: RUN …`.

use super::{Event, Line, Step, StepState, line_in_words};
use crate::{dockerfile::Dockerfile, error::clean};
use bytes::Bytes;
use std::time::Instant;

pub(super) struct Reader {
    file: Dockerfile,
    now: Option<(Step, Instant)>,
    count: u64,
    /// What was written without an end of line yet.
    held: String,
    image: Option<String>,
}

/// Longest text that is held for its end of line.
const HELD: usize = 64 << 10;

impl Reader {
    pub(super) fn new(file: Dockerfile) -> Self {
        Self {
            file,
            now: None,
            count: 0,
            held: String::new(),
            image: None,
        }
    }

    pub(super) fn take(&mut self, line: &Line, watch: &mut impl FnMut(Event)) {
        if let Some(text) = &line.stream {
            self.held.push_str(text);
            while let Some(at) = self.held.find('\n') {
                let whole: String = self.held.drain(..=at).collect();
                self.line(&whole, watch);
            }
            if self.held.len() > HELD {
                let part = std::mem::take(&mut self.held);
                self.log(&part, watch);
            }
        } else if let Some(status) = &line.status {
            // The pull of a base image.
            let id = line.id.as_deref().unwrap_or_default();
            if !matches!(status.as_str(), "Downloading" | "Extracting" | "Waiting") {
                self.log(&format!("{id} {status}\n"), watch);
            }
        }
    }

    fn line(&mut self, text: &str, watch: &mut impl FnMut(Event)) {
        let bare = text.trim();
        if let Some(shown) = step_of(bare) {
            self.end(StepState::Done, watch);
            self.count += 1;
            let number = self.count;
            // Steps come in the file's order, those of arguments before the first FROM among them.
            let by_place = usize::try_from(number - 1).ok();
            let by_place = by_place.and_then(|at| self.file.instructions.get(at));
            let same = |line: u32| by_place.filter(|own| own.line == line).map(|own| own.line);
            let by_text = self.file.line_of(None, shown);
            let line = by_text
                .and_then(same)
                .or(by_place.map(|own| own.line))
                .or(by_text);
            let step = Step {
                number,
                name: clean(bare),
                line,
                state: StepState::Running,
                seconds: None,
                moved: None,
            };
            watch(Event::Step(step.clone()));
            self.now = Some((step, Instant::now()));
            return;
        }
        if bare == "---> Using cache" || bare.starts_with("--> Using cache") {
            self.end(StepState::Cached, watch);
        }
        if let Some(id) = bare.strip_prefix("Successfully built ") {
            self.image.get_or_insert_with(|| id.trim().to_owned());
        }
        // Podman ends with the id alone.
        if bare.len() == 64 && bare.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            self.image = Some(bare.to_owned());
        }
        self.log(text, watch);
    }

    fn log(&self, text: &str, watch: &mut impl FnMut(Event)) {
        watch(Event::Log {
            step: self.count,
            error: false,
            bytes: Bytes::copy_from_slice(text.as_bytes()),
        });
    }

    fn end(&mut self, state: StepState, watch: &mut impl FnMut(Event)) {
        if let Some((step, since)) = &mut self.now
            && step.state == StepState::Running
        {
            step.state = state;
            step.seconds = Some(since.elapsed().as_secs_f64());
            watch(Event::Step(step.clone()));
        }
    }

    pub(super) fn finish(&mut self, watch: &mut impl FnMut(Event)) {
        let rest = std::mem::take(&mut self.held);
        if !rest.is_empty() {
            self.line(&rest, watch);
        }
        self.end(StepState::Done, watch);
    }

    pub(super) fn failed(&mut self, words: &str, watch: &mut impl FnMut(Event)) -> Option<u32> {
        self.end(StepState::Failed, watch);
        let now = self.now.as_ref().and_then(|(step, _)| step.line);
        line_in_words(words).or(now)
    }

    pub(super) fn image(&self) -> Option<String> {
        self.image.clone()
    }
}

/// What a line that begins a step shows of it.
fn step_of(line: &str) -> Option<&str> {
    let rest = line
        .strip_prefix("Step ")
        .or_else(|| line.strip_prefix("STEP "))?;
    let (number, shown) = rest.split_once(':')?;
    let (at, of) = number.trim().split_once('/')?;
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (plain(at) && plain(of)).then(|| shown.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(text: &str, file: &str) -> (Vec<Event>, Option<String>) {
        let mut reader = Reader::new(crate::dockerfile::parse(file));
        let mut events = Vec::new();
        // As it arrives: cut anywhere.
        for part in text.as_bytes().chunks(7) {
            let line = Line {
                stream: Some(String::from_utf8_lossy(part).into_owned()),
                ..Line::default()
            };
            reader.take(&line, &mut |event| events.push(event));
        }
        reader.finish(&mut |event| events.push(event));
        (events, reader.image())
    }

    #[test]
    fn steps_are_read_from_the_text_with_cache_and_lines() {
        let text = "Step 1/3 : FROM scratch\n ---> \nStep 2/3 : COPY a /a\n ---> Using cache\n ---> 12ab\n\
                    Step 3/3 : RUN x\n ---> Running in 55\nhello\n ---> 34cd\nSuccessfully built 34cd\n";
        let (events, image) = events(text, "FROM scratch\n\nCOPY a /a\nRUN \\\n  x\n");
        let steps: Vec<(u64, Option<u32>, StepState)> = events
            .iter()
            .filter_map(|event| match event {
                Event::Step(step) if step.seconds.is_some() => {
                    Some((step.number, step.line, step.state))
                }
                _ => None,
            })
            .collect();
        assert_eq!(
            steps,
            [
                (1, Some(1), StepState::Done),
                (2, Some(3), StepState::Cached),
                (3, Some(4), StepState::Done),
            ]
        );
        assert!(events.iter().any(|event| matches!(
            event,
            Event::Log { step: 3, bytes, .. } if bytes.as_ref() == b"hello\n"
        )));
        assert_eq!(image.as_deref(), Some("34cd"));
    }

    #[test]
    fn what_only_looks_like_a_step_is_none() {
        assert_eq!(step_of("Step 1/2 : RUN x"), Some("RUN x"));
        assert_eq!(step_of("STEP 1/2: RUN x"), Some("RUN x"));
        assert_eq!(step_of("Step by step: y"), None);
    }
}
