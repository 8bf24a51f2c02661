//! The waivers of the configuration in the page, and what became of each.

use std::fmt::Write as _;

use crate::quote::html::text;
use crate::report::{Fate, Report};

use super::markup::said;

/// The section; nothing where there are no waivers.
pub fn section(report: &Report) -> String {
    if report.waivers.is_empty() {
        return String::new();
    }
    let mut section = String::from(
        "<section aria-labelledby=\"waivers-title\"><h2 id=\"waivers-title\">Waivers</h2>\
         <div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"waivers-title\"><table class=\"waivers\"><thead><tr><th scope=\"col\">Fate</th><th scope=\"col\">Waiver</th><th scope=\"col\">Until</th>\
         <th scope=\"col\">Reason</th></tr></thead><tbody>\n",
    );
    for waiver in &report.waivers {
        let (style, sign) = match waiver.fate {
            Fate::Used => ("quiet", '–'),
            Fate::Expired | Fate::Unused => ("unsure", '!'),
        };
        let does = match waiver.fate {
            Fate::Used => format!("waives {}", waiver.findings),
            Fate::Expired => format!("its {} found count again", waiver.findings),
            Fate::Unused => "matches nothing".to_owned(),
        };
        let _ = writeln!(
            section,
            "<tr><td><strong class=\"{style}\">{sign} {}</strong><br>{}</td><td>{}<br><span class=\"quiet\">{} <code>{}</code></span></td>\
             <td>{}</td><td>{}<br><span class=\"quiet\">{}</span></td></tr>",
            waiver.word(),
            text(&does),
            text(&waiver.check),
            waiver.selector,
            said(report, &waiver.pattern),
            text(&waiver.expires),
            said(report, &waiver.reason),
            text(&waiver.at),
        );
    }
    section.push_str("</tbody></table></div></section>");
    section
}
