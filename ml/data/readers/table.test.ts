import { execFileSync } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTable, readTableForm } from './table.ts';

async function tableOf(content: string | Buffer, encoding?: string) {
  const file = join(await mkdtemp(join(tmpdir(), 'consilium-table-')), 't.csv');
  await writeFile(file, content);
  const form = await readTableForm(file, encoding);
  const rows = [];
  for await (const row of readTable(file, form)) rows.push(row.problem ?? Object.values(row.cells));
  return { ...form, rows };
}

const utf16 = (text: string, mark = '\uFEFF') => Buffer.from(mark + text, 'utf16le');
const latin = (text: string) => Buffer.from(text, 'latin1');

describe('separators', () => {
  test.each([
    ['comma', 'path,split\n1.png,test\n', ','],
    ['semicolon', 'path;split\n1.png;test\n', ';'],
    ['semicolon, with commas in names', 'path;"a, b";split\n1.png;0,5;test\n', ';'],
    [
      'semicolon, with more commas than semicolons in the header',
      'path;x, y, z and so on\n1.png;2\n2.png;3\n',
      ';',
    ],
    ['tab', 'path\tsplit\n1.png\ttest\n', '\t'],
    ['bar', 'path|split\n1.png|test\n', '|'],
    ['the one of Excel’s first line', 'sep=;\npath;split\n1.png;test\n', ';'],
    [
      'the one of Excel’s first line, with a byte order mark',
      '\uFEFFsep=,\r\npath,split\r\n1.png,test\r\n',
      ',',
    ],
    ['one that only Excel’s line can say', 'sep=:\npath:split\n1.png:test\n', ':'],
    ['semicolon, with a byte order mark', '\uFEFFpath;split\n1.png;test\n', ';'],
    ['comma, with semicolons in quotes', 'path,"note; more; and more"\n1.png,"a;b;c;d"\n', ','],
    ['none: one column', 'path\n1.png\n', ','],
  ])('%s', async (_, text, separator) => {
    const table = await tableOf(text);
    expect(table.separator).toBe(separator);
    expect(table.header[0]).toBe('path');
    expect((table.rows as string[][])[0][0]).toBe('1.png');
  });

  test('empty cells between tabs are cells', async () => {
    expect((await tableOf('path\ta\tb\tc\n1.png\t\t\tx\n\t\t\t\n')).rows).toEqual([
      ['1.png', '', '', 'x'],
      ['', '', '', ''],
    ]);
  });
});

describe('encodings', () => {
  const [text, rows] = ['path,site\n1.png,Köln\n', [['1.png', 'Köln']]];
  test.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${text}`)],
    ['UTF-16, as Excel writes "Unicode text"', utf16(text)],
    ['UTF-16, the other byte first', utf16(text).swap16()],
  ])('%s is read', async (_, bytes) => expect((await tableOf(bytes)).rows).toEqual(rows));

  test.each([
    ['windows-1252', latin(text), 'Köln'],
    ['latin1', latin(text), 'Köln'],
    ['windows-1251', Buffer.from([...Buffer.from('path,site\n1.png,'), 0xca, 0xe8, 0xe5, 0xe2]), 'Киев'],
    ['shift_jis', Buffer.from([...Buffer.from('path,site\n1.png,'), 0x93, 0x8c, 0x8b, 0x9e]), '東京'],
    ['utf-16le', utf16(text, ''), 'Köln'],
  ])('%s is read where it is declared', async (encoding, bytes, site) => {
    expect((await tableOf(bytes, encoding)).rows).toEqual([['1.png', site]]);
  });

  test.each([
    ['in a row', latin('path,subject\n1.png,a\n2.png,Müller\n'), 3],
    ['in the header', latin('path,Größe\n1.png,3\n'), 1],
    ['as the last byte', latin('path,subject\n1.png,René'), 2],
    ['with lines that end as in Windows', latin('path,s\r\n1.png,a\r\n2.png,ü\r\n'), 3],
    ['far down', latin(`path,s\n${'1.png,a\n'.repeat(300_000)}2.png,ü\n`), 300_002],
  ])('bytes that are not UTF-8 are refused with their line: %s', async (_, bytes, line) => {
    await expect(tableOf(bytes)).rejects.toThrow(
      new RegExp(
        `t.csv, table: line ${line} is not UTF-8: save it as UTF-8, or give its encoding, for example 'windows-1252'$`,
      ),
    );
  });

  test('UTF-16 without a mark is refused', async () => {
    await expect(tableOf(utf16(text, ''))).rejects.toThrow('looks like UTF-16 without a byte order mark');
  });

  test('a declared encoding that the file is not in is refused', async () => {
    await expect(tableOf(Buffer.from([0x70, 0x0a, 0x81, 0x0a]), 'shift_jis')).rejects.toThrow(
      'line 2 is not SHIFT_JIS',
    );
  });
});

describe('rows', () => {
  test.each([
    ['quotes, and lines within them', 'path,note\n1.png,"a ""b""\nc, d"\n', [['1.png', 'a "b"\nc, d']]],
    [
      'line ends of old Macs',
      'path,note\r1.png,x\r2.png,y\r',
      [
        ['1.png', 'x'],
        ['2.png', 'y'],
      ],
    ],
    ['line ends of Windows', 'path,note\r\n1.png,x\r\n', [['1.png', 'x']]],
    ['empty lines and spaces around cells', 'path , note\n\n 1.png , x \n\n', [['1.png', 'x']]],
    ['no line end at the end', 'path,note\n1.png,x', [['1.png', 'x']]],
    ['only a header', 'path,note\n', []],
    [
      'a column without a name, as pandas and R write row numbers',
      ',path\n0,1.png\n1,2.png\n',
      [['1.png'], ['2.png']],
    ],
    ['a separator at the end of each line', 'path;note;\n1.png;x;\n', [['1.png', 'x']]],
  ])('%s', async (_, text, rows) => expect((await tableOf(text)).rows).toEqual(rows));

  test('300 columns', async () => {
    const names = Array.from({ length: 300 }, (_, i) => `c${i}`);
    const { header, rows } = await tableOf(`${names.join(';')}\n${names.map((_, i) => i).join(';')}\n`);
    expect(header).toEqual(names);
    expect(rows).toEqual([names.map((_, i) => String(i))]);
  });

  test('a zero character is a problem of its row and column', async () => {
    expect((await tableOf('path,subject\n1.png,p\0\n2.png,p2\n')).rows).toEqual([
      { field: 'subject', message: 'has a zero character in it' },
      ['2.png', 'p2'],
    ]);
    await expect(tableOf('path,sub\0ject\n1.png,p\n')).rejects.toThrow('has a zero character in its name');
  });

  test.each([
    ['nothing', '', 'is empty'],
    ['a byte order mark and no more', '\uFEFF', 'is empty'],
    ['line ends alone', '\n\n\r\n', 'is empty'],
    ['a column twice', 'path,note,note\n', 'note: the column is there twice'],
    ['a quote that does not end', 'path,note\n1.png,"x\n', 'Quote Not Closed'],
  ])('%s is refused', async (_, text, message) => {
    await expect(tableOf(text)).rejects.toThrow(message);
  });

  test('a pipe or a folder is refused and not waited for', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consilium-table-'));
    execFileSync('mkfifo', [join(folder, 't.csv')]);
    await expect(readTableForm(join(folder, 't.csv'))).rejects.toThrow('t.csv, table: is no file');
    await expect(readTableForm(folder)).rejects.toThrow('table: is a folder');
  });
});
