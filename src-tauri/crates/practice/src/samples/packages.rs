//! What the sample images have installed, and what a scanner knows against it. Two months
//! stand side by side, so that a patched image and an older one agree with their scans.

use Ecosystem::{Debian, Node, Python};

/// Which month's packages an image was built with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Month {
    Last,
    This,
}

/// Where a package comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ecosystem {
    Debian,
    Python,
    Node,
}

/// One package: ecosystem, name, its version of last month, and of this one.
pub(super) struct Package {
    pub(super) ecosystem: Ecosystem,
    pub(super) name: &'static str,
    last: &'static str,
    this: &'static str,
}

impl Package {
    pub(super) fn version(&self, month: Month) -> &'static str {
        match month {
            Month::Last => self.last,
            Month::This => self.this,
        }
    }
}

const fn package(
    ecosystem: Ecosystem,
    name: &'static str,
    last: &'static str,
    this: &'static str,
) -> Package {
    Package {
        ecosystem,
        name,
        last,
        this,
    }
}

#[rustfmt::skip]
pub(super) const DEBIAN: &[Package] = &[
    package(Debian, "base-files", "12.4+deb12u11", "12.4+deb12u12"),
    package(Debian, "bash", "5.2.15-2+b8", "5.2.15-2+b9"),
    package(Debian, "ca-certificates", "20230311+deb12u1", "20230311+deb12u1"),
    package(Debian, "libc-bin", "2.36-9+deb12u10", "2.36-9+deb12u13"),
    package(Debian, "libc6", "2.36-9+deb12u10", "2.36-9+deb12u13"),
    package(Debian, "libexpat1", "2.5.0-1+deb12u2", "2.5.0-1+deb12u2"),
    package(Debian, "libgnutls30", "3.7.9-2+deb12u4", "3.7.9-2+deb12u5"),
    package(Debian, "libsqlite3-0", "3.40.1-2+deb12u1", "3.40.1-2+deb12u2"),
    package(Debian, "libssl3", "3.0.17-1~deb12u2", "3.0.17-1~deb12u3"),
    package(Debian, "libxml2", "2.9.14+dfsg-1.3~deb12u2", "2.9.14+dfsg-1.3~deb12u4"),
    package(Debian, "openssl", "3.0.17-1~deb12u2", "3.0.17-1~deb12u3"),
    package(Debian, "tar", "1.34+dfsg-1.2+deb12u1", "1.34+dfsg-1.2+deb12u1"),
    package(Debian, "tzdata", "2025b-0+deb12u1", "2025b-0+deb12u2"),
    package(Debian, "util-linux", "2.38.1-5+deb12u3", "2.38.1-5+deb12u3"),
];

#[rustfmt::skip]
pub(super) const PYTHON: &[Package] = &[
    package(Python, "fastapi", "0.118.0", "0.119.1"),
    package(Python, "idna", "3.6", "3.11"),
    package(Python, "jinja2", "3.1.5", "3.1.6"),
    package(Python, "pydantic", "2.11.9", "2.12.3"),
    package(Python, "sqlalchemy", "2.0.43", "2.0.44"),
    package(Python, "uvicorn", "0.37.0", "0.38.0"),
];

#[rustfmt::skip]
pub(super) const NODE: &[Package] = &[
    package(Node, "react", "19.1.0", "19.1.0"),
    package(Node, "react-dom", "19.1.0", "19.1.0"),
    package(Node, "react-server-dom-webpack", "19.1.0", "19.1.0"),
    package(Node, "vite", "6.3.5", "6.4.1"),
    package(Node, "zod", "3.25.76", "4.1.12"),
];

/// Something a scanner knows against a package.
pub(super) struct Finding {
    pub(super) id: &'static str,
    pub(super) severity: &'static str,
    pub(super) package: &'static str,
    /// The version that fixes it, once there is one.
    pub(super) fixed: Option<&'static str>,
    pub(super) title: &'static str,
}

const fn finding(
    id: &'static str,
    severity: &'static str,
    package: &'static str,
    fixed: Option<&'static str>,
    title: &'static str,
) -> Finding {
    Finding {
        id,
        severity,
        package,
        fixed,
        title,
    }
}

/// Nobody has fixed these yet: they are in last month's images and in this month's.
#[rustfmt::skip]
pub(super) const OPEN: &[Finding] = &[
    finding("CVE-2026-31209", "MEDIUM", "libexpat1", None, "expat: unbounded memory use on small crafted documents"),
    finding("CVE-2025-45582", "LOW", "tar", None, "tar: extraction of two archives in turn can leave the directory"),
    finding("CVE-2025-14104", "LOW", "util-linux", None, "util-linux: heap buffer overread in setpwnam()"),
];

/// In last month's images only. The two High ones had no fix when those were scanned.
#[rustfmt::skip]
pub(super) const FIXED_SINCE: &[Finding] = &[
    finding("CVE-2026-20771", "HIGH", "libssl3", None, "openssl: out-of-bounds read in CMS decryption with a password"),
    finding("CVE-2026-20771", "HIGH", "openssl", None, "openssl: out-of-bounds read in CMS decryption with a password"),
    finding("CVE-2025-9230", "MEDIUM", "libssl3", Some("3.0.17-1~deb12u3"), "openssl: out-of-bounds read and write in RFC 3211 KEK unwrap"),
    finding("CVE-2025-9230", "MEDIUM", "openssl", Some("3.0.17-1~deb12u3"), "openssl: out-of-bounds read and write in RFC 3211 KEK unwrap"),
    finding("CVE-2025-9232", "LOW", "libssl3", Some("3.0.17-1~deb12u3"), "openssl: out-of-bounds read in the HTTP client's no_proxy handling"),
    finding("CVE-2025-32988", "MEDIUM", "libgnutls30", Some("3.7.9-2+deb12u5"), "gnutls: double free on export of a subject alternative name"),
    finding("CVE-2025-32990", "MEDIUM", "libgnutls30", Some("3.7.9-2+deb12u5"), "gnutls: heap buffer overflow in certtool template parsing"),
    finding("CVE-2025-6395", "MEDIUM", "libgnutls30", Some("3.7.9-2+deb12u5"), "gnutls: NULL pointer dereference when the second Client Hello has no PSK"),
    finding("CVE-2025-8058", "MEDIUM", "libc-bin", Some("2.36-9+deb12u13"), "glibc: double free in regcomp after a failed allocation"),
    finding("CVE-2025-8058", "MEDIUM", "libc6", Some("2.36-9+deb12u13"), "glibc: double free in regcomp after a failed allocation"),
    finding("CVE-2025-6965", "MEDIUM", "libsqlite3-0", Some("3.40.1-2+deb12u2"), "sqlite: integer truncation with too many aggregate terms"),
    finding("CVE-2025-6021", "MEDIUM", "libxml2", Some("2.9.14+dfsg-1.3~deb12u4"), "libxml2: integer overflow in xmlBuildQName"),
    finding("CVE-2025-27516", "MEDIUM", "jinja2", Some("3.1.6"), "jinja2: the attr filter leaves the sandbox"),
    finding("CVE-2024-3651", "MEDIUM", "idna", Some("3.7"), "idna: denial of service by crafted input to encode()"),
];

/// What keeps the storefront back.
#[rustfmt::skip]
pub(super) const STOREFRONT: &[Finding] = &[finding(
    "CVE-2025-55182",
    "CRITICAL",
    "react-server-dom-webpack",
    Some("19.0.1, 19.1.2, 19.2.1"),
    "React Server Components: remote code execution before authentication",
)];
