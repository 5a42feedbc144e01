import { setTimeout } from 'node:timers/promises';
import { inOrder } from './in-order.ts';

async function* numbers(count: number) {
  for (let i = 0; i < count; i++) yield await Promise.resolve(i);
}

test('answers come in the order of the items, a few at a time', async () => {
  let [running, most] = [0, 0];
  const work = async (item: number) => {
    most = Math.max(most, ++running);
    await setTimeout(item % 3);
    running--;
    return item;
  };
  const answers: number[] = [];
  for await (const answer of inOrder(numbers(20), 4, work)) answers.push(answer);
  expect(answers).toEqual(Array.from({ length: 20 }, (_, i) => i));
  expect(most).toBe(4);
});

test('an abort does not wait for work that hangs', async () => {
  const controller = new AbortController();
  const hangs = inOrder(numbers(5), 2, () => new Promise<number>(() => undefined), controller.signal);
  const first = hangs.next();
  controller.abort(new Error('enough'));
  await expect(first).rejects.toThrow('enough');
});

test('an abort from before, and a failure of one item, end it', async () => {
  const aborted = inOrder(numbers(5), 1, async (item) => item, AbortSignal.abort(new Error('at once')));
  await expect(aborted.next()).rejects.toThrow('at once');
  const failing = inOrder(numbers(5), 2, (item) =>
    item === 1 ? Promise.reject(new Error('one')) : Promise.resolve(item),
  );
  expect((await failing.next()).value).toBe(0);
  await expect(failing.next()).rejects.toThrow('one');
});
