import { stat } from 'node:fs/promises';
import { SaxesParser } from 'saxes';
import { InputError } from '../../errors.ts';
import { readInside, safePath } from './safe-path.ts';

/** An element of an XML file: its name without a namespace's prefix, its own text, and what is in it. */
export interface XmlElement {
  readonly name: string;
  readonly text: string;
  readonly children: readonly XmlElement[];
}

interface OpenElement extends XmlElement {
  text: string;
  readonly children: OpenElement[];
}

/** Annotations of one case: LIDC's longest is about 3 MB of some 100,000 elements. */
const BYTE_LIMIT = 16 * 1024 * 1024;
const ELEMENT_LIMIT = 500_000;
const DEPTH_LIMIT = 32;

/**
 * Reads an XML file inside the root.
 * @throws InputError where it is not there, too large, or not well-formed, with line and column.
 */
export async function readXml(root: string, path: string): Promise<XmlElement> {
  const { size } = await stat(await safePath(root, path));
  if (size > BYTE_LIMIT) throw new InputError(`is larger than ${BYTE_LIMIT / 2 ** 20} MiB`);
  return parseXml(decodeXml(await readInside(root, path)));
}

/**
 * The root of an XML text. The file may come from anywhere: a document type (the only place where entities are
 * declared, also those outside the file) is refused, and so is what is too deep or has too many elements.
 * @throws InputError that says what is wrong, and where.
 */
export function parseXml(text: string): XmlElement {
  const parser = new SaxesParser({ position: true });
  const top: OpenElement = { name: '', text: '', children: [] };
  const open = [top];
  let elements = 0;
  const fail = (message: string): never => {
    throw new InputError(`line ${parser.line}, column ${parser.column + 1}: ${message}`);
  };
  const addText = (part: string): void => void (open.at(-1)!.text += part);
  parser.on('error', ({ message }) => fail(`this is not XML (${message.replace(/^\d+:\d+: /, '')})`));
  parser.on('doctype', () => fail('a document type, which is not read'));
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('opentagstart', ({ name }) => {
    if (++elements > ELEMENT_LIMIT) fail(`more than ${ELEMENT_LIMIT} elements`);
    if (open.length > DEPTH_LIMIT) fail(`more than ${DEPTH_LIMIT} elements inside each other`);
    const element: OpenElement = { name: name.slice(name.indexOf(':') + 1), text: '', children: [] };
    open.at(-1)!.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => void open.pop());
  parser.write(text).close();
  return top.children[0];
}

/** The elements of that name directly inside. */
export const childrenOf = ({ children }: XmlElement, name: string): XmlElement[] =>
  children.filter((child) => child.name === name);

/** The text of the first element of that name directly inside, without white space around it; '' where there is none. */
export const textIn = ({ children }: XmlElement, name: string): string =>
  children.find((child) => child.name === name)?.text.trim() ?? '';

/** Bytes that are not in the declared encoding are refused: a name must not silently become another. */
function decodeXml(bytes: Buffer): string {
  const label = encodingOf(bytes);
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch {
    throw new InputError(`cannot be read as ${label}`);
  }
}

function encodingOf(bytes: Buffer): string {
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  const head = bytes.subarray(0, 200).toString('latin1');
  const declared = /^(?:\xef\xbb\xbf)?<\?xml[^>]{0,100}?encoding=["']([\w.:-]{1,40})["']/.exec(head)?.[1];
  // What can be read as single bytes is not UTF-16, whatever it says.
  return declared && !/^utf-?16/i.test(declared) ? declared.toLowerCase() : 'utf-8';
}
