//! The formats for CI systems, of a whole report.

use backup_preflight::report::{self, Case, Junit, Picture, Report, Way};

/// Each with its name.
pub fn ci_formats(report: &Report) -> Vec<(&'static str, String)> {
    let mut junit = Junit::default();
    let mut picture = Picture::default();
    for copy in &report.copies {
        junit.add(Case::of_copy(report, copy));
        picture.add(Way::of(copy));
    }
    let picture = picture.text(report);
    vec![
        (
            "markdown",
            report::markdown(report, Some(&picture), report::SUMMARY),
        ),
        ("github", report::github(report)),
        ("sarif", report::sarif(report, report::RESULTS, false)),
        ("junit", junit.text(report).unwrap()),
        ("mermaid", picture),
    ]
}

/// The data of a page, unpacked.
pub fn page_data(page: &str) -> String {
    use base64::Engine as _;
    use std::io::Read as _;

    let (_, rest) = page.split_once("id=\"data\">").unwrap();
    let (packed, _) = rest.split_once('<').unwrap();
    let packed = base64::engine::general_purpose::STANDARD
        .decode(packed)
        .unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(&*packed)
        .read_to_string(&mut text)
        .unwrap();
    text
}
