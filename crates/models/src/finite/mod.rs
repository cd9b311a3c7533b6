//! Whether numbers are finite, told from their bits.
//!
//! Shaders may be compiled as if no value were a NaN (WGSL, "Differences from IEEE-754"): a comparison with one, a maximum
//! or a test of a sum then say anything. So floats are read as the integers of their bits, and only the exponent is looked
//! at: all its bits are set in infinities and NaNs, and in nothing else (IEEE 754-2019, §3.4).

mod cpu;
mod cube;
mod ops;

use burn::backend::Dispatch;
use burn::tensor::{DType, Int, Tensor, TensorCreationOptions, TensorData};

use ops::{FiniteOps, Mark};

/// What stands where everything was finite.
const NONE: i32 = -1;

/// The first of several looks at which a number was not finite. It stays on the device, so that no look waits for it.
#[derive(Clone, Debug, Default)]
pub struct FirstNonFinite {
    /// `[1]`: the mark of that look; absent before the first one.
    mark: Option<Tensor<1, Int>>,
}

impl FirstNonFinite {
    /// Looks at all of a tensor. `mark`, at least 0, is what a reader finds where this is the first look at which a number
    /// is not finite.
    pub fn look<const D: usize>(&mut self, x: Tensor<D>, mark: i32) {
        debug_assert!(mark >= 0, "marks are at least 0");
        let x = x.inner();
        let before = self.mark.take().unwrap_or_else(|| {
            let options = TensorCreationOptions::from((&x.device(), DType::I32));
            Tensor::from_data(TensorData::from([NONE]), options)
        });
        let marked = Dispatch::mark_non_finite(before.into_dispatch(), x.into_dispatch(), Mark(mark));
        self.mark = Some(Tensor::from_dispatch(marked));
    }

    /// The mark as it lies on the device, `[1]`, to be read together with other tensors; `None` before the first look.
    pub fn on_device(&self) -> Option<Tensor<1, Int>> {
        self.mark.clone()
    }

    /// What a mark that was read from the device says: `None` where everything was finite.
    ///
    /// # Panics
    /// If the data are not those of [`Self::on_device`].
    pub fn of_data(data: TensorData) -> Option<i32> {
        let marks = data.try_into_vec::<i32>().expect("a mark is an I32");
        Some(marks[0]).filter(|&mark| mark != NONE)
    }

    /// The mark of the first look at which a number was not finite. Waits for the device.
    pub fn read(&self) -> Option<i32> {
        self.mark.as_ref().and_then(|mark| Self::of_data(mark.clone().into_data()))
    }
}
