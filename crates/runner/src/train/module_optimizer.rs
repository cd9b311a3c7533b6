//! An optimizer with the state of every parameter, which can be saved and restored to the bit.
//!
//! Burn's own `ModuleOptimizer` restores a state onto the default device, which opens a GPU's driver whatever the run
//! computes on and panics where there is none, and it leaves out what it cannot match without a word. This one restores
//! onto each parameter's device, and says what is wrong. Any of Burn's optimizers can be inside.

use std::collections::BTreeMap;

use aevb_models::optimizer::Squares;
use burn::module::{Module, ModuleMapper, Param, ParamId};
use burn::optim::{DynOptimizer, DynState, GradientsParams, StateSink, StateSource};
use burn::tensor::{DType, Tensor, TensorData};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::weights::{Parameter, parameters};

/// An optimizer and what it remembers of each parameter, by the parameter's id.
pub(super) struct ModuleOptimizer {
    rule: Box<dyn DynOptimizer>,
    squares: fn(&DynState) -> Option<Tensor<1>>,
    states: BTreeMap<u64, DynState>,
}

impl<O: Squares> From<O> for ModuleOptimizer {
    fn from(rule: O) -> Self {
        Self { rule: Box::new(rule), squares: squares::<O>, states: BTreeMap::new() }
    }
}

fn squares<O: Squares>(state: &DynState) -> Option<Tensor<1>> {
    fn flat<O: Squares, const D: usize>(state: &DynState) -> Option<Tensor<1>> {
        O::squares(state.downcast_ref::<O::State<D>>()).map(|squares| squares.reshape([-1]))
    }
    match state.rank() {
        1 => flat::<O, 1>(state),
        2 => flat::<O, 2>(state),
        3 => flat::<O, 3>(state),
        4 => flat::<O, 4>(state),
        rank => unreachable!("a parameter of {rank} dimensions"),
    }
}

impl ModuleOptimizer {
    /// The model after a step down the gradients.
    pub fn step<M: Module>(&mut self, learning_rate: f64, model: M, gradients: GradientsParams) -> M {
        model.map(&mut Step { optimizer: self, learning_rate, gradients })
    }

    /// What is kept of the squares of the gradients, parameter by parameter.
    pub fn squares(&self) -> impl Iterator<Item = Tensor<1>> {
        self.states.values().filter_map(self.squares)
    }

    /// The state as safetensors, named `<parameter>.<what>`: `mean.weight.momentum.moment_1`. Counters are tensors
    /// without a dimension. Equal states give equal bytes.
    pub fn to_bytes(&self, model: &impl Module) -> Vec<u8> {
        let mut sink = StateSink::default();
        for Parameter { id, path, .. } in parameters(model) {
            if let Some(state) = self.states.get(&id.val()) {
                self.rule.state_flatten(&path, state, &mut sink);
            }
        }
        let counters: Vec<(String, Counter)> = sink
            .scalars
            .into_iter()
            .map(|(name, value)| {
                let counter = u64::try_from(value)
                    .map(Counter::Count)
                    .or_else(|_| f64::try_from(value).map(Counter::Real));
                (name, counter.expect("optimizers count steps and keep rates"))
            })
            .collect();
        let bytes: Vec<[u8; 8]> = counters.iter().map(|(_, counter)| counter.to_bytes()).collect();
        let moments = sink.tensors.iter().map(|(name, data)| {
            assert_eq!(data.dtype(), DType::F32, "{name}: parameters and moments are F32");
            (name.as_str(), TensorView::new(Dtype::F32, data.shape().to_vec(), data.as_bytes()))
        });
        let counters = counters.iter().zip(&bytes).map(|((name, counter), bytes)| {
            (name.as_str(), TensorView::new(counter.dtype(), Vec::new(), bytes))
        });
        let views: BTreeMap<&str, TensorView<'_>> = moments
            .chain(counters)
            .map(|(name, view)| (name, view.expect("the bytes fill the shape")))
            .collect();
        safetensors::serialize(views, None).expect("names and views are well formed")
    }

