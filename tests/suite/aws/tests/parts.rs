//! The small parts: times, percent-encoding, XML.

use serde_json::{Number, json};

use crate::aws::clock::seconds;
use crate::aws::query::{decode, encode, fields};
use crate::aws::xml::{Many, element, escape};

#[test]
fn times_become_seconds() {
    for (text, wanted) in [
        ("1970-01-01T00:00:00Z", json!(0)),
        ("2000-02-29T12:00:00Z", json!(951_825_600)),
        ("2026-11-22T10:00:00+01:00", json!(1_795_338_000)),
        ("2026-11-22T10:00:00.250Z", json!(1_795_341_600.25)),
        ("2026-11-22 10:00:00.000-00:30", json!(1_795_343_400)),
    ] {
        assert_eq!(seconds(text).map(Number::into), Some(wanted), "{text}");
    }
    for text in [
        "",
        "2026-11-22",
        "2026-11-22T10:00:00",
        "daily",
        "cron(0 3 * * ? *)",
    ] {
        assert_eq!(seconds(text), None, "{text}");
    }
}

#[test]
fn percent_encoding_goes_there_and_back() {
    let text = "{\"a\": \"b+c %41 é/~-_.\"}";
    assert_eq!(decode(&encode(text)), text);
    assert_eq!(encode("a b+"), "a%20b%2B");
    assert_eq!(decode("100%"), "100%");
    let form = fields("Action=X&Name=a%26b+c&Empty=");
    assert_eq!(
        serde_json::Value::from(form),
        json!({"Action": "X", "Name": "a&b c", "Empty": ""})
    );
}

#[test]
fn xml_escapes_text_and_leaves_null_out() {
    assert_eq!(
        escape("<a & \"b\">\r"),
        "&lt;a &amp; &quot;b&quot;&gt;&#xD;"
    );
    let value = json!({"A": [1, true], "B": null, "C": {}});
    let text = element("X", &value, |_| Many::Items("member"));
    assert_eq!(
        text,
        "<X><A><member>1</member><member>true</member></A><C></C></X>"
    );
}
