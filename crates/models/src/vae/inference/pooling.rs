use burn::tensor::Tensor;
use burn::tensor::module::avg_pool2d;
use burn::tensor::ops::AvgPoolOptions;

use crate::error::{Error, Result};

/// The means of an image's blocks of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pooling {
    height: usize,
    width: usize,
    factor: usize,
}

impl Pooling {
    /// Of images of `height` × `width` pixels, in blocks of `factor` × `factor`.
    ///
    /// # Errors
    /// If the blocks do not fill the image.
    pub fn new(height: usize, width: usize, factor: usize) -> Result<Self> {
        if factor == 0 || !height.is_multiple_of(factor) || !width.is_multiple_of(factor) {
            return Err(Error::Config {
                field: "factor",
                problem: format!("blocks of {factor} x {factor} pixels do not fill {height} x {width}"),
            });
        }
        Ok(Self { height, width, factor })
    }

    /// The number of an image's blocks.
    pub fn blocks(self) -> usize {
        self.height * self.width / (self.factor * self.factor)
    }

    /// The block of a pixel; blocks are numbered along the rows of blocks.
    pub fn block_of(self, pixel: usize) -> usize {
        let (row, column) = (pixel / self.width, pixel % self.width);
        row / self.factor * (self.width / self.factor) + column / self.factor
    }

    /// The mean of each block.
    ///
    /// # Shapes
    /// - images: `[rows, height · width]`, row by row
    /// - output: `[rows, blocks]`
    ///
    /// # Errors
    /// If images have another number of pixels.
    pub fn apply(self, images: Tensor<2>) -> Result<Tensor<2>> {
        let Self { height, width, factor } = self;
        let [rows, pixels] = images.dims();
        if pixels != height * width {
            return Err(Error::shape("images and blocks", [rows, pixels], [height, width]));
        }
        let images = images.reshape([rows, 1, height, width]);
        Ok(avg_pool2d(images, AvgPoolOptions::new([factor; 2])).reshape([rows, self.blocks()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_numbered_along_their_rows() {
        let pool = Pooling::new(4, 6, 2).expect("blocks that fill the image");
        let blocks: Vec<usize> = (0..24).map(|pixel| pool.block_of(pixel)).collect();
        let two_rows = |first: usize| {
            let row = [first, first, first + 1, first + 1, first + 2, first + 2];
            [row, row].concat()
        };
        assert_eq!(blocks, [two_rows(0), two_rows(3)].concat());
        assert_eq!(pool.blocks(), 6);
    }
}