    /// Takes over a state that [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// If the bytes are not the state of this optimizer for this model: the message says what is wrong with them.
    pub fn restore(&mut self, model: &impl Module, bytes: &[u8]) -> Result<(), String> {
        let file = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
        let parameters = parameters(model);
        let (mut moments, mut counters) = (Vec::new(), BTreeMap::new());
        for (name, view) in file.iter() {
            let owner = parameters.iter().find(|parameter| {
                name.strip_prefix(&parameter.path).is_some_and(|rest| rest.starts_with('.'))
            });
            let Some(owner) = owner else {
                return Err(format!("{name} belongs to no parameter of the model"));
            };
            if let Some(counter) = Counter::read(&view) {
                counters.insert(
                    name.to_owned(),
                    match counter {
                        Counter::Count(count) => count.into(),
                        Counter::Real(real) => real.into(),
                    },
                );
            } else if view.dtype() == Dtype::F32 && view.shape() == owner.shape {
                let values = view.data().chunks_exact(4);
                let values: Vec<f32> =
                    values.map(|bytes| f32::from_le_bytes(bytes.try_into().expect("four bytes"))).collect();
                moments.push((name.to_owned(), TensorData::new(values, owner.shape.clone())));
            } else {
                return Err(format!(
                    "{name} is {:?} {:?}, not F32 {:?}",
                    view.dtype(),
                    view.shape(),
                    owner.shape
                ));
            }
        }
        let mut source = StateSource::new(counters);
        for (name, data) in moments {
            source.insert_tensor(name, data);
        }
        let count = parameters.len();
        self.states = parameters
            .into_iter()
            .filter_map(|Parameter { id, path, shape, device }| {
                let state = self.rule.state_unflatten(shape.len(), &path, &mut source, &device)?;
                Some((id.val(), state))
            })
            .collect();
        // An optimizer remembers something of every parameter, or of none. What was left out or made up shows in the
        // bytes.
        let is_whole = self.states.is_empty() || self.states.len() == count;
        if is_whole && self.to_bytes(model) == bytes {
            Ok(())
        } else {
            Err("is not the state of this optimizer".to_owned())
        }
    }
}

/// A number that is no moment.
enum Counter {
    Count(u64),
    Real(f64),
}

impl Counter {
    fn dtype(&self) -> Dtype {
        match self {
            Self::Count(_) => Dtype::U64,
            Self::Real(_) => Dtype::F64,
        }
    }

    fn to_bytes(&self) -> [u8; 8] {
        match self {
            Self::Count(count) => count.to_le_bytes(),
            Self::Real(real) => real.to_le_bytes(),
        }
    }

    fn read(view: &TensorView<'_>) -> Option<Self> {
        let bytes = view.data().try_into().ok().filter(|_| view.shape().is_empty())?;
        match view.dtype() {
            Dtype::U64 => Some(Self::Count(u64::from_le_bytes(bytes))),
            Dtype::F64 => Some(Self::Real(f64::from_le_bytes(bytes))),
            _ => None,
        }
    }
}

/// One step, parameter by parameter.
struct Step<'a> {
    optimizer: &'a mut ModuleOptimizer,
    learning_rate: f64,
    gradients: GradientsParams,
}

impl ModuleMapper for Step<'_> {
    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, value, mapper): (ParamId, Tensor<D>, _) = parameter.consume();
        let Some(gradient) = self.gradients.remove::<D>(id) else {
            return Param::from_mapped_value(id, value, mapper);
        };
        // Taken out, so that the state is nobody else's and can be updated in place.
        let state = self.optimizer.states.remove(&id.val());
        let (value, state) = self.optimizer.rule.step_dyn(
            D,
            self.learning_rate,
            value.inner().into_bridge(),
            gradient.into_bridge(),
            state,
        );
        if let Some(state) = state {
            self.optimizer.states.insert(id.val(), state);
        }
        let value = Tensor::<D>::from_inner(Tensor::from_bridge(value)).require_grad();
        Param::from_mapped_value(id, value, mapper)
    }
}

#[cfg(test)]
mod tests;
