//! Which tool wrote a report, by the marks that each leaves; none where nothing tells.

use crate::{
    Tool,
    text::{MAX_NAME, some},
    xml,
};
use quick_xml::events::{BytesStart, attributes::AttrError};

/// The marks that were found.
#[derive(Debug, Default)]
pub(super) struct Dialect {
    by_root: Option<&'static str>,
    by_suite: Option<&'static str>,
    go: Option<String>,
}

impl Dialect {
    /// Looks at the outermost element.
    pub(super) fn root(&mut self, element: &BytesStart<'_>) -> Result<(), AttrError> {
        xml::attributes(element, |key, value| {
            let found = match key {
                "name" => by_name(&value),
                "noNamespaceSchemaLocation" if value.contains("surefire") => Some("surefire"),
                _ => None,
            };
            self.by_root = self.by_root.or(found);
        })
    }

    /// Looks at a suite's name.
    pub(super) fn suite(&mut self, name: &str) {
        self.by_suite = self.by_suite.or_else(|| by_name(name));
    }

    /// Looks at a property: Go's converters write the version of Go.
    pub(super) fn property(&mut self, element: &BytesStart<'_>) -> Result<(), AttrError> {
        let (mut is_go, mut version) = (false, None);
        xml::attributes(element, |key, value| match key {
            "name" => is_go = value == "go.version",
            "value" => version = some(&value, MAX_NAME),
            _ => {}
        })?;
        if is_go {
            self.go = version;
        }
        Ok(())
    }

    /// The tool.
    pub(super) fn tool(&self) -> Option<Tool> {
        let tool = |name: &str, version| Tool {
            name: name.to_owned(),
            version,
        };
        let by_name = self.by_root.or(self.by_suite).map(|name| tool(name, None));
        by_name.or_else(|| Some(tool("go test", Some(self.go.clone()?))))
    }
}

fn by_name(name: &str) -> Option<&'static str> {
    match name {
        "pytest" | "pytest tests" => Some("pytest"),
        "jest tests" => Some("jest"),
        "Mocha Tests" => Some("mocha"),
        "nextest-run" => Some("nextest"),
        "AllTests" => Some("gtest"),
        _ => None,
    }
}
