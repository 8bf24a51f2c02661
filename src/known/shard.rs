//! Sharing work: which accounts are in which part.

use std::fmt;

use super::place::AccountId;

/// One of several parts of the accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which part, from 1.
    pub number: u64,
    /// How many parts there are.
    pub of: u64,
}

/// Why a text is no part.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a part: expected K/N with K from 1 to N, such as 2/8")]
pub struct ShardError(String);

impl Shard {
    /// Reads `K/N`.
    ///
    /// # Errors
    /// Where the text is not two numbers, the first from 1 to the second.
    pub fn parse(text: &str) -> Result<Self, ShardError> {
        let parts = text.split_once('/').and_then(|(number, of)| {
            Some(Self {
                number: number.parse().ok()?,
                of: of.parse().ok()?,
            })
        });
        parts
            .filter(|shard| (1..=shard.of).contains(&shard.number))
            .ok_or_else(|| ShardError(text.to_owned()))
    }

    /// Whether an account is in this part. Each account is in one part, whatever the other accounts are.
    #[must_use]
    pub fn has(self, account: AccountId) -> bool {
        let number = account
            .to_string()
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        (number >> 16).checked_rem(self.of) == self.number.checked_sub(1)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_account_is_in_one_part() {
        for of in [1, 2, 7] {
            let mut sizes = vec![0; of];
            for number in 0..700_u64 {
                let account =
                    AccountId::parse(&format!("{:012}", 100_000_000_000 + number * 37)).unwrap();
                let parts: Vec<u64> = (1..=of as u64)
                    .filter(|number| {
                        Shard {
                            number: *number,
                            of: of as u64,
                        }
                        .has(account)
                    })
                    .collect();
                assert_eq!(parts.len(), 1, "{account}");
                sizes[parts[0] as usize - 1] += 1;
            }
            assert!(sizes.iter().all(|size| *size > 700 / of / 2), "{sizes:?}");
        }
    }

    #[test]
    fn a_part_that_is_none_is_refused() {
        for text in ["0/3", "4/3", "1", "a/b", "1/0"] {
            assert!(
                Shard::parse(text).unwrap_err().to_string().contains("2/8"),
                "{text}"
            );
        }
        assert_eq!(Shard::parse("2/8"), Ok(Shard { number: 2, of: 8 }));
    }
}
