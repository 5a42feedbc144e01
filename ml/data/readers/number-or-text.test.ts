import { numberOrText } from './number-or-text.ts';

// As pandas 3.1.1 (to_csv), R 4 (write.csv) and spreadsheets write numbers.
test.each([
  ['0.5', 0.5],
  ['0.30000000000000004', 0.1 + 0.2],
  ['0.1234567890123456', 0.1234567890123456],
  ['1e-05', 1e-5],
  ['1E+02', 100],
  ['1.5e3', 1500],
  ['-2.5E-7', -2.5e-7],
  ['.75', 0.75],
  ['-.5', -0.5],
  ['5.', 5],
  ['-3', -3],
  ['+3', 3],
  ['0', 0],
  ['-0.0', 0],
  ['61', 61],
  ['100000', 100000],
  ['9007199254740991', 9007199254740991],
])('%s is a number', (text, value) => expect(Object.is(numberOrText(text), value)).toBe(true));

test.each([
  ['007'],
  ['00.5'],
  ['-01'],
  ['1e5x'],
  ['1_000'],
  ['1,000'],
  ['0,5'],
  ['9007199254740993'], // another digit than the number nearest to it
  ['12345678901234567'],
  ['1e999'],
  ['inf'],
  ['-Infinity'],
  ['NA'],
  ['0x1F'],
  ['12-03-2020'],
  ['1.2.3'],
  ['e5'],
  ['.'],
  [''],
  ['١٢'],
])("'%s' stays text", (text) => expect(numberOrText(text)).toBe(text));

test.each(['NaN', 'nan', '-NaN'])('%s is no value', (text) => expect(numberOrText(text)).toBeNull());

test.each([
  ['0,5', 0.5],
  ['-1,25e3', -1250],
  [',75', 0.75],
  ['1.5', 1.5],
  ['12', 12],
])('with a decimal comma %s is a number', (text, value) => expect(numberOrText(text, true)).toBe(value));

test.each(['1.000,5', '1,2,3', 'a,5', '00,5', ','])("with a decimal comma '%s' stays text", (text) =>
  expect(numberOrText(text, true)).toBe(text),
);
