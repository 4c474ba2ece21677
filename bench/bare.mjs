/**
 * What the engine alone can do: images/s of onnxruntime-node on ready tensors, without HTTP,
 * decoding or labels. Usage: bare.mjs MODEL THREADS SECONDS; prints the count of runs.
 */
import * as ort from 'onnxruntime-node';

const [model, threads, seconds] = process.argv.slice(2);
const session = await ort.InferenceSession.create(model, {
  intraOpNumThreads: Number(threads),
  interOpNumThreads: 1,
  extra: { session: { intra_op: { allow_spinning: '0' } } },
});
const pixels = Uint8Array.from({ length: 224 * 224 * 3 }, (_, i) => (i * 7919) % 256);
const feeds = { image: new ort.Tensor('uint8', pixels, [1, 224, 224, 3]) };
for (let i = 0; i < 20; i += 1) await session.run(feeds);
process.send('warm');
await new Promise((resolve) => process.once('message', resolve));
const until = performance.now() + Number(seconds) * 1000;
let runs = 0;
while (performance.now() < until) {
  await session.run(feeds);
  runs += 1;
}
process.send(runs);
process.disconnect();
