use std::ops::Range;

/// A part of a step, whose loss and gradients are taken by themselves. A step's bits depend on how many parts it has, and never
/// on who works which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// The step, counted from 0.
    pub step: u64,
    /// Which part of it, counted from 0.
    pub index: usize,
    /// How many parts there are, at least 1.
    pub of: usize,
}

impl Shard {
    /// A step that is one shard.
    pub fn whole(step: u64) -> Self {
        Self { step, index: 0, of: 1 }
    }

    /// The shards of a step, in their order.
    pub fn all(step: u64, of: usize) -> impl Iterator<Item = Self> {
        (0..of).map(move |index| Self { step, index, of })
    }

    /// Whether no other shard of its step comes after it.
    pub fn is_last(self) -> bool {
        self.index + 1 >= self.of
    }

    /// The shard's own of so many examples: shards follow each other, and the first ones have one more where they cannot be
    /// equal.
    pub fn range(self, examples: usize) -> Range<usize> {
        let (size, longer) = (examples / self.of, examples % self.of);
        let start = |index: usize| index * size + index.min(longer);
        start(self.index)..start(self.index + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_a_batch_are_cut_as_equally_as_can_be() {
        let cut = |examples, of| Shard::all(7, of).map(|shard| shard.range(examples)).collect::<Vec<_>>();
        assert_eq!(cut(10, 3), [0..4, 4..7, 7..10]);
        assert_eq!(cut(11, 3), [0..4, 4..8, 8..11]);
        assert_eq!(cut(3, 3), [0..1, 1..2, 2..3]);
        assert_eq!(Shard::whole(7).range(10), 0..10);
        assert!(Shard::whole(7).is_last() && Shard::all(7, 3).map(Shard::is_last).eq([false, false, true]));
    }
}
