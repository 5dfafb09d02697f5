//! Dockerfiles to start from, each on a base that is handed in.

/// A Dockerfile to start from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Its name.
    pub name: &'static str,
    /// Words that a repository has which serves as its base.
    pub fits: &'static [&'static str],
    /// The base where no golden one is at hand: named without a digest, which the check says.
    pub base: &'static str,
    text: &'static str,
}

impl Template {
    /// The text, on this base: `repository@sha256:…`.
    pub fn on(&self, base: Option<&str>) -> String {
        self.text.replace("{BASE}", base.unwrap_or(self.base))
    }
}

/// Every template.
pub const TEMPLATES: [Template; 7] = [
    Template {
        name: "Debian or Ubuntu",
        fits: &["debian", "ubuntu"],
        base: "debian:12-slim",
        text: "\
FROM {BASE}
RUN useradd --uid 10001 --no-create-home app
WORKDIR /app
COPY --chown=app . .
USER 10001
HEALTHCHECK --interval=30s --timeout=3s CMD [\"/app/health\"]
ENTRYPOINT [\"/app/run\"]
",
    },
    Template {
        name: "Alpine",
        fits: &["alpine"],
        base: "alpine:3.22",
        text: "\
FROM {BASE}
RUN adduser -D -H -u 10001 app
WORKDIR /app
COPY --chown=app . .
USER 10001
HEALTHCHECK --interval=30s --timeout=3s CMD [\"/app/health\"]
ENTRYPOINT [\"/app/run\"]
",
    },
    Template {
        name: "Node.js service",
        fits: &["node"],
        base: "node:20-slim",
        text: "\
FROM {BASE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM {BASE}
WORKDIR /app
ENV NODE_ENV=production
COPY --from=build /app .
USER 10001
HEALTHCHECK --interval=30s --timeout=3s CMD [\"node\", \"health.js\"]
CMD [\"node\", \"dist/main.js\"]
",
    },
    Template {
        name: "Python service",
        fits: &["python"],
        base: "python:3.13-slim",
        text: "\
FROM {BASE}
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
USER 10001
HEALTHCHECK --interval=30s --timeout=3s CMD [\"python\", \"-m\", \"app.health\"]
CMD [\"python\", \"-m\", \"app\"]
",
    },
    Template {
        name: "Go program",
        fits: &["golang", "go"],
        base: "golang:1.25",
        text: "\
FROM {BASE} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -o /app ./cmd/app

FROM scratch
COPY --from=build /app /app
USER 10001
HEALTHCHECK --interval=30s --timeout=3s CMD [\"/app\", \"health\"]
ENTRYPOINT [\"/app\"]
",
    },
    Template {
        name: "Rust program",
        fits: &["rust"],
        base: "rust:1.95",
        text: "\
FROM {BASE} AS build
WORKDIR /src
COPY . .
RUN cargo build --locked --release

FROM {BASE}
COPY --from=build /src/target/release/app /usr/local/bin/app
USER 10001
HEALTHCHECK --interval=30s --timeout=3s CMD [\"app\", \"health\"]
ENTRYPOINT [\"app\"]
",
    },
    Template {
        name: "Java service",
        fits: &["java", "jre", "jdk", "temurin", "openjdk", "corretto"],
        base: "eclipse-temurin:21-jre",
        text: "\
FROM {BASE}
WORKDIR /app
COPY target/app.jar app.jar
USER 10001
HEALTHCHECK --interval=30s --timeout=3s CMD [\"java\", \"-cp\", \"app.jar\", \"app.Health\"]
ENTRYPOINT [\"java\", \"-jar\", \"app.jar\"]
",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dockerfile::check;

    #[test]
    fn every_template_passes_the_check_on_a_golden_base() {
        let base = format!("r.io/base/x@sha256:{}", "0".repeat(64));
        for template in TEMPLATES {
            let found = check(&template.on(Some(&base)), true);
            assert_eq!(found, [], "{}", template.name);
            assert!(!template.on(None).contains("{BASE}"));
        }
    }
}
