//! What a step needs from the host, made ahead of the device by a thread: which examples, their noise, and their pixels
//! where those are drawn anew.

use std::ops::Range;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex};

use aevb_data::binarize;
use aevb_data::examples::{ExampleSet, Examples};
use aevb_data::shuffle::permutation;

use super::shard::Shard;
use crate::random::{Purpose, Streams, standard_normals};

/// How far the thread may be ahead of the device, in steps.
const AHEAD: usize = 4;

/// A step's random choices, or those of a shard of it. They follow from (seed, purpose, step) alone.
pub(super) struct Batch {
    /// Which examples.
    pub indices: Vec<i32>,
    /// The pixels as they were drawn, 0 or 1, `[images, pixels]`; absent where the images are shown as they are.
    pub pixels: Option<Vec<u8>>,
    /// ε, `[samples · examples, latent]`.
    pub noise: Vec<f32>,
}

/// What batches are made from.
pub(super) struct Source {
    pub examples: Arc<Examples>,
    pub batch_size: usize,
    /// L, the samples of z an image, and the latent draws of each.
    pub samples: usize,
    pub latent: usize,
    /// Whether pixels are drawn anew each time.
    pub dynamic: bool,
    pub streams: Streams,
}

impl Source {
    pub fn steps_per_epoch(&self) -> usize {
        self.examples.count().div_ceil(self.batch_size)
    }

    /// Where the batch of a step begins in its epoch, and where it ends.
    fn range(&self, step: u64) -> Range<usize> {
        let first = (step % self.steps_per_epoch() as u64) as usize * self.batch_size;
        first..self.examples.count().min(first + self.batch_size)
    }

    /// The order of the examples in the epoch of a step.
    fn order(&self, step: u64) -> Vec<u32> {
        let epoch = step / self.steps_per_epoch() as u64;
        let count = u32::try_from(self.examples.count()).expect("no set has 2^32 examples");
        permutation(count, &mut self.streams.generator(Purpose::EpochOrder, epoch))
    }

    fn batch(&self, order: &[u32], step: u64) -> Batch {
        let chosen = &order[self.range(step)];
        let pixels = match self.examples.as_ref() {
            Examples::Images(images) if self.dynamic => {
                let mut pixels = images.select(chosen).pixels().to_vec();
                binarize::sample(&mut pixels, &mut self.streams.generator(Purpose::Binarisation, step));
                Some(pixels)
            }
            Examples::Images(_) | Examples::Rows(_) => None,
        };
        let mut noise = self.streams.generator(Purpose::PosteriorNoise, step);
        Batch {
            indices: chosen.iter().map(|&index| index as i32).collect(),
            pixels,
            noise: standard_normals(&mut noise, chosen.len() * self.samples * self.latent),
        }
    }

    /// Some of the images of a batch.
    fn part(&self, batch: &Batch, images: Range<usize>) -> Batch {
        let rows = |width: usize| images.start * width..images.end * width;
        let samples = (0..self.samples).map(|sample| sample * batch.indices.len() * self.latent);
        Batch {
            indices: batch.indices[images.clone()].to_vec(),
            pixels: batch.pixels.as_ref().map(|pixels| pixels[rows(self.examples.size())].to_vec()),
            noise: samples.flat_map(|first| &batch.noise[first..][rows(self.latent)]).copied().collect(),
        }
    }
}

/// Hands out batches in the order of their steps.
pub(super) struct Feed {
    source: Arc<Source>,
    running: Mutex<Option<Running>>,
}

struct Running {
    /// The step whose batch comes next, or is `current`.
    step: u64,
    /// A batch of which there are shards to come.
    current: Option<Batch>,
    batches: Receiver<Batch>,
}

impl Feed {
    pub fn new(source: Source) -> Self {
        Self { source: Arc::new(source), running: Mutex::new(None) }
    }

    pub fn steps_per_epoch(&self) -> usize {
        self.source.steps_per_epoch()
    }

    /// The images of a step, all its shards together.
    pub fn images(&self, step: u64) -> usize {
        self.source.range(step).len()
    }

