use burn::tensor::{DType, Tensor};

/// A failure in this crate.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Two shapes do not go together.
    #[error("{operation}: shapes {left:?} and {right:?} do not go together")]
    Shape {
        /// What was asked for.
        operation: &'static str,
        /// The shape of the first operand.
        left: Vec<usize>,
        /// The shape of the second operand.
        right: Vec<usize>,
    },
    /// Two float types do not go together.
    #[error("{operation}: float types {left:?} and {right:?} do not go together")]
    FloatType {
        /// What was asked for.
        operation: &'static str,
        /// The float type of the first operand.
        left: DType,
        /// The float type of the second operand.
        right: DType,
    },
    /// More elements than the kernels' 32-bit indices can name.
    #[error("{what} of size {size}: at most {limit} can be indexed")]
    TooLarge {
        /// The object that was to be made.
        what: &'static str,
        /// Its size.
        size: usize,
        /// The largest possible size.
        limit: usize,
    },
    /// A pair names a row that is not there.
    #[error("pair {position} is {edge:?}, but there are {rows} rows, numbered from 0")]
    EdgeOutOfRange {
        /// Its place in the list.
        position: usize,
        /// The pair.
        edge: [u32; 2],
        /// The number of rows.
        rows: usize,
    },
    /// A row that is not there.
    #[error("{what} {index}: there are {rows}, numbered from 0")]
    RowOutOfRange {
        /// What the rows are.
        what: &'static str,
        /// The row that was asked for.
        index: i32,
        /// The number of rows.
        rows: usize,
    },
    /// A latent vector whose inner products cannot be ranked.
    #[error("the latent vector of node {node} {problem}")]
    Embedding {
        /// The node.
        node: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// All pairs of nodes were asked of a decoder that has no factors of them.
    #[error(
        "the decoder `{decoder}` scores pairs one by one, and an objective, ranks and links over all pairs need one whose logits \
         are inner products"
    )]
    OneByOne {
        /// The decoder's name in configurations.
        decoder: &'static str,
    },
    /// A Markov chain cannot begin.
    #[error("the log-density at the start of chain {chain} is not finite")]
    Start {
        /// The chain, numbered from 0.
        chain: usize,
    },
    /// Markov chains were not to go on.
    #[error("stopped before the last draw")]
    Stopped,
    /// Draws of Markov chains from which nothing can be told.
    #[error("{problem}")]
    Chains {
        /// What is wrong with them.
        problem: &'static str,
    },
    /// A configuration that no model can be made of.
    #[error("{field}: {problem}")]
    Config {
        /// The field of the configuration.
        field: &'static str,
        /// What is wrong with it.
        problem: String,
    },
}

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// The kernels read both operands as one float type, unchecked on a GPU.
    pub(crate) fn require_same_float_type(operation: &'static str, left: DType, right: DType) -> Result<()> {
        if left == right { Ok(()) } else { Err(Self::FloatType { operation, left, right }) }
    }

    /// The kernels read both operands element by element.
    pub(crate) fn require_alike(operation: &'static str, left: &Tensor<2>, right: &Tensor<2>) -> Result<()> {
        if left.dims() != right.dims() {
            return Err(Self::shape(operation, left.dims(), right.dims()));
        }
        Self::require_same_float_type(operation, left.dtype(), right.dtype())
    }

    pub(crate) fn shape(
        operation: &'static str,
        left: impl Into<Vec<usize>>,
        right: impl Into<Vec<usize>>,
    ) -> Self {
        Self::Shape { operation, left: left.into(), right: right.into() }
    }
}
