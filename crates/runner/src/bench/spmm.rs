use std::hint::black_box;

use aevb_data::graph::power_law_pairs;
use aevb_models::sparse::SparseMatrix;
use burn::tensor::{Tensor, TensorData};
use rand::RngExt;
use sprs::{CsMatI, TriMatI};

use super::{Measurement, Rate, Size, Timer, Times};
use crate::error::Result;
use crate::random::{Purpose, Streams, standard_normals};

/// The sparse product `A x`, and `A x` with `Aᵀ y`, for a directed power-law graph's `A` `[nodes, nodes]` with random values.
///
/// # Errors
/// If the matrix is too large for the kernels, or the device fails.
pub fn spmm(size: Size, timer: Timer) -> Result<Vec<Measurement>> {
    let nodes = size.nodes as usize;
    let host = matrix(size);
    let nonzeros = host.nnz();
    let a = SparseMatrix::from_csr(&host, timer.device)?;
    drop(host);
    let transpose = a.transpose();
    let mut random = Streams::new(0).generator(Purpose::Sampling, 1);
    let x = TensorData::new(standard_normals(&mut random, nodes * size.features), [nodes, size.features]);
    let x = Tensor::<2>::from_data(x, timer.device);

    let forward = timer.time(|| {
        black_box(a.matmul(x.clone())?);
        Ok(())
    })?;
    let both = timer.time(|| {
        black_box((a.matmul(x.clone())?, transpose.matmul(x.clone())?));
        Ok(())
    })?;
    let bytes = 8 * nonzeros + 4 * size.features * (nonzeros + nodes);
    let measurement = |pass, passes: usize, times: Times| Measurement {
        kernel: "spmm",
        pass,
        nodes: Some(size.nodes),
        nonzeros: Some(nonzeros),
        width: size.features,
        first_milliseconds: times.first_milliseconds,
        milliseconds: times.milliseconds,
        rate: Rate::GigabytesPerSecond((passes * bytes) as f64 / times.milliseconds.median / 1e6),
        matrix_product: None,
    };
    Ok(vec![measurement("forward", 1, forward), measurement("forward+backward", 2, both)])
}

/// Values are uniform; those of an edge that was drawn again are added.
fn matrix(size: Size) -> CsMatI<f32, u32> {
    let nodes = size.nodes as usize;
    let mut random = Streams::new(0).generator(Purpose::Sampling, 0);
    let mut entries = TriMatI::with_capacity((nodes, nodes), size.edges);
    for (i, j) in power_law_pairs(size.nodes, size.edges, &mut random) {
        entries.add_triplet(i as usize, j as usize, random.random());
    }
    entries.to_csr()
}
