//! `find`.

use clap::{Args, Subcommand};

/// Find the images at a stage that have a package or a vulnerability
///
/// The evidence that counts is read first where it was never read or is older than 15 minutes.
/// What has no bill of materials or no scan is named: nothing found is not nothing there.
#[derive(Debug, Subcommand)]
pub enum Find {
    Package(FindPackage),
    Cve(FindCve),
}

/// By a package in their bills of materials
#[derive(Args, Debug)]
pub struct FindPackage {
    /// NAME, NAME@VERSION or a package URL; a * at the end finds what begins so
    #[arg(value_name = "PACKAGE")]
    pub package: String,
    /// Only packages of this sort, such as deb, apk, rpm, npm, pypi, golang
    #[arg(long, value_name = "SORT")]
    pub ecosystem: Option<String>,
    #[command(flatten)]
    pub reading: Reading,
}

/// By a vulnerability in their scans
#[derive(Args, Debug)]
pub struct FindCve {
    /// CVE-2026-20771, or any other identifier that scans use
    #[arg(value_name = "ID")]
    pub id: String,
    #[command(flatten)]
    pub reading: Reading,
}

/// What is read before the answer.
#[derive(Args, Clone, Copy, Debug)]
pub struct Reading {
    /// Read all evidence again
    #[arg(long, conflicts_with = "offline")]
    pub refresh: bool,
    /// Ask no registry: answer from what was read before
    #[arg(long)]
    pub offline: bool,
}
