// The decoder itself, with the weights of the run: an MLP whose output is the mean of p(x|z).

const ACTIVATIONS = {
  tanh: Math.tanh,
  relu: (x) => Math.max(x, 0),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
};
const MEANS = { sigmoid: (x) => 1 / (1 + Math.exp(-x)), linear: (x) => x };

/** `x W + b` for a row x, with W `[inputs, outputs]` row by row. */
function linear(x, { weight, bias }) {
  const outputs = bias.length;
  const y = Float64Array.from(bias);
  for (let input = 0; input < x.length; input++) {
    const value = x[input];
    const row = input * outputs;
    for (let output = 0; output < outputs; output++) y[output] += value * weight[row + output];
  }
  return y;
}

function decoder({ layers, activation, mean }) {
  const stack = layers.map(({ weight, bias }) => ({ weight: floats(weight), bias: floats(bias) }));
  const last = stack.pop();
  return (z) => {
    const hidden = stack.reduce((x, layer) => linear(x, layer).map(ACTIVATIONS[activation]), z);
    return linear(hidden, last).map(MEANS[mean]);
  };
}
