//! What BuildKit tells of a build: vertices, their logs and what they move, each a message in
//! `moby.buildkit.trace`.

use super::{Event, Line, Step, StepState, line_in_words};
use crate::{dockerfile::Dockerfile, error::clean};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bollard_buildkit_proto::{
    google::protobuf::Timestamp,
    moby::buildkit::v1::{StatusResponse, Vertex},
};
use bytes::Bytes;
use prost::Message;
use std::collections::HashMap;

/// Steps that are followed; no Dockerfile has more.
const MOST: usize = 5000;

pub(super) struct Reader {
    file: Dockerfile,
    steps: Vec<Known>,
    by_digest: HashMap<String, usize>,
}

struct Known {
    step: Step,
    /// What it moves, by the name of each part.
    moves: HashMap<String, (u64, Option<u64>)>,
}

impl Reader {
    pub(super) fn new(file: Dockerfile) -> Self {
        Self {
            file,
            steps: Vec::new(),
            by_digest: HashMap::new(),
        }
    }

    pub(super) fn take(&mut self, line: &Line, watch: &mut impl FnMut(Event)) {
        let Some("moby.buildkit.trace") = line.id.as_deref() else {
            return;
        };
        let encoded = line.aux.as_ref().and_then(|aux| aux.as_str());
        let bytes = encoded.and_then(|text| STANDARD.decode(text).ok());
        let Some(Ok(status)) = bytes.map(|bytes| StatusResponse::decode(bytes.as_slice())) else {
            return;
        };
        self.status(status, watch);
    }

    fn status(&mut self, status: StatusResponse, watch: &mut impl FnMut(Event)) {
        for vertex in &status.vertexes {
            self.vertex(vertex, watch);
        }
        for part in status.statuses {
            let Some(at) = self.by_digest.get(&part.vertex).copied() else {
                continue;
            };
            let known = &mut self.steps[at];
            let bytes = |number: i64| u64::try_from(number).unwrap_or(0);
            let total = Some(bytes(part.total)).filter(|total| *total > 0);
            let now = bytes(part.current);
            let now = total.map_or(now, |total| now.min(total));
            // Only what counts bytes moves: other parts are named and are done or not.
            if total.is_some() || now > 0 {
                known.moves.insert(part.id, (now, total));
                let sum = known.moves.values().fold((0, Some(0)), |sum, one| {
                    let total = sum
                        .1
                        .zip(one.1)
                        .map(|(a, b): (u64, u64)| a.saturating_add(b));
                    (sum.0 + one.0, total)
                });
                known.step.moved = Some(sum);
                watch(Event::Step(known.step.clone()));
            }
        }
        for log in status.logs {
            let step = self
                .by_digest
                .get(&log.vertex)
                .map_or(0, |at| *at as u64 + 1);
            watch(Event::Log {
                step,
                error: log.stream == 2,
                bytes: Bytes::from(log.msg),
            });
        }
        for warning in status.warnings {
            let line = warning
                .ranges
                .first()
                .and_then(|range| range.start.as_ref());
            let message = clean(&String::from_utf8_lossy(&warning.short));
            watch(Event::Warning {
                line: line.and_then(|place| u32::try_from(place.line).ok()),
                message,
                url: Some(warning.url).filter(|url| url.starts_with("https://")),
            });
        }
    }

    fn vertex(&mut self, vertex: &Vertex, watch: &mut impl FnMut(Event)) {
        let at = match self.by_digest.get(&vertex.digest) {
            Some(at) => *at,
            None => {
                // One that has not begun may never do: the cache may pass it over.
                if vertex.started.is_none() || self.steps.len() >= MOST {
                    return;
                }
                self.begin(vertex)
            }
        };
        let step = &mut self.steps[at].step;
        let before = step.clone();
        if vertex.started.is_some() && step.state != StepState::Failed {
            step.state = match (&vertex.completed, vertex.error.as_str()) {
                (_, error) if error.contains("context canceled") => StepState::Cancelled,
                (_, error) if !error.is_empty() => StepState::Failed,
                (Some(_), _) if vertex.cached => StepState::Cached,
                (Some(_), _) => StepState::Done,
                (None, _) => StepState::Running,
            };
        }
        let times = vertex.started.as_ref().zip(vertex.completed.as_ref());
        if let Some((started, completed)) = times {
            step.seconds = Some((seconds(completed) - seconds(started)).max(0.0));
        }
        if *step != before || self.steps[at].step.seconds.is_none() {
            watch(Event::Step(self.steps[at].step.clone()));
        }
    }

    fn begin(&mut self, vertex: &Vertex) -> usize {
        let at = self.steps.len();
        let name = clean(&vertex.name);
        self.by_digest.insert(vertex.digest.clone(), at);
        self.steps.push(Known {
            step: Step {
                number: at as u64 + 1,
                line: self.line_of(&name),
                name,
                state: StepState::Running,
                seconds: None,
                moved: None,
            },
            moves: HashMap::new(),
        });
        at
    }

