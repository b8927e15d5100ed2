// Multinomial logistic regression over a message's meaning and its surface. Deterministic: the same samples give the same weights.
import { setImmediate as breathe } from 'node:timers/promises';
import { type Features, featuresMax } from './features.ts';

/** meaning: a sentence embedding of unit length. */
export type Sample = { meaning: readonly number[]; surface: Features };
export type Labelled = Sample & { label: string };
/** One class; weights: of the surface's positions, then of the meaning's dimensions. */
export type Weighed = { label: string; bias: number; weights: Float32Array };
export type Scored = { label: string; probability: number };

/** Chosen by cross-validation over the manifests' messages alone. */
const epochs = 20;
const learningRate = 0.2;
const biasRate = 0.05;
const meaningWeight = 2;
/** Errors smaller than this teach nothing worth their time. */
const errorMin = 0.001;
const firstGradient = 0.01;

/** Some half a second for five hundred samples; other work has its turn between the epochs. */
export async function train(samples: readonly Labelled[]): Promise<Weighed[]> {
  const counts = Map.groupBy(samples, ({ label }) => label);
  const classes = [...counts.keys()].sort().map((label) => newLearner(label, featuresMax + (samples[0]?.meaning.length ?? 0)));
  // A tool with few messages is not worth less.
  const importanceOf = ({ label }: Labelled) => Math.sqrt(samples.length / classes.length / (counts.get(label)?.length ?? 1));
  const random = seeded();
  const order = [...samples];
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    shuffle(order, random);
    for (const sample of order) learnSample(classes, sample, importanceOf(sample));
    await breathe();
  }
  return classes;
}

/** @returns the labels with their probabilities, the likeliest first */
export function classify(classes: readonly Weighed[], sample: Sample): Scored[] {
  const probabilities = probabilitiesOf(classes, sample);
  const scored = classes.map(({ label }, index) => ({ label, probability: probabilities[index] ?? 0 }));
  return scored.sort((a, b) => b.probability - a.probability || (a.label < b.label ? -1 : 1));
}

type Learner = Weighed & { gradients: Float32Array };

function newLearner(label: string, size: number): Learner {
  return { label, bias: 0, weights: new Float32Array(size), gradients: new Float32Array(size).fill(firstGradient) };
}

function learnSample(classes: readonly Learner[], sample: Labelled, importance: number): void {
  const probabilities = probabilitiesOf(classes, sample);
  for (const [index, one] of classes.entries()) {
    const error = (probabilities[index] ?? 0) - (one.label === sample.label ? 1 : 0);
    if (Math.abs(error) >= errorMin) learn(one, sample, error * importance);
  }
}

/** One step of AdaGrad (Duchi et al. 2011). */
function learn(one: Learner, { meaning, surface }: Sample, error: number): void {
  one.bias -= biasRate * error;
  for (const [position, weight] of surface) step(one, position, error * weight);
  for (let index = 0; index < meaning.length; index += 1) step(one, featuresMax + index, error * (meaning[index] ?? 0) * meaningWeight);
}

function step({ weights, gradients }: Learner, at: number, gradient: number): void {
  const sum = (gradients[at] ?? 0) + gradient * gradient;
  gradients[at] = sum;
  weights[at] = (weights[at] ?? 0) - (learningRate * gradient) / Math.sqrt(sum);
}

/** Softmax. */
function probabilitiesOf(classes: readonly Weighed[], sample: Sample): number[] {
  const scores = classes.map((one) => scoreOf(one, sample));
  const max = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - max));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

function scoreOf({ weights, bias }: Weighed, { meaning, surface }: Sample): number {
  let score = bias;
  for (const [position, weight] of surface) score += (weights[position] ?? 0) * weight;
  for (let index = 0; index < meaning.length; index += 1) score += (weights[featuresMax + index] ?? 0) * (meaning[index] ?? 0) * meaningWeight;
  return score;
}

function shuffle<T>(list: T[], random: () => number): void {
  for (let index = list.length - 1; index > 0; index -= 1) {
    const other = Math.floor(random() * (index + 1));
    [list[index], list[other]] = [list[other] as T, list[index] as T];
  }
}

/** The same numbers in each process: a linear congruential generator. */
function seeded(): () => number {
  let state = 7;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state / 2 ** 32;
  };
}