    /// The batch of a shard. The thread starts at the first step asked for, and anew where steps are left out.
    pub fn batch(&self, shard: Shard) -> Batch {
        let mut running = self.running.lock().expect("no thread panics with the lock");
        let Running { step, current, batches } = match running.take() {
            Some(feed) if feed.step == shard.step => feed,
            // Who works some of the shards alone never meets the last one.
            Some(feed) if feed.current.is_some() && feed.step + 1 == shard.step => {
                Running { step: shard.step, current: None, ..feed }
            }
            _ => Running { step: shard.step, current: None, batches: self.start(shard.step) },
        };
        let next = || batches.recv().expect("the thread makes batches as long as it is listened to");
        let whole = current.unwrap_or_else(next);
        if shard.of == 1 {
            *running = Some(Running { step: step + 1, current: None, batches });
            return whole;
        }
        let part = self.source.part(&whole, shard.range(whole.indices.len()));
        *running = Some(match shard.is_last() {
            true => Running { step: step + 1, current: None, batches },
            false => Running { step, current: Some(whole), batches },
        });
        part
    }

    fn start(&self, first: u64) -> Receiver<Batch> {
        let (sender, receiver) = sync_channel(AHEAD);
        let source = Arc::clone(&self.source);
        std::thread::spawn(move || {
            let per_epoch = source.steps_per_epoch() as u64;
            let mut order = source.order(first);
            for step in first.. {
                if step > first && step.is_multiple_of(per_epoch) {
                    order = source.order(step);
                }
                // Nobody listens any more once the task is gone.
                if sender.send(source.batch(&order, step)).is_err() {
                    break;
                }
            }
        });
        receiver
    }
}

#[cfg(test)]
mod tests {
    use aevb_data::image::Images;

    use super::*;

    fn source(dynamic: bool) -> Source {
        let pixels = (0..7 * 6).map(|pixel| (pixel * 6) as u8).collect();
        Source {
            examples: Arc::new(Images::grey(pixels, 2, 3).expect("seven images").into()),
            batch_size: 3,
            samples: 2,
            latent: 1,
            dynamic,
            streams: Streams::new(5),
        }
    }

    #[test]
    fn an_epoch_shows_every_image_once_and_the_next_in_another_order() {
        let feed = Feed::new(source(false));
        assert_eq!(feed.steps_per_epoch(), 3);
        let epoch = |first: u64| -> Vec<i32> {
            (first..first + 3).flat_map(|step| feed.batch(Shard::whole(step)).indices).collect()
        };
        let (first, second) = (epoch(0), epoch(3));
        for order in [&first, &second] {
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3, 4, 5, 6]);
        }
        assert_ne!(first, second);
    }

    #[test]
    fn a_batch_follows_from_its_step_alone() {
        let feed = Feed::new(source(true));
        let whole: Vec<Batch> = (0..8).map(|step| feed.batch(Shard::whole(step))).collect();
        for start in [0, 2, 5] {
            let late = Feed::new(source(true));
            for step in start..8 {
                let (batch, known) = (late.batch(Shard::whole(step)), &whole[step as usize]);
                assert_eq!((&batch.indices, &batch.noise), (&known.indices, &known.noise));
                assert_eq!(batch.pixels, known.pixels);
            }
        }
        // And backwards, which restarts the thread.
        assert_eq!(feed.batch(Shard::whole(1)).noise, whole[1].noise);
    }

    #[test]
    fn the_shards_of_a_batch_are_its_images_one_after_another() {
        let feed = || Feed::new(Source { latent: 3, ..source(true) });
        let (whole, cut) = (feed(), feed());
        for step in 0..4 {
            let batch = whole.batch(Shard::whole(step));
            assert_eq!(cut.images(step), batch.indices.len());
            let parts: Vec<Batch> = Shard::all(step, 2).map(|shard| cut.batch(shard)).collect();
            assert!(parts.iter().flat_map(|part| &part.indices).eq(&batch.indices));
            let pixels = |batch: &Batch| batch.pixels.clone().expect("drawn");
            assert_eq!(parts.iter().flat_map(pixels).collect::<Vec<_>>(), pixels(&batch));
            // The rows of the first sample are before those of the second, in the batch and in each of its parts.
            for sample in 0..2 {
                let of = |batch: &Batch| {
                    let rows = batch.noise.len() / 2;
                    batch.noise[sample * rows..][..rows].to_vec()
                };
                assert_eq!(parts.iter().flat_map(of).collect::<Vec<_>>(), of(&batch), "{step} {sample}");
            }
        }
    }

    #[test]
    fn drawn_pixels_are_bits_and_the_last_batch_is_what_is_left() {
        let feed = Feed::new(source(true));
        let last = feed.batch(Shard::whole(2));
        assert_eq!((last.indices.len(), last.noise.len()), (1, 2));
        let pixels = last.pixels.expect("drawn");
        assert!(pixels.len() == 6 && pixels.iter().all(|&pixel| pixel <= 1));
        assert!(Feed::new(source(false)).batch(Shard::whole(0)).pixels.is_none());
    }
}