    /// The line of a vertex by its name: `[build 2/5] RUN make`, `[2/5] RUN make`.
    fn line_of(&self, name: &str) -> Option<u32> {
        let rest = name.strip_prefix('[')?;
        let (place, shown) = rest.split_once("] ")?;
        let words: Vec<&str> = place.split_whitespace().collect();
        let words = match words.as_slice() {
            // A build for several platforms names them first: `[linux/amd64 build 2/5]`.
            [first, rest @ ..] if first.matches('/').count() >= 1 && first.contains("linux") => {
                rest
            }
            all => all,
        };
        let (stage, number) = match words {
            [stage, number] => (Some(*stage), *number),
            [number] => (None, *number),
            _ => return None,
        };
        let (at, of) = number.split_once('/')?;
        let place = (at.parse().ok()?, of.parse().ok()?);
        let by_text = self.file.line_of(stage, shown);
        by_text.or_else(|| self.file.line_at(stage, place, shown))
    }

    pub(super) fn failed_line(&self, words: &str) -> Option<u32> {
        let failed = self
            .steps
            .iter()
            .find(|known| known.step.state == StepState::Failed);
        line_in_words(words).or_else(|| failed?.step.line)
    }
}

fn seconds(at: &Timestamp) -> f64 {
    // Seconds since 1970 with a fraction: exact to the microsecond for centuries.
    #[allow(
        clippy::cast_precision_loss,
        reason = "a build's seconds need no 52 bits"
    )]
    let whole = at.seconds as f64;
    whole + f64::from(at.nanos) / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;
    use bollard_buildkit_proto::moby::buildkit::v1::{VertexLog, VertexStatus};

    fn at(seconds: i64) -> Option<Timestamp> {
        Some(Timestamp {
            seconds,
            nanos: 500_000_000,
        })
    }

    fn line(status: &StatusResponse) -> Line {
        Line {
            id: Some("moby.buildkit.trace".into()),
            aux: Some(STANDARD.encode(status.encode_to_vec()).into()),
            ..Line::default()
        }
    }

    #[test]
    #[allow(clippy::too_many_lines, reason = "most of it is one message")]
    fn vertices_become_steps_with_lines_times_and_logs() {
        let file = crate::dockerfile::parse(
            "FROM a AS build\nRUN make\nFROM b\nCOPY --from=build /a /a\n",
        );
        let mut reader = Reader::new(file);
        let mut events = Vec::new();
        let vertex = |digest: &str, name: &str| Vertex {
            digest: digest.into(),
            name: name.into(),
            started: at(10),
            ..Vertex::default()
        };
        let begun = StatusResponse {
            vertexes: vec![
                vertex("d1", "[build 2/2] RUN make"),
                Vertex {
                    started: None,
                    ..vertex("d2", "[stage-1 2/2] COPY --from=build /a /a")
                },
            ],
            statuses: vec![VertexStatus {
                id: "layer".into(),
                vertex: "d1".into(),
                current: 900,
                total: 500,
                ..VertexStatus::default()
            }],
            logs: vec![VertexLog {
                vertex: "d1".into(),
                stream: 2,
                msg: b"cc\n".to_vec(),
                ..VertexLog::default()
            }],
            ..StatusResponse::default()
        };
        reader.take(&line(&begun), &mut |event| events.push(event));
        let failed = StatusResponse {
            vertexes: vec![Vertex {
                completed: at(13),
                error: "exit code: 1".into(),
                ..vertex("d1", "[build 2/2] RUN make")
            }],
            ..StatusResponse::default()
        };
        reader.take(&line(&failed), &mut |event| events.push(event));
        let Some(Event::Step(last)) = events.last() else {
            panic!("{events:?}");
        };
        assert_eq!(
            (last.number, last.line, last.state),
            (1, Some(2), StepState::Failed)
        );
        assert_eq!(last.seconds, Some(3.0));
        assert_eq!(last.moved, Some((500, Some(500))));
        assert!(events.iter().any(|event| matches!(
            event,
            Event::Log {
                step: 1,
                error: true,
                ..
            }
        )));
        assert_eq!(reader.failed_line("executor failed running"), Some(2));
        assert_eq!(
            reader.failed_line("dockerfile parse error line 9: x"),
            Some(9)
        );
    }

    #[test]
    fn what_cannot_be_read_is_passed_over() {
        let mut reader = Reader::new(Dockerfile::default());
        for aux in ["%%%", "AAAA", ""] {
            let line = Line {
                id: Some("moby.buildkit.trace".into()),
                aux: Some(aux.into()),
                ..Line::default()
            };
            reader.take(&line, &mut |event| panic!("{event:?}"));
        }
    }
}
