//! Names that are nearly one another: what was meant where something is misspelt.

use super::place::AccountId;

/// The name that comes nearest, and how many letters are wrong, left out, too many or swapped.
pub fn nearest<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<(usize, &'a str)> {
    if name.len() > LONGEST {
        return None;
    }
    let far = |known: &'a str| (strsim::damerau_levenshtein(name, known), known);
    known.into_iter().map(far).min()
}

/// Its place among them, in place of the name.
pub fn nearest_of<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<(usize, usize)> {
    if name.len() > LONGEST {
        return None;
    }
    let known = known.into_iter().enumerate();
    let far = known.map(|(at, known)| (strsim::damerau_levenshtein(name, known), known, at));
    far.min().map(|(far, _, at)| (far, at))
}

/// Longer names are no slip of anybody's finger, and to compare them takes as much time as the square of their length.
const LONGEST: usize = 300;

/// The name that was meant in place of one that nobody has: of four letters one may be wrong, and two in all, or the case of any.
pub fn meant<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const MOST: usize = 2;
    let is_same = |known: &&str| known.eq_ignore_ascii_case(name);
    // Of other letters one is several bytes.
    let is_plain = |known: &str| name.is_ascii() && known.is_ascii();
    let is_near = |known: &str| !is_plain(known) || off_by(name, known, MOST).is_some();
    let known = known.into_iter();
    let known = known.filter(|known| *known != name && (is_same(known) || is_near(known)));
    let known: Vec<&str> = known.collect();
    if let Some(same) = known.iter().filter(|known| is_same(known)).min() {
        return Some(same);
    }
    nearest(name, known)
        .filter(|(far, known)| *far <= MOST && far.saturating_mul(4) <= known.len().max(name.len()))
        .map(|(_, known)| known)
}

/// The same of names that people give: one that holds the id of an account is that account's, and never another's.
pub fn name_meant<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let ids: Vec<&str> = account_ids(name).collect();
    let known = known.into_iter();
    let of_same = known.filter(|known| {
        let mut theirs = account_ids(known).peekable();
        ids.is_empty() || theirs.peek().is_none() || theirs.eq(ids.iter().copied())
    });
    meant(name, of_same)
}

/// The ids of accounts in a name.
fn account_ids(name: &str) -> impl Iterator<Item = &str> {
    let digits = name.split(|c: char| !c.is_ascii_digit());
    digits.filter(|digits| AccountId::parse(digits).is_ok())
}

/// Whether two ids that nobody makes up are one slip of the finger apart.
#[must_use]
pub fn is_a_slip(one: &str, other: &str) -> bool {
    one.len() <= LONGEST && off_by(one, other, 1) == Some(1)
}

/// By how many letters two texts differ, where it is so many at most. Those that differ by more are soon told: many are compared
/// with many.
#[must_use]
pub fn off_by(one: &str, other: &str, most: usize) -> Option<usize> {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len().abs_diff(other.len()) > most {
        return None;
    }
    let same = alike(one.iter(), other.iter());
    let (one, other) = (one.get(same..)?, other.get(same..)?);
    let same = alike(one.iter().rev(), other.iter().rev());
    let one = one.get(..one.len().saturating_sub(same))?;
    let other = other.get(..other.len().saturating_sub(same))?;
    // Each letter that one has and the other lacks must be changed, left out or put in.
    let mut letters = [0_isize; 256];
    for (text, step) in [(one, 1), (other, -1)] {
        for byte in text {
            let count = letters.get_mut(usize::from(*byte))?;
            *count = count.saturating_add(step);
        }
    }
    let of_one: isize = letters.iter().filter(|count| **count > 0).sum();
    let of_other: isize = letters.iter().filter(|count| **count < 0).sum();
    if of_one.unsigned_abs().max(of_other.unsigned_abs()) > most {
        return None;
    }
    let off = strsim::generic_damerau_levenshtein(one, other);
    (off <= most).then_some(off)
}

/// How many letters two texts begin with alike.
fn alike<'t>(one: impl Iterator<Item = &'t u8>, other: impl Iterator<Item = &'t u8>) -> usize {
    one.zip(other)
        .take_while(|(one, other)| one == other)
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_off_by_a_few_letters_or_by_many() {
        let words = [
            "", "a", "orders", "order", "oders", "odrers", "rodesr", "sredro", "orders-2",
            "invoices",
        ];
        for one in words {
            for other in words {
                let off = strsim::damerau_levenshtein(one, other);
                for most in 0..4 {
                    let expected = (off <= most).then_some(off);
                    assert_eq!(off_by(one, other, most), expected, "{one} {other} {most}");
                }
            }
        }
    }

    #[test]
    fn what_was_meant_is_near() {
        let vaults = ["central", "prod", "copies-of-orders"];
        for (name, is) in [
            ("centrall", Some("central")),
            ("cetnral", Some("central")),
            ("prd", Some("prod")),
            ("copies-of-order", Some("copies-of-orders")),
            ("dr", None),
            ("weather", None),
            ("CENTRAL", Some("central")),
            ("Copies-Of-Orders", Some("copies-of-orders")),
            ("central", None),
        ] {
            assert_eq!(meant(name, vaults), is, "{name}");
        }
        assert_eq!(
            meant("us-est-2", ["us-east-2", "us-west-2"]),
            Some("us-east-2")
        );
        assert_eq!(nearest("a", ["abc", "b"]), Some((1, "b")));
    }

    #[test]
    fn an_id_one_digit_off_is_a_slip() {
        assert!(is_a_slip("111122223333", "111122223334"));
        assert!(is_a_slip("111122223333", "111122232333"));
        assert!(!is_a_slip("111122223333", "111122223333"));
        assert!(!is_a_slip("111122223333", "444455556666"));
    }

    #[test]
    fn a_name_with_the_id_of_an_account_is_no_other_account_s() {
        let vaults = ["from-200000950280", "backups-444455556666"];
        for (name, is) in [
            ("from-200000095028", None),
            ("backup-444455556666", Some("backups-444455556666")),
            ("backups-44445555666", Some("backups-444455556666")),
            ("backups-444455556667", None),
        ] {
            assert_eq!(name_meant(name, vaults), is, "{name}");
        }
    }
}
