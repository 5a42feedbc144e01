/** Names that look the same are the same: Unicode's composed form, no white space around, one space within. */
export const normalName = (name: string): string => name.normalize('NFC').trim().replace(/\s+/g, ' ');

/** One spelling of a path: '/' between folders, no '.' and no empty step, Unicode's composed form. */
export const normalPath = (path: string): string =>
  path
    .normalize('NFC')
    .split(/[\\/]/)
    .filter((step, index) => step !== '.' && (step !== '' || index === 0))
    .join('/');
