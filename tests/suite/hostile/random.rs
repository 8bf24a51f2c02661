//! Names made at random of what some language obeys: of each base all at once.

use proptest::collection::vec;
use proptest::prelude::*;

use super::languages::is_text;
use super::names::with;
use super::scripts::Stage;
use super::{BASES, fixes_of};

/// What some language obeys, and what it would run.
const PIECES: &[&str] = &[
    "'",
    "\"",
    "`noticed`",
    "$(noticed)",
    "${noticed}",
    "$((1+1))",
    "%{if true}",
    "%",
    "\\",
    "\n",
    "\r",
    "\t",
    ";noticed;",
    "|noticed",
    "&noticed&",
    "> x",
    "<<EOF\n",
    "EOF\n",
    "POLICY\n",
    "JSON\n",
    "noticed",
    " ",
    "-",
    "--",
    "#",
    "!",
    "*",
    "?",
    "~",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "{{resolve:ssm:noticed}}",
    "Fn::Sub",
    "::error::x",
    "##[x]",
    "</script>",
    "]]>",
    "<img/src=x>",
    "é",
    "漢",
    "\u{1b}[31m",
    "\u{202e}",
    "\u{2028}",
    "\u{feff}",
    "../",
    "/",
    ":",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn a_name_made_at_random_is_text_and_runs_nothing(
        base in 0..1_000_usize,
        pieces in vec(prop_oneof![3 => proptest::sample::select(PIECES).prop_map(str::to_owned), 1 => "\\PC{1,4}"], 1..10),
    ) {
        let (base, names) = &BASES[base % BASES.len()];
        let payload = pieces.concat();
        let poisoned = with(base, names, |name| format!("{name}{payload}"));
        // What the border refuses reaches no file: then without what no name of AWS has.
        let found = fixes_of(&poisoned).or_else(|| {
            let plain: String = payload.chars().filter(|c| !c.is_control() && !"/:*?\"'\\ ".contains(*c)).collect();
            fixes_of(&with(base, names, |name| format!("{name}{plain}")))
        });
        if let Some((remedies, files)) = found {
            is_text(&payload, &remedies, &files);
            if !remedies.is_empty() {
                let noticed = Stage::new().run(&remedies, &files);
                prop_assert_eq!(noticed, "", "{:?}", payload);
            }
        }
    }
}
