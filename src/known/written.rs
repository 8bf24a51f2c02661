//! Text of a configuration as somebody wrote it: for those who say what to write there in its place.

/// A block as it is written: its arguments, and the blocks in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WrittenBlock {
    /// What it is: `rule`, `lifecycle`. Of a dynamic one, what it makes.
    pub name: String,
    /// The line that it begins in.
    pub line: usize,
    /// What a dynamic one is made for each of, as it is written.
    pub for_each: Option<String>,
    /// Its arguments.
    pub arguments: Vec<WrittenArgument>,
    /// The blocks in it.
    pub blocks: Vec<WrittenBlock>,
}

/// An argument as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenArgument {
    /// Its name.
    pub name: String,
    /// Its line.
    pub line: usize,
    /// Its value: `35`, `"daily"`, `var.days`.
    pub text: String,
}

impl WrittenBlock {
    /// An argument of it.
    #[must_use]
    pub fn argument(&self, name: &str) -> Option<&WrittenArgument> {
        self.arguments.iter().find(|argument| argument.name == name)
    }

    /// The blocks of a name in it.
    pub fn blocks_of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.blocks.iter().filter(move |block| block.name == name)
    }
}
