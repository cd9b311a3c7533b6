//! Backward passes. `A` is constant, so `d(A x)` goes back through `Aᵀ`; an edge's score sends its gradient, times the
//! row at the other end, to each of its two rows, which is again a sparse product.

use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend};

use super::ops::{Csr, Edges, Incidence, Rows, SparseOps};

#[derive(Debug)]
struct SpmmBackward;

impl<B: SparseOps> Backward<B, 1> for SpmmBackward {
    /// `A` and `Aᵀ`.
    type State = (Csr<B>, Csr<B>);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _checkpointer: &mut Checkpointer) {
        let gradient = grads.consume::<B>(&ops.node);
        let [x] = ops.parents;
        if let Some(x) = x {
            let (matrix, transpose) = ops.state;
            grads.register::<B>(x.id, B::spmm(transpose, matrix, gradient));
        }
    }
}

#[derive(Debug)]
struct EdgeScoresBackward;

impl<B: SparseOps> Backward<B, 2> for EdgeScoresBackward {
    type State = (Edges<B>, FloatTensor<B>, FloatTensor<B>);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _checkpointer: &mut Checkpointer) {
        let gradient = grads.consume::<B>(&ops.node);
        let [z_node, w_node] = ops.parents;
        let (edges, z, w) = ops.state;
        let by_source = weighted::<B>(edges.by_source, &gradient);
        let by_target = weighted::<B>(edges.by_target, &gradient);
        if let Some(node) = z_node {
            grads.register::<B>(node.id, B::spmm(by_source.clone(), by_target.clone(), w));
        }
        if let Some(node) = w_node {
            grads.register::<B>(node.id, B::spmm(by_target, by_source, z));
        }
    }
}

/// The incidence as a matrix whose values are the pairs' gradients.
fn weighted<B: Backend>(incidence: Incidence<B>, gradient: &FloatTensor<B>) -> Csr<B> {
    Csr {
        rows: incidence.rows,
        columns: incidence.columns,
        values: B::float_select(gradient.clone(), 0, incidence.order),
    }
}

impl<B: SparseOps, C: CheckpointStrategy> SparseOps for Autodiff<B, C> {
    fn spmm(matrix: Csr<Self>, transpose: Csr<Self>, x: FloatTensor<Self>) -> FloatTensor<Self> {
        let (matrix, transpose) = (constant(matrix), constant(transpose));
        match SpmmBackward.prepare::<C>([x.node()]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let state = (matrix.clone(), transpose.clone());
                prep.finish(state, B::spmm(matrix, transpose, x.into_primitive()))
            }
            OpsKind::UnTracked(prep) => prep.finish(B::spmm(matrix, transpose, x.into_primitive())),
        }
    }

    fn edge_scores(edges: Edges<Self>, z: FloatTensor<Self>, w: FloatTensor<Self>) -> FloatTensor<Self> {
        let edges = Edges {
            sources: edges.sources,
            targets: edges.targets,
            by_source: constant_incidence(edges.by_source),
            by_target: constant_incidence(edges.by_target),
        };
        match EdgeScoresBackward.prepare::<C>([z.node(), w.node()]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let (z, w) = (z.into_primitive(), w.into_primitive());
                let state = (edges.clone(), z.clone(), w.clone());
                prep.finish(state, B::edge_scores(edges, z, w))
            }
            OpsKind::UnTracked(prep) => {
                prep.finish(B::edge_scores(edges, z.into_primitive(), w.into_primitive()))
            }
        }
    }
}

fn constant<B: Backend, C: CheckpointStrategy>(matrix: Csr<Autodiff<B, C>>) -> Csr<B> {
    Csr { rows: constant_rows(matrix.rows), columns: matrix.columns, values: matrix.values.into_primitive() }
}

fn constant_incidence<B: Backend, C: CheckpointStrategy>(
    incidence: Incidence<Autodiff<B, C>>,
) -> Incidence<B> {
    Incidence { rows: constant_rows(incidence.rows), columns: incidence.columns, order: incidence.order }
}

fn constant_rows<B: Backend, C: CheckpointStrategy>(rows: Rows<Autodiff<B, C>>) -> Rows<B> {
    Rows { offsets: rows.offsets, segments: rows.segments, segment_offsets: rows.segment_offsets }
}
