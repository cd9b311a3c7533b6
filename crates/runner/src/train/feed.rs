//! What a step needs from the host, made ahead of the device by a thread: which examples, their noise, and their pixels
//! where those are drawn anew.

use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex};

use aevb_data::binarize;
use aevb_data::examples::{ExampleSet, Examples};
use aevb_data::shuffle::permutation;

use crate::random::{Purpose, Streams, standard_normals};

/// How far the thread may be ahead of the device, in steps.
const AHEAD: usize = 4;

/// A step's random choices. They follow from (seed, purpose, step) alone.
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
    /// The latent draws an example takes.
    pub noise_per_example: usize,
    /// Whether pixels are drawn anew each time.
    pub dynamic: bool,
    pub streams: Streams,
}

impl Source {
    pub fn steps_per_epoch(&self) -> usize {
        self.examples.count().div_ceil(self.batch_size)
    }

    /// The order of the examples in the epoch of a step.
    fn order(&self, step: u64) -> Vec<u32> {
        let epoch = step / self.steps_per_epoch() as u64;
        let count = u32::try_from(self.examples.count()).expect("no set has 2^32 examples");
        permutation(count, &mut self.streams.generator(Purpose::EpochOrder, epoch))
    }

    fn batch(&self, order: &[u32], step: u64) -> Batch {
        let first = (step % self.steps_per_epoch() as u64) as usize * self.batch_size;
        let chosen = &order[first..order.len().min(first + self.batch_size)];
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
            noise: standard_normals(&mut noise, chosen.len() * self.noise_per_example),
        }
    }
}

/// Hands out batches in the order of their steps.
pub(super) struct Feed {
    source: Arc<Source>,
    running: Mutex<Option<Running>>,
}

struct Running {
    next: u64,
    batches: Receiver<Batch>,
}

impl Feed {
    pub fn new(source: Source) -> Self {
        Self { source: Arc::new(source), running: Mutex::new(None) }
    }

    pub fn steps_per_epoch(&self) -> usize {
        self.source.steps_per_epoch()
    }

    /// The batch of a step. The thread starts at the first step asked for, and anew where steps are left out.
    pub fn batch(&self, step: u64) -> Batch {
        let mut running = self.running.lock().expect("no thread panics with the lock");
        let feed = match running.take() {
            Some(feed) if feed.next == step => feed,
            _ => Running { next: step, batches: self.start(step) },
        };
        let batch = feed.batches.recv().expect("the thread makes batches as long as it is listened to");
        *running = Some(Running { next: step + 1, ..feed });
        batch
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
            noise_per_example: 2,
            dynamic,
            streams: Streams::new(5),
        }
    }

    #[test]
    fn an_epoch_shows_every_image_once_and_the_next_in_another_order() {
        let feed = Feed::new(source(false));
        assert_eq!(feed.steps_per_epoch(), 3);
        let epoch = |first: u64| -> Vec<i32> {
            (first..first + 3).flat_map(|step| feed.batch(step).indices).collect()
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
        let whole: Vec<Batch> = (0..8).map(|step| feed.batch(step)).collect();
        for start in [0, 2, 5] {
            let late = Feed::new(source(true));
            for step in start..8 {
                let (batch, known) = (late.batch(step), &whole[step as usize]);
                assert_eq!((&batch.indices, &batch.noise), (&known.indices, &known.noise));
                assert_eq!(batch.pixels, known.pixels);
            }
        }
        // And backwards, which restarts the thread.
        assert_eq!(feed.batch(1).noise, whole[1].noise);
    }

    #[test]
    fn drawn_pixels_are_bits_and_the_last_batch_is_what_is_left() {
        let feed = Feed::new(source(true));
        let last = feed.batch(2);
        assert_eq!((last.indices.len(), last.noise.len()), (1, 2));
        let pixels = last.pixels.expect("drawn");
        assert!(pixels.len() == 6 && pixels.iter().all(|&pixel| pixel <= 1));
        assert!(Feed::new(source(false)).batch(0).pixels.is_none());
    }
}
